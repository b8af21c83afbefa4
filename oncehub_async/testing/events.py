"""Events as OnceHub sends them."""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..json_text import dump_json
from ..models.converter import time_text
from ..parameters import aware
from ..webhooks import event_types
from . import samples

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
_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def make_event(
    type: str,
    *,
    data: object = None,
    event_id: str | None = None,
    creation_time: datetime | None = None,
    unlisted: bool = False,
) -> bytes:
    """The body of a delivery: an event of `type` with a realistic booking or conversation.

        make_event("booking.rescheduled", data={"id": "BKNG-1", "subject": "Demo"})

    - `data`: fields that are to be different; what is no mapping is the whole data.
    - `event_id`, `creation_time`: a new id and the present, if left out.
    - `unlisted`: `type` may be one that isn't documented.

    Raises `InvalidParameterError` for a type that no event arrives with.
    """
    if type in event_types.COMPOSITE or not unlisted:
        event_types.check_specific(type)
    now = datetime.now(UTC) if creation_time is None else aware(creation_time, "creation_time")
    about: Any = _sample(type, now)
    if isinstance(data, Mapping):
        about = about | dict(data)
    elif data is not None:
        about = data
    return dump_json(
        {
            "id": event_id or _new_id("EVNT", 10),
            "object": "event",
            "creation_time": time_text(now),
            "type": type,
            "api_version": "v2",
            "data": about,
        }
    )


def _sample(type: str, now: datetime) -> samples.Sample:
    if event_types.family(type) == event_types.CONVERSATION:
        return samples.conversation(_new_id("CVR", 12), _STATUS.get(type, "started"), now)
    return samples.booking(_new_id("BKNG", 12), _STATUS.get(type, "scheduled"), now)


def _new_id(prefix: str, length: int) -> str:
    return f"{prefix}-" + "".join(secrets.choice(_LETTERS) for _ in range(length))
