"""Faults on demand: which go wrong, how often, and when."""

from collections.abc import Callable, Iterable
from collections.abc import Collection as AnyOf
from fnmatch import fnmatchcase
from typing import Generic, Literal, Protocol, TypeVar, get_args

import attrs

from .._ground import checks, did_you_mean
from ..errors import ConfigurationError
from ._data.seeded import chance, key, roll
from ._operations.operations_table import OPERATIONS
from ._simulator_call import SimulatedOperation


class Occasional(Protocol):
    """What strikes every `every`-th time with the chance `rate`, `times` times at most."""

    @property
    def rate(self) -> float: ...
    @property
    def times(self) -> int | None: ...
    @property
    def every(self) -> int: ...


F = TypeVar("F", bound=Occasional)


@attrs.define
class _Active(Generic[F]):
    fault: F
    key: int
    seen: int = 0
    struck: int = 0

    def strikes(self) -> bool:
        self.seen += 1
        if self.fault.times is not None and self.struck >= self.fault.times:
            return False
        if self.seen % self.fault.every or not chance(self.key, self.seen, self.fault.rate):
            return False
        self.struck += 1
        return True


class ActiveFaults(Generic[F]):
    """The faults in force. What they hit is a function of the seed, and of the order it comes in.

    `word` keeps the dice of different kinds of faults apart.
    """

    def __init__(self, seed: int, faults: Iterable[F] = (), word: str = "fault") -> None:
        self._seed, self._word = seed, word
        self._active: list[_Active[F]] = []
        self._added = 0
        for fault in faults:
            self.inject(fault)

    @property
    def all(self) -> tuple[F, ...]:
        """The faults in force, in the order in which they came."""
        return tuple(active.fault for active in self._active)

    def inject(self, fault: F) -> None:
        """Have one more thing go wrong from now on."""
        self._active.append(_Active(fault, key(self._seed, self._word, str(self._added))))
        self._added += 1

    def clear(self) -> None:
        """Let everything go well from now on."""
        self._active.clear()

    def struck_by(self, concerns: Callable[[F], bool]) -> tuple[F, ...]:
        """Which of the faults that this concerns go wrong this time."""
        return tuple(
            active.fault for active in self._active if concerns(active.fault) and active.strikes()
        )


FaultKind = Literal[
    "latency",
    "hang",
    "rate_limit",
    "server_error",
    "html",
    "empty",
    "not_utf8",
    "drop_before",
    "drop_after",
    "truncated_body",
    "truncated_json",
    "endless_body",
    "slow_body",
    "foreign_link",
    "repeating_link",
    "stuck_list",
    "deleted_cursor",
    "churn",
]
Change = Literal["create", "update", "delete"]
Pattern = str | tuple[str, str]

KINDS: tuple[FaultKind, ...] = get_args(FaultKind)
LIST_KINDS = frozenset({"foreign_link", "repeating_link", "stuck_list", "deleted_cursor", "churn"})
"""What only lists suffer."""


