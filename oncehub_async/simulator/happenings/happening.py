"""That something happened, for whoever wants to know."""

from collections.abc import Callable

import attrs

from ..data.webhooks import EventType


@attrs.frozen
class Happening:
    """Something happened at `now` (milliseconds since 1970) to a booking or a conversation."""

    type: EventType
    id: str
    now: int


class NothingThere(LookupError):
    """There is no booking or conversation, or no host, to which something could happen."""


Observer = Callable[[Happening], None]
