"""Giving a booking to another host."""

from typing import Any

from ..answers import Answer, invalid, missing
from ..call import Call
from ..data.words import CONFERENCING
from ..fields import string, text
from ..happenings.change import hand_over
from ..state import State
from .single import existing

_OPEN = ("scheduled", "rescheduled")
_SHOWN = {
    "google_meet": "Google Meet",
    "microsoft_teams": "Microsoft Teams",
    "zoom": "Zoom",
    "webex": "Webex",
    "gotomeeting": "GoTo Meeting",
}


def reassign(call: Call) -> Answer:
    """Makes an active user with a seat the host of an open booking; its owner stays."""
    state, bookings = call.state, call.state.bookings
    fields = call.fields()
    if fields.get("new_host") is None:
        raise missing("new_host")
    new_host = text(fields, "new_host")
    index = existing(bookings, call.id)
    if not state.account.reassign:
        raise invalid("Reassign is available on the Route plan and above.", status=409)
    user = existing(state.users, new_host, param="new_host")
    body = bookings.body(index)
    if body["status"] not in _OPEN:
        raise invalid("Booking cannot be reassigned in its current status.", "id", 409)
    if state.users.body(user)["status"] != "active":
        raise invalid("User is inactive.", "new_host", 409)
    hosts = state.hosts(index)
    if hosts[:1] == (new_host,):
        raise invalid("Booking cannot be reassigned to the same host.", "new_host", 409)
    if not state.has_seat(user):
        raise invalid("Cannot reassign booking: The new host requires an assigned seat.", None, 409)
    service = _video_service(fields.get("location"), user, state)
    hand_over(state, index, body, user, call.now, service)
    return Answer(body)


def _video_service(location: Any, user: int, state: State) -> str | None:
    if location is None:
        return None
    if not isinstance(location, dict):
        raise invalid("Must be an object.", "location")
    for name in ("type", "value"):
        if name not in location:
            raise missing(f"location.{name}")
    kind, service = (string(location[name], f"location.{name}") for name in ("type", "value"))
    if kind != "virtual":
        raise invalid(f"Invalid location type: '{kind}'", "location.type")
    if service not in CONFERENCING:
        raise invalid(f"Invalid location: '{service}'", "location.value")
    connected = state.schedules.conferencing(user)
    if service not in connected:
        raise invalid(
            f"Invalid location: '{_SHOWN[service]}' is not connected for this user. Connected "
            f"video conferencing options: {', '.join(connected)}.",
            "location.value",
            409,
        )
    return service
