"""What a process tells and asks of a budget that is shared, and what it is told.

A process tells moments as seconds ago, since its own clock is another one.
"""

from typing import Any

import attrs


@attrs.frozen
class SharedRules:
    """What holds for all who share. In real seconds."""

    per_second: int
    second: float
    per_five_minutes: int
    five_minutes: float
    reserve: int
    longest_delay: float
    """By how much a request can arrive later than it was sent, at most."""

    def as_list(self) -> list[Any]:
        """For JSON: every field in its place."""
        return list(attrs.astuple(self))


@attrs.define
class Sent:
    """A request that a process has sent."""

    id: str
    ago: float
    """Seconds since it left; negative where it is still to leave."""
    arrived_ago: float
    """Seconds since the latest moment at which it can have arrived."""


@attrs.define
class PaceVerdict:
    """What an answer says of the pace."""

    ago: float
    """Seconds since its request left."""
    refused: bool
    retry_after: float | None = None


@attrs.define
class Ask:
    """What a process tells and wants."""

    process: str
    account: str
    wants: tuple[int, int] = (0, 0)
    """Requests that wait: interactive, bulk."""
    settled: tuple[Sent, ...] = ()
    """Requests of which it is known by now when they arrived."""
    unused: tuple[str, ...] = ()
    """Leave that nobody wants any more."""
    verdicts: tuple[PaceVerdict, ...] = ()
    known: str | None = None
    """The name of the state that the process knew last."""
    reported: tuple[Sent, ...] | None = None
    """All that the process has sent and that still counts, after what was shared was lost."""
    heard: tuple[Sent, ...] = ()
    """With that, what others have sent and still counts, as far as the process knows."""
    processes: int = 1
    """How many shared the state that was lost, as far as the process knows."""
    turns: int = 0
    """What the process was told last of `Told.turns`; 0: nothing yet."""
    turn: int | None = None
    """The same of `Told.turn`."""
    leaves: bool = False
    """Whether the process sends nothing any more, and gives up its turn."""

    def as_list(self) -> list[Any]:
        """For JSON: every field in its place."""
        return list(attrs.astuple(self))


@attrs.define
class Told:
    """The answer to an `Ask`. In seconds from now."""

    state: str
    """The state's name; another one than before means that what was shared was lost."""
    report: bool
    """Whether the process has to report before it is given leave."""
    now: float
    """The time of the state."""
    processes: int
    """How many processes share the state."""
    turn: int
    """Which turn is this process's, from 0, where all go alone."""
    turns: int
    """Of how many turns: a power of two, so that who knows of fewer takes none of another's."""
    alone: bool
    """Whether this process may go alone: all others know of enough turns."""
    leave: list[list[Any]]
    """Requests that may leave: id, priority, in how many seconds."""
    due: list[float | None]
    """When to ask again for interactive and for bulk requests that still wait."""
    limit: int
    """Requests a second, at the present pace."""
    paused: float
    """How long the pause after a 429 still lasts."""
    second: list[float]
    """When the requests of the account's last second arrived, in order; not positive as a rule."""
    five_minutes: list[list[Any]]
    """The same of all accounts in the last five minutes: id, when."""
