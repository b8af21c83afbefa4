"""Bookings: what the vendor documents at https://help.oncehub.com/developers."""

from typing import Any

from .._account_events.booking_events import change, hand_over
from .._data.instants import parse
from .._data.webhooks_data import EventType
from .._data.words import CONFERENCING
from .._expansion import BOOKING
from .._field_checks import flag, string, text
from .._listing.list_answers import ListOperation
from .._listing.list_filters import BOOKINGS
from .._service_answers import SimulatedAnswer, invalid, missing
from .._simulator_call import Call, SimulatedOperation
from .._state import AccountState
from .single_objects import existing, get

_REASSIGNABLE = ("scheduled", "rescheduled")
_SHOWN = {
    "google_meet": "Google Meet",
    "microsoft_teams": "Microsoft Teams",
    "zoom": "Zoom",
    "webex": "Webex",
    "gotomeeting": "GoTo Meeting",
}


def reassign(call: Call) -> SimulatedAnswer:
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
    if body["status"] not in _REASSIGNABLE:
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
    return SimulatedAnswer(body)


def _video_service(location: Any, user: int, state: AccountState) -> str | None:
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


_OPEN = ("requested", "scheduled", "rescheduled")
_MISSED = ("scheduled", "rescheduled", "completed")


def cancel(call: Call) -> SimulatedAnswer:
    """Cancels a booking that is still open and was not paid for."""
    fields = call.fields()
    flag(fields, "send_cancellation_email", default=True)
    paid = (
        "Paid bookings cannot be canceled through this endpoint. Please login to OnceHub and use "
        "the Activity Stream to cancel paid bookings."
    )
    return _call_off(call, "booking.canceled", text(fields, "cancellation_reason"), paid)


def request_reschedule(call: Call) -> SimulatedAnswer:
    """Cancels a booking and asks the guest for another time."""
    paid = (
        "Paid bookings can only be requested for reschedule in your OnceHub account. Log in and "
        "use the activity stream to submit a reschedule request for this booking."
    )
    reason = text(call.fields(), "reschedule_reason")
    return _call_off(call, "booking.canceled_reschedule_requested", reason, paid)


def no_show(call: Call) -> SimulatedAnswer:
    """Marks that the guest of a meeting that has begun didn't come."""
    call.fields()
    bookings = call.state.bookings
    index = existing(bookings, call.id)
    body = bookings.body(index)
    begun = (parse(body["starting_time"]) or 0) <= call.now
    if body["status"] not in _MISSED or not begun:
        raise invalid(f"Cannot update booking status to no_show: '{call.id}'", "id", 409)
    change(call.state, "booking.no_show", index, body, call.now, status="no_show")
    return SimulatedAnswer(body)


def _call_off(call: Call, what: EventType, reason: str, paid: str) -> SimulatedAnswer:
    bookings = call.state.bookings
    index = existing(bookings, call.id)
    body = bookings.body(index)
    if body["status"] not in _OPEN:
        raise invalid(f"Booking cannot be cancelled: '{call.id}'", "id", 409)
    if body.get("payment_information"):
        raise invalid(paid, status=422)
    information = {"reason": reason, "actioned_by": "user", "user_id": body["owner"]}
    fields = {"status": "canceled", "cancel_reschedule_information": information}
    change(call.state, what, index, body, call.now, **fields)
    return SimulatedAnswer(body)


OPERATIONS = (
    SimulatedOperation(
        "list-all-bookings",
        "GET",
        "/bookings",
        ListOperation("bookings", "/bookings", BOOKINGS, BOOKING),
    ),
    SimulatedOperation("get-a-single-booking", "GET", "/bookings/{id}", get("bookings", BOOKING)),
    SimulatedOperation("cancel-booking", "POST", "/bookings/{id}/cancel", cancel),
    SimulatedOperation(
        "request-reschedule", "POST", "/bookings/{id}/request-reschedule", request_reschedule
    ),
    SimulatedOperation("reassign-booking", "POST", "/bookings/{id}/reassign", reassign),
    SimulatedOperation("no-show", "POST", "/bookings/{id}/no-show", no_show),
)
