"""Bookings: what the vendor documents at https://developers.oncehub.com."""

from ..answers import Answer, invalid
from ..call import Call, Operation
from ..data.times import parse
from ..data.webhooks import EventType
from ..expansion import BOOKING
from ..fields import flag, text
from ..happenings.change import change
from ..lists.filters import BOOKINGS
from ..lists.listing import Listing
from .reassign import reassign
from .single import existing, get

_OPEN = ("requested", "scheduled", "rescheduled")
_MISSED = ("scheduled", "rescheduled", "completed")


def cancel(call: Call) -> Answer:
    """Cancels a booking that is still open and was not paid for."""
    fields = call.fields()
    flag(fields, "send_cancellation_email", default=True)
    paid = (
        "Paid bookings cannot be canceled through this endpoint. Please login to OnceHub and use "
        "the Activity Stream to cancel paid bookings."
    )
    return _call_off(call, "booking.canceled", text(fields, "cancellation_reason"), paid)


def request_reschedule(call: Call) -> Answer:
    """Cancels a booking and asks the guest for another time."""
    paid = (
        "Paid bookings can only be requested for reschedule in your OnceHub account. Log in and "
        "use the activity stream to submit a reschedule request for this booking."
    )
    reason = text(call.fields(), "reschedule_reason")
    return _call_off(call, "booking.canceled_reschedule_requested", reason, paid)


def no_show(call: Call) -> Answer:
    """Marks that the guest of a meeting that has begun didn't come."""
    call.fields()
    bookings = call.state.bookings
    index = existing(bookings, call.id)
    body = bookings.body(index)
    begun = (parse(body["starting_time"]) or 0) <= call.now
    if body["status"] not in _MISSED or not begun:
        raise invalid(f"Cannot update booking status to no_show: '{call.id}'", "id", 409)
    change(call.state, "booking.no_show", index, body, call.now, status="no_show")
    return Answer(body)


def _call_off(call: Call, what: EventType, reason: str, paid: str) -> Answer:
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
    return Answer(body)


OPERATIONS = (
    Operation(
        "list-all-bookings", "GET", "/bookings", Listing("bookings", "/bookings", BOOKINGS, BOOKING)
    ),
    Operation("get-a-single-booking", "GET", "/bookings/{id}", get("bookings", BOOKING)),
    Operation("cancel-booking", "POST", "/bookings/{id}/cancel", cancel),
    Operation(
        "request-reschedule", "POST", "/bookings/{id}/request-reschedule", request_reschedule
    ),
    Operation("reassign-booking", "POST", "/bookings/{id}/reassign", reassign),
    Operation("no-show", "POST", "/bookings/{id}/no-show", no_show),
)
