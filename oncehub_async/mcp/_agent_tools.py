"""The tools: what each is called, takes and does, and which operations of the API it reaches.

A test compares `OPERATIONS` with all operations that the client has, so that none is forgotten.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

import attrs
import mcp_types as types

from ..reports import By, Per, ReportName

BOOKABLE = (
    "booking_calendars",
    "booking_pages",
    "master_pages",
    "event_types",
    "users",
    "teams",
)
BOOKING_FILTERS = (
    "status",
    "owner",
    "contact",
    "host",
    "booking_calendar",
    "booking_page",
    "event_type",
)


class Change(StrEnum):
    """A kind of change that an agent may be allowed to make."""

    BOOKINGS = "bookings"
    CONTACTS = "contacts"
    LINKS = "links"
    AVAILABILITY = "availability"


@attrs.frozen
class Tool:
    """A tool, its arguments and which of them are needed."""

    name: str
    about: str
    arguments: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...] = ()
    changes: Change | None = None
    """None for one that only reads."""

    def announced(self) -> types.Tool:
        """As agents are told of it."""
        arguments = dict(self.arguments)
        if self.changes is not None:
            arguments["token"] = {"type": "string"}
        schema = {"type": "object", "properties": arguments, "additionalProperties": False}
        if self.required:
            schema["required"] = list(self.required)
        return types.Tool(
            name=self.name,
            description=self.about,
            input_schema=schema,
            annotations=types.ToolAnnotations(
                read_only_hint=self.changes is None,
                destructive_hint=None if self.changes is None else True,
            ),
        )


_TEXT = {"type": "string"}
_YES_NO = {"type": "boolean"}
_HOURS = {
    "type": "array",
    "items": {"type": "object"},
}


def _texts(*names: str) -> dict[str, Mapping[str, Any]]:
    return dict.fromkeys(names, _TEXT)


def _one_of(*values: str) -> dict[str, Any]:
    return {"enum": list(values)}


READING = (
    Tool(
        "find_bookings",
        "Bookings, newest first. Filters are ids. Times name their zone. To go on, pass `next` of "
        "the answer as `after`.",
        {
            **_texts(*BOOKING_FILTERS, "starting_after", "starting_before", "after"),
            "time_zone": {**_TEXT, "description": "IANA name for times in the answer; UTC"},
        },
    ),
    Tool("get_booking", "One booking.", _texts("id", "time_zone"), ("id",)),
    Tool(
        "find_contacts",
        "Contacts, newest first, or those of an email address, or one by its id.",
        _texts("id", "email", "after"),
    ),
    Tool(
        "list_bookable",
        "What can be booked and by whom: ids, names, addresses.",
        {"kind": _one_of(*BOOKABLE), "after": _TEXT},
        ("kind",),
    ),
    Tool(
        "free_times",
        "Free times of a booking calendar: from now for a week, or between two times at most 30 "
        "days apart.",
        _texts("booking_calendar", "start_time", "end_time", "time_zone"),
        ("booking_calendar",),
    ),
    Tool("availability", "Working hours of a user.", _texts("user"), ("user",)),
    Tool(
        "booking_link",
        "A booking link with the form filled in; `url` is from list_bookable.",
        _texts("url", "name", "email"),
        ("url",),
    ),
)

REPORT = Tool(
    "report",
    "Counts and rates from the synced database.",
    {
        "name": _one_of(*ReportName),
        "by": _one_of(*By),
        "per": _one_of(*Per),
        **_texts("since", "until", "time_zone"),
        "filters": {"type": "object", "description": 'such as {"status": "completed"}'},
    },
    ("name",),
)

CHANGING = (
    Tool(
        "schedule_meeting",
        "Book a free time for a guest. Without `token` it only tells what would be done, and gives "
        "the token; then call again with it.",
        {
            **_texts("booking_calendar", "start_time", "guest_time_zone", "name", "email"),
            **_texts("phone", "location", "address"),
            "answers": {"type": "object", "description": "custom fields"},
        },
        ("booking_calendar", "start_time", "guest_time_zone", "name", "email"),
        Change.BOOKINGS,
    ),
    Tool(
        "change_booking",
        "Cancel a booking, ask its guest for another time, give it to another host, or mark that "
        "the guest didn't come. Plan, then token, as above.",
        {
            "id": _TEXT,
            "change": _one_of("cancel", "request_reschedule", "reassign", "no_show"),
            "reason": _TEXT,
            "new_host": _TEXT,
            "write_to_guest": {**_YES_NO, "description": "cancel: yes"},
        },
        ("id", "change"),
        Change.BOOKINGS,
    ),
    Tool(
        "save_contact",
        "Add a contact, or change the one with `id`; `fields` are the API's. Plan, then token.",
        {**_texts("id"), "fields": {"type": "object"}},
        ("fields",),
        Change.CONTACTS,
    ),
    Tool(
        "delete_contact",
        "Delete a contact. Plan, then token.",
        _texts("id"),
        ("id",),
        Change.CONTACTS,
    ),
    Tool(
        "one_time_link",
        "A link that books once, of a booking calendar or master page; guests only for calendars. "
        "Plan, then token.",
        _texts("id", "name", "email"),
        ("id",),
        Change.LINKS,
    ),
    Tool(
        "set_availability",
        "Replace the hours of whole weekdays and dates, in the form that availability gives. Plan, "
        "then token.",
        {"user": _TEXT, "weekly": _HOURS, "overrides": _HOURS},
        ("user",),
        Change.AVAILABILITY,
    ),
)

OPERATIONS: Mapping[str, str] = {
    "GET /test": "left out: the server checks its key when it starts",
    "GET /bookings": "find_bookings",
    "GET /bookings/{id}": "get_booking",
    "POST /bookings/{id}/cancel": "change_booking",
    "POST /bookings/{id}/request-reschedule": "change_booking",
    "POST /bookings/{id}/reassign": "change_booking",
    "POST /bookings/{id}/no-show": "change_booking",
    "GET /booking-calendars": "list_bookable",
    "GET /booking-calendars/{id}": "schedule_meeting",
    "GET /booking-calendars/{id}/time-slots": "free_times",
    "POST /booking-calendars/{id}/schedule": "schedule_meeting",
    "POST /booking-calendars/{id}/one-time-links": "one_time_link",
    "GET /booking-pages": "list_bookable",
    "GET /booking-pages/{id}": "left out: the list says all of it",
    "GET /master-pages": "list_bookable",
    "GET /master-pages/{id}": "one_time_link",
    "POST /master-pages/{id}/one-time-links": "one_time_link",
    "GET /event-types": "list_bookable",
    "GET /event-types/{id}": "left out: the list says all of it",
    "GET /users": "list_bookable",
    "GET /users/{id}": "left out: the list says all of it",
    "POST /users": "left out: seats cost money, and a person should give them",
    "PATCH /users/{id}": "left out: roles are permissions, and a person should give them",
    "DELETE /users/{id}": "left out: what a user has is gone with the user",
    "GET /users/{id}/scheduling-availability": "availability",
    "PATCH /users/{id}/scheduling-availability": "set_availability",
    "GET /teams": "list_bookable",
    "GET /teams/{id}": "left out: the list says all of it",
    "GET /contacts": "find_contacts",
    "GET /contacts/{id}": "find_contacts",
    "POST /contacts": "save_contact",
    "PATCH /contacts/{id}": "save_contact",
    "DELETE /contacts/{id}": "delete_contact",
    "GET /webhooks": "left out: what holds a signing secret is no agent's business",
    "GET /webhooks/{id}": "left out: what holds a signing secret is no agent's business",
    "POST /webhooks": "left out: it would send the account's data to an address",
    "DELETE /webhooks/{id}": "left out: it would silence a receiver",
    "GET /notifications/sms": "left out: texts to guests' phones; use an export",
}
"""Which tool reaches an operation, or why none does."""


def tools_for(allowed: Collection[Change], *, has_database: bool) -> tuple[Tool, ...]:
    """The tools that there are: reading ones, reports, and the changes that are allowed."""
    reports = (REPORT,) if has_database else ()
    return (*READING, *reports, *(each for each in CHANGING if each.changes in allowed))
