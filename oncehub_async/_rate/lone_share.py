"""What one process may send while the budget that it shares with others is out of reach."""

from collections.abc import Callable, Mapping
from math import ceil

import attrs

from .rate_budget import Priority
from .round_trips import LONGEST_DELAY
from .shared_messages import SharedRules, Told
from .window import free_at


@attrs.define(eq=False)
class OwnRequest:
    """A request that this process has sent, in real seconds of its own clock."""

    left: float
    arrived: float
    """At the latest."""

    @classmethod
    def leaving(cls, left: float) -> "OwnRequest":
        """One that leaves then, and may arrive late."""
        return cls(left, left + LONGEST_DELAY)


class LoneShare:
    """What a process may send while what is shared is out of reach. In real seconds.

    In the first five minutes it may send anew just what it has sent before: so all together
    never send more than they had when they could see each other. Later each has an equal share.
    """

    def __init__(
        self,
        rules: SharedRules,
        told: Told,
        ahead: float,
        own: Mapping[str, OwnRequest],
        now: Callable[[], float],
    ) -> None:
        self._rules, self._now, self._own = rules, now, own
        self._own_turn, self._turns = told.turn, told.turns
        self._ahead = ahead
        self._since = since = now()
        self._last_turn = -1
        horizon = since - rules.five_minutes
        self._had = sum(each.arrived > horizon for each in own.values())

    def due(self, priority: Priority) -> float:
        """When the next request may leave."""
        rules, now = self._rules, self._now()
        share = max(1, rules.per_five_minutes // self._turns)
        everybody_anew = self._since + rules.five_minutes + rules.longest_delay
        limit = share if now >= everybody_anew else min(share, self._had)
        if priority is Priority.BULK and limit > 0:
            limit = max(1, limit - rules.reserve // self._turns)
        arrivals = sorted(each.arrived for each in self._own.values())
        arrivals = [each for each in arrivals if each > now - rules.five_minutes]
        earliest = max(
            now,
            # What others have sent until then can still arrive.
            self._since + rules.second + rules.longest_delay,
            free_at(arrivals, limit, rules.five_minutes) if limit > 0 else everybody_anew,
        )
        return self._turn(max(self._turn_at(earliest), self._last_turn + 1))

    def take(self, at: float) -> None:
        """A request leaves at this time."""
        self._last_turn = self._turn_at(at)

    # Everybody has turns of its own, by the clock of what was shared: each process one in a round.

    def _turn_at(self, time: float) -> int:
        """The number of the first of its own turns at or after a time."""
        turns = (time + self._ahead) / self._apart
        return ceil((turns - self._own_turn) / self._turns - 1e-6)

    def _turn(self, number: int) -> float:
        return (number * self._turns + self._own_turn) * self._apart - self._ahead

    @property
    def _apart(self) -> float:
        """Seconds between two turns; what the network shifts by less keeps the limit."""
        return self._rules.second / max(0.5, self._rules.per_second - 1)
