"""What a receiver tells its hooks: of each delivery, and of each run of a handler."""

from collections.abc import Callable

import attrs

from ._accepting.refusals import Refusal
from ._inbox import State


@attrs.frozen(kw_only=True)
class ReceivedDelivery:
    """A request that was answered, as `Receiver(on_delivery=...)` is told of it.

    Nothing of what a stranger sent is in it: of what is refused, only why.
    """

    event_id: str | None = None
    """None where it was refused."""
    event_type: str | None = None
    """As it was sent, signed; None where it was refused. New types may come at any time."""
    is_duplicate: bool = False
    """Whether the inbox had the event already."""
    refusal: Refusal | None = None
    """Why it was refused; None where it was accepted."""
    duration: float | None = None
    """Seconds from its verification to the answer; None where it was refused."""


@attrs.frozen(kw_only=True)
class HandlerRun:
    """One attempt of one handler, as `Receiver(on_run=...)` is told of it, before the inbox is."""

    handler: str
    event_id: str
    event_type: str
    attempt: int
    state: State
    """`DONE`; `FAILED` or `PENDING` where it is tried again (`PENDING`: it asked for that by
    `RetryLater`); `DEAD` where it is given up."""
    error: str | None
    """The name of the error's class, or None."""
    waited: float | None
    """Seconds from the event's arrival until this handler began; None but for the first attempt."""
    duration: float
    """Seconds, error handlers included."""


DeliveryHook = Callable[[ReceivedDelivery], object]
"""Called in the event loop right before the answer; it has to be quick, and may be told from
another thread of what is refused there."""

RunHook = Callable[[HandlerRun], object]
"""Called in the event loop after each attempt; it has to be quick."""