@attrs.frozen
class Fault:
    """One thing that goes wrong.

    | kind | what happens |
    |---|---|
    | latency | the answer takes `seconds` more, give or take up to `jitter` |
    | hang | no answer, ever |
    | rate_limit | 429, with `Retry-After: retry_after` if that is given |
    | server_error | `status` (500) with an error of type `api_error` |
    | html | a page of HTML with `status` (502; 200 will do) |
    | empty | nothing, with `status` (502) |
    | not_utf8 | bytes that are no UTF-8, with `status` (200) |
    | drop_before | the connection breaks before the request took effect |
    | drop_after | it took effect, then the connection breaks |
    | truncated_body | the connection breaks halfway through the body |
    | truncated_json | half the JSON, with the length of that half |
    | endless_body | a body that goes on for as long as somebody reads it |
    | slow_body | the body comes in ten parts, over `seconds` |
    | foreign_link | the `Link` header points to another host |
    | repeating_link | the next page in the `Link` header is this one again |
    | stuck_list | the list ignores its cursor: the first page, whatever is asked for |
    | deleted_cursor | the object that the cursor names is deleted just before |
    | churn | one object of the list's resource is created, updated or deleted just before |

    `operations` is `"*"` or any of: an operation's id, `"METHOD /path/{id}"`, the pair of method
    and path; `*` and `?` match anything, and each has to match some operation. Of the requests
    that match, every `every`-th has the chance `rate` (0 to 1) of going wrong, `times` times at
    most. `change` is what `churn` does. Seconds are the simulator's clock's. What replaces an
    answer (429, 5xx, html, empty, not_utf8) happens before the request takes effect, unless
    `takes_effect`.
    """

    kind: FaultKind = attrs.field(validator=checks.one_of(*KINDS))
    operations: Pattern | AnyOf[Pattern] = "*"
    rate: float = attrs.field(default=1.0, validator=checks.SHARE)
    times: int | None = attrs.field(
        default=None,
        kw_only=True,
        validator=attrs.validators.optional(checks.COUNT_OR_NONE),
    )
    every: int = attrs.field(default=1, kw_only=True, validator=checks.COUNT)
    seconds: float = attrs.field(default=1.0, kw_only=True, validator=checks.SECONDS_OR_NONE)
    jitter: float = attrs.field(default=0.0, kw_only=True, validator=checks.SECONDS_OR_NONE)
    status: int | None = attrs.field(default=None, kw_only=True)
    retry_after: str | None = attrs.field(
        default=None, kw_only=True, converter=attrs.converters.optional(str)
    )
    takes_effect: bool = attrs.field(default=False, kw_only=True)
    change: Change = attrs.field(
        default="update",
        kw_only=True,
        validator=checks.one_of("create", "update", "delete"),
    )

    def __attrs_post_init__(self) -> None:
        """Refuse, with `ConfigurationError`, what could never strike: it is misspelt."""
        for pattern in self._patterns():
            if not any(_matches(pattern, operation) for operation in OPERATIONS):
                hint = did_you_mean(pattern, (operation.id for operation in OPERATIONS))
                raise ConfigurationError(f"operations: {pattern!r} matches none; {hint}")
        if not any(self.concerns(operation) for operation in OPERATIONS):
            raise ConfigurationError(
                f"operations: none of {self.operations!r} can suffer {self.kind}"
            )

    def concerns(self, operation: SimulatedOperation) -> bool:
        """Whether this can happen to an operation."""
        if self.kind in LIST_KINDS and not operation.id.startswith("list-all-"):
            return False
        return any(_matches(pattern, operation) for pattern in self._patterns())

    def _patterns(self) -> Iterable[Pattern]:
        operations = self.operations
        if isinstance(operations, str):
            return (operations,)
        # A pair of texts is one operation if it starts with a method, else a choice of two.
        if isinstance(operations, tuple) and operations[:1] and operations[0] in _METHODS:
            return ((str(operations[0]), str(operations[1])),)
        return operations


_METHODS = ("GET", "POST", "PATCH", "DELETE")


def _matches(pattern: Pattern, operation: SimulatedOperation) -> bool:
    route = f"{operation.method} {operation.path}"
    if isinstance(pattern, tuple):
        return fnmatchcase(route, " ".join(pattern))
    return fnmatchcase(operation.id, pattern) or fnmatchcase(route, pattern)


class Faults(ActiveFaults[Fault]):
    """The faults in force. Which requests they hit is a function of the seed and the order."""

    def __init__(self, seed: int, faults: Iterable[Fault] = ()) -> None:
        super().__init__(seed, faults)
        self._throws = 0
        self._key = key(seed, "jitter")

    def jittered(self, fault: Fault) -> float:
        """How long a fault takes this time, in seconds of the simulator's clock."""
        self._throws += 1
        share = roll(self._key, self._throws) / 2**64
        return max(0.0, fault.seconds + fault.jitter * (2 * share - 1))

    def strike(self, operation: SimulatedOperation) -> tuple[Fault, ...]:
        """What goes wrong with the request for `operation` that has just come."""
        return self.struck_by(lambda fault: fault.concerns(operation))
