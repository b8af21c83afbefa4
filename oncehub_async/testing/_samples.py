"""A booking and a conversation, with the objects that OnceHub includes in full when it delivers."""

from datetime import datetime, timedelta
from typing import Any

from .._ground import shifted, time_text

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
    "object": "contact",
    "id": "CTC-J4FR05BKEW",
    "creation_time": "2026-01-12T08:30:00Z",
    "last_updated_time": "2026-01-12T08:30:00Z",
    "last_interacted_time": None,
    "owner": OWNER["id"],
    "status": "Qualified",
    "city": "Boston",
    "company_size": None,
    "company": "Example Ltd",
    "country": "United States",
    "email": "carrie.customer@example.com",
    "employees": None,
    "first_name": "Carrie",
    "has_consent": True,
    "job_title": "Engineer",
    "last_name": "Customer",
    "mobile_phone": "+12025550143",
    "phone": None,
    "post_code": "02108",
    "salutation": None,
    "state": "Massachusetts",
    "street_address": None,
    "terms_of_sevice": True,
    "timezone": "America/New_York",
    "custom_fields": [],
}

BY_CUSTOMER: Sample = {"reason": "Change in schedule", "actioned_by": "customer"}
BY_OWNER: Sample = {"reason": "", "actioned_by": "user", "user_id": OWNER["id"]}


def booking(id: str, status: str, now: datetime, change: Sample | None) -> Sample:
    """A booking made a day before `now`, for a meeting in three days; who changed it, if so."""
    made = shifted(now, -timedelta(days=1))
    starting = shifted(now, timedelta(days=3)).replace(hour=15, minute=0, second=0, microsecond=0)
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
            "phone": None,
            "mobile_phone": CONTACT["mobile_phone"],
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
        "conversation": None,
        "booking_calendar": "BKC-LDJ878496X",
        **({} if change is None else {"cancel_reschedule_information": change}),
        "ics_url": f"https://oncehub.com/api/bookings/ics/{id}",
        "cancel_url": f"https://oncehub.com/m/{id}/cancel",
        "reschedule_url": f"https://oncehub.com/m/{id}",
        "payment_information": None,
        "custom_fields": [],
    }


def conversation(id: str, status: str, now: datetime) -> Sample:
    """A conversation that began ten minutes before `now`."""
    return {
        "id": id,
        "object": "conversation",
        "creation_time": time_text(shifted(now, -timedelta(minutes=10))),
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
