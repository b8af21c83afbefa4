"""What OnceHub sends, for those who play its part: an event's body, and its signature.

https://help.oncehub.com/developers/api/#tag/webhook-events
A booking in the form of webhooks of v1 is made of one in the present form:
https://github.com/scheduleonce/developer-center, branch v1.0.0
(docs/Webhooks/webhook-data-payload.md).
"""

import time
from collections.abc import Mapping
from typing import Any, Literal

from ..webhooks import signature_header

ApiVersion = Literal["v1", "v2"]

EVENTS_OF_V1 = frozenset(
    {
        "booking.scheduled",
        "booking.rescheduled",
        "booking.canceled_then_rescheduled",
        "booking.canceled_reschedule_requested",
        "booking.canceled",
        "booking.completed",
        "booking.no_show",
    }
)
"""Those of which webhooks of v1 tell: none of conversations, and no `booking.reassigned`."""

_STATUS = {"no_show": "No-Show"}
_AS_IT_IS = ("object", "tracking_id", "subject", "creation_time", "starting_time")
_SUBMITTED = ("name", "email", "phone", "mobile_phone", "note", "company")


def booking_in_v1(
    booking: Mapping[str, Any], *, owner: str | None = None, replaced: str | None = None
) -> dict[str, Any]:
    """The older form of a booking that shows its pages as objects.

    `owner` is the owner's name, if the booking has an id in its place; `replaced` the tracking id
    of the booking that it came in the place of.
    """
    status = booking.get("status")
    change = booking.get("cancel_reschedule_information") or {}
    by_user = change.get("actioned_by") == "user"
    guest = (booking.get("form_submission") or {}).get("name")
    name = owner or _name(booking.get("owner"))
    return {
        **{field: booking.get(field) for field in _AS_IT_IS},
        "status": _STATUS.get(str(status), str(status).capitalize()),
        "owner": name,
        "package_id": None,
        "duration_minutes": booking.get("duration_minutes"),
        "virtual_or_physical_location": booking.get("location_description")
        or (booking.get("virtual_conferencing") or {}).get("join_url"),
        "customer_time_zone_description": booking.get("customer_timezone"),
        "cancel_reschedule_link": booking.get("cancel_reschedule_url"),
        "canceled_booking_tracking_id": replaced,
        "cancel_reschedule_reason": change.get("reason"),
        "name_of_user_who_canceled_rescheduled": name if change and by_user else None,
        "name_of_customer_who_canceled_rescheduled": guest if change and not by_user else None,
        "form_submission": _submission(booking.get("form_submission") or {}),
        "booking_page": _page(booking.get("booking_page")),
        "master_page": _renamed(booking.get("master_page"), name="name", label="label", url="link"),
        "event_type": _event_type(booking.get("event_type")),
        "external_calendar": booking.get("external_calendar"),
    }


def _name(owner: object) -> str | None:
    if not isinstance(owner, Mapping):
        return None
    return " ".join(filter(None, (owner.get("first_name"), owner.get("last_name")))) or None


def _submission(form: Mapping[str, Any]) -> dict[str, Any]:
    # In the vendor's example nobody is a guest whose address is empty.
    return {
        **{field: form.get(field) for field in _SUBMITTED},
        "guests": form.get("guests") or [""],
        "custom_fields": form.get("custom_fields") or [],
    }


def _page(page: object) -> dict[str, Any] | None:
    shown = _renamed(
        page,
        name="public_name",
        label="internal_label",
        url="link",
        timezone="time_zone_description",
    )
    return None if shown is None else shown | {"category": None}


def _event_type(event_type: object) -> dict[str, Any] | None:
    shown = _renamed(event_type, name="name", description="description")
    return None if shown is None else shown | {"category": None}


def _renamed(value: object, **names: str) -> dict[str, Any] | None:
    """An object's fields under their older names."""
    if not isinstance(value, Mapping):
        return None
    return {older: value.get(newer) for newer, older in names.items()}


_LEFT_OUT_OF_BOOKINGS = ("contact", "utm_params")
"""The vendor's schema: the `contact` and the `utm_params` field is "NOT included"."""


def envelope(
    *, id: str, type: str, creation_time: str, data: object, api_version: ApiVersion = "v2"
) -> dict[str, Any]:
    """An event around its data."""
    return {
        "id": id,
        "object": "event",
        "creation_time": creation_time,
        "type": type,
        "api_version": api_version,
        "data": data,
    }


def delivered_booking(booking: Mapping[str, Any]) -> dict[str, Any]:
    """A booking as events show it, from one as the API shows it.

    It has no contact and no UTM parameters, and a URL to cancel or reschedule it.
    """
    shown = {name: value for name, value in booking.items() if name not in _LEFT_OUT_OF_BOOKINGS}
    return shown | {"cancel_reschedule_url": f"https://oncehub.com/m/{booking['id']}"}


def sign(body: bytes, secret: str | bytes, timestamp: float | None = None) -> str:
    """The value of `Oncehub-Signature` for `body`, signed at `timestamp` (Unix seconds; now)."""
    try:
        return signature_header(body, secret, time.time() if timestamp is None else timestamp)
    finally:
        secret = b""  # a frame's locals are shown by tools that report errors
