"""What a handler is told beside the event."""

from datetime import datetime
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Context:
    """The circumstances of one attempt to handle an event.

    - `attempt`: 1 the first time. It is more than 1 after a failure, and after the receiver stopped
      or crashed while the handler ran: what it did may have been done already.
    - `is_last_attempt`: whether a failure makes a dead letter of it. Attempts that were interrupted
      are none of those that a handler has.
    - `handler`: the handler's name, as the inbox keeps it.
    - `received`: when the event was accepted, in UTC.
    - `services`: what was given to the receiver as `services`: an API client, a pool, ...
    """

    attempt: int
    is_last_attempt: bool
    handler: str
    received: datetime
    services: Any = attrs.field(default=None, repr=False)
