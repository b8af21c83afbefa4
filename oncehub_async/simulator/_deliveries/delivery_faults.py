"""What goes wrong with deliveries on demand."""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal, get_args

import attrs

from ..._ground import checks, did_you_mean
from ...errors import ConfigurationError
from .._data.webhooks_data import EVENT_TYPES, EVENTS

DeliveryFaultKind = Literal[
    "duplicate",
    "reorder",
    "delay",
    "slow_body",
    "truncated_body",
    "drop_answer",
    "wrong_signature",
    "unsigned",
    "old_timestamp",
    "switch_off",
]
KINDS: tuple[DeliveryFaultKind, ...] = get_args(DeliveryFaultKind)
ONCE_A_DELIVERY = frozenset({"duplicate", "reorder", "delay", "switch_off"})
"""What befalls a delivery as a whole, before its first attempt; the others befall attempts."""
_SECONDS: Mapping[DeliveryFaultKind, float] = MappingProxyType(
    {"reorder": 60.0, "delay": 60.0, "slow_body": 1.0, "old_timestamp": 4 * 86_400.0}
)


@attrs.frozen
class DeliveryFault:
    """One thing that goes wrong when events are delivered.

    | kind | what happens | `seconds` |
    |---|---|---|
    | duplicate | the event is delivered once more, `seconds` later | 0 |
    | reorder | it comes after the next one for its webhook, `seconds` late if there is none | 60 |
    | delay | it comes `seconds` late | 60 |
    | slow_body | the body comes in ten parts, over `seconds` | 1 |
    | truncated_body | the connection breaks halfway through the body | |
    | drop_answer | the receiver's 2xx isn't heard, so that the event comes again | |
    | wrong_signature | it is signed with another secret | |
    | unsigned | it has no signature, as those of v1 webhooks | |
    | old_timestamp | it is signed `seconds` ago | four days |
    | switch_off | the webhook is switched off, as after three days: it and all later is lost | |

    `events` is `"*"` or any of: an event's type, `booking`, `conversation`; `*` matches anything.
    Of the deliveries (the first three kinds and the last) or attempts that match, every `every`-th
    has the chance `rate` (0 to 1) of going wrong, `times` times at most. Seconds are the
    simulator's clock's, in signatures those that they show.
    """

    kind: DeliveryFaultKind = attrs.field(validator=checks.one_of(*KINDS))
    events: str | Collection[str] = "*"
    rate: float = attrs.field(default=1.0, validator=checks.SHARE)
    times: int | None = attrs.field(
        default=None,
        kw_only=True,
        validator=attrs.validators.optional(checks.COUNT_OR_NONE),
    )
    every: int = attrs.field(default=1, kw_only=True, validator=checks.COUNT)
    seconds: float = attrs.field(
        # No decorator's default: pyright would take the argument for a required one.
        default=attrs.Factory(lambda fault: _SECONDS.get(fault.kind, 0.0), takes_self=True),
        kw_only=True,
        validator=checks.SECONDS_OR_NONE,
    )

    def __attrs_post_init__(self) -> None:
        """Refuse, with ValueError, what could never strike: most likely it is misspelt."""
        for pattern in self._patterns():
            if not any(_matches(pattern, one) for one in EVENT_TYPES):
                hint = did_you_mean(pattern, EVENTS)
                raise ConfigurationError(f"events: {pattern!r} matches none; {hint}")
        if not self._patterns():
            raise ConfigurationError("events: none are named")

    def concerns(self, type: str) -> bool:
        """Whether this can happen to an event of this type."""
        return any(_matches(pattern, type) for pattern in self._patterns())

    def _patterns(self) -> Collection[str]:
        return (self.events,) if isinstance(self.events, str) else self.events


def _matches(pattern: str, type: str) -> bool:
    return fnmatchcase(type, pattern) or type.partition(".")[0] == pattern
