"""A booking and a conversation as OnceHub delivers them: included objects in full.

https://developers.oncehub.com/reference/the-event-object
"""

from datetime import datetime, timedelta
from typing import Any

from ..models.converter import time_text

Sample = dict[str, Any]

OWNER: Sample = {
    "id": "USR-FSD423423",
    "object": "user",
    "status": "active",
    "first_name": "Olivia",
    "last_name": "Owner",
    "email": "olivia.owner@example.com",
    "role_name": "Member",
    "timezone": "America/Chicago",
    "teams": ["TM-7K2PQR41"],
}

CONTACT: Sample = {
    "id": "CTC-J4FR05BKEW",
    "object": "contact",
    "creation_time": "2026-01-12T08:30:00Z",
    "last_updated_time": "2026-01-12T08:30:00Z",
    "status": "Qualified",
    "first_name": "Carrie",
    "last_name": "Customer",
    "email": "carrie.customer@example.com",
    "mobile_phone": "+12025550143",
    "company": "Example Ltd",
    "timezone": "America/New_York",
    "owner": OWNER["id"],
    "terms_of_sevice": True,
    "custom_fields": [],
}


def booking(id: str, status: str, now: datetime) -> Sample:
    """A booking made a day before `now`, for a meeting in three days."""
    made = now - timedelta(days=1)
    starting = (now + timedelta(days=3)).replace(hour=15, minute=0, second=0, microsecond=0)
    changed = status in ("canceled", "rescheduled")
    return {
        "object": "booking",
        "id": id,
        "tracking_id": "3F00002A",
        "subject": "Product demo",
        "status": status,
        "in_trash": False,
        "creation_time": time_text(made),
        "starting_time": time_text(starting),
        "customer_timezone": "America/New_York",
        "last_updated_time": time_text(now),
        "duration_minutes": 30,
        "virtual_conferencing": {"join_url": "https://meet.google.com/abc-defg-hij"},
        "attendees": [OWNER["email"], CONTACT["email"]],
        "form_submission": {
            "name": "Carrie Customer",
            "email": CONTACT["email"],
            "phone": CONTACT["mobile_phone"],
            "note": "Looking forward to it",
            "company": CONTACT["company"],
            "guests": [],
            "custom_fields": [{"name": "job_role", "value": "Engineer"}],
        },
        "external_calendar": {
            "type": "google",
            "name": OWNER["email"],
            "id": OWNER["email"],
            "event_id": "7d1b3e9c2f6a8054",
        },
        "owner": OWNER,
        "contact": CONTACT,
        "conversation": None,
        "booking_calendar": "BKC-LDJ878496X",
        "cancel_reschedule_information": (
            {"reason": "Change in schedule", "actioned_by": "customer"} if changed else None
        ),
        "ics_url": f"https://oncehub.com/api/bookings/ics/{id}",
        "cancel_url": f"https://oncehub.com/m/{id}/cancel",
        "reschedule_url": f"https://oncehub.com/m/{id}",
        "payment_information": None,
        "utm_params": {"source": "newsletter", "medium": "email", "campaign": "spring"},
        "custom_fields": [],
    }


def conversation(id: str, status: str, now: datetime) -> Sample:
    """A conversation that began ten minutes before `now`."""
    return {
        "id": id,
        "object": "conversation",
        "creation_time": time_text(now - timedelta(minutes=10)),
        "initiated_by": "contact",
        "last_updated_time": time_text(now),
        "last_interacted_time": time_text(now),
        "contact": CONTACT,
        "owner": OWNER,
        "status": status,
        "bot": {"id": "BOT-4MK2Q9XZ1A", "object": "bot", "name": "Sales Assistant Bot"},
        "website": {
            "id": "WEB-8PL3V7YB2C",
            "object": "website",
            "name": "Company Website",
            "url": "https://www.example.com",
        },
        "audience": None,
        "answers": [
            {
                "id": "INT-5RT6W2NC3D",
                "internal_label": "name",
                "question": "Full name",
                "value": "Carrie Customer",
            }
        ],
        "bookings": [],
    }
