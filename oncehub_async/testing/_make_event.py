"""Events as OnceHub sends them."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from .._ground import aware, dump_any_json, time_text
from ..errors import InvalidParameterError
from ..webhooks import check_event_type
from . import _samples as samples
from ._delivery_body import EVENTS_OF_V1, ApiVersion, booking_in_v1, delivered_booking, envelope

_STATUS = {
    "booking.rescheduled": "rescheduled",
    "booking.canceled_then_rescheduled": "canceled",
    "booking.canceled_reschedule_requested": "canceled",
    "booking.canceled": "canceled",
    "booking.completed": "completed",
    "booking.no_show": "no_show",
    "conversation.closed": "closed",
    "conversation.abandoned": "abandoned",
}
_CHANGES = {
    "booking.rescheduled": samples.BY_CUSTOMER,
    "booking.canceled_then_rescheduled": samples.BY_CUSTOMER,
    "booking.canceled_reschedule_requested": samples.BY_OWNER,
    "booking.canceled": samples.BY_CUSTOMER,
}
_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def make_event(
    type: str,
    *,
    data: object = None,
    event_id: str | None = None,
    creation_time: datetime | None = None,
    unlisted: bool = False,
    api_version: ApiVersion = "v2",
) -> bytes:
    """The body of a delivery: an event of `type` with a realistic booking or conversation.

        make_event("booking.rescheduled", data={"id": "BKNG-1", "subject": "Demo"})

    - `data`: fields that are to be different; what is no mapping is the whole data.
    - `event_id`, `creation_time`: a new id and the present, if left out.
    - `unlisted`: `type` may be one that isn't documented.
    - `api_version`: "v1" gives what webhooks of v1 send, which are not signed.

    Raises `InvalidParameterError` for a type that no event arrives with, and for data that JSON
    can't express.
    """
    check_event_type(type, unlisted=unlisted)
    now = datetime.now(UTC) if creation_time is None else aware(creation_time, "creation_time")
    fields = dict(data) if isinstance(data, Mapping) else {}
    about = _sample(type, fields.get("id"), now)
    if api_version == "v1":
        if type not in EVENTS_OF_V1:
            raise InvalidParameterError("api_version", f"webhooks of v1 send no {type}")
        about = booking_in_v1(about)
    about |= fields
    event = envelope(
        id=event_id or _new_id("EVNT", 10),
        type=type,
        creation_time=time_text(now),
        data=about if data is None or isinstance(data, Mapping) else data,
        api_version=api_version,
    )
    try:
        return dump_any_json(event)
    except TypeError as error:
        raise InvalidParameterError("data", str(error)) from None


def _sample(type: str, id: str | None, now: datetime) -> samples.Sample:
    if type.startswith("conversation."):
        return samples.conversation(id or _new_id("CVR", 12), _STATUS.get(type, "started"), now)
    status, change = _STATUS.get(type, "scheduled"), _CHANGES.get(type)
    return delivered_booking(samples.booking(id or _new_id("BKNG", 12), status, now, change))


def _new_id(prefix: str, length: int) -> str:
    return f"{prefix}-" + "".join(secrets.choice(_LETTERS) for _ in range(length))
