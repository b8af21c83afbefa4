"""How late a request can have arrived, beside one that took the fastest way there.

Two requests that leave a second apart arrive less than a second apart if the first was held up on
its way and the second wasn't. How long the way there takes can't be seen; round trips can. What a
round trip took longer than the shortest possible one was spent on the way there, at the service,
or on the way back. As long as nothing speaks against it, the way there is taken to vary by no more
than half as much as the whole; a refusal in spite of the budget is what speaks against it.
"""

from collections import deque
from math import sqrt
from statistics import median

LONGEST_DELAY = 1.0
"""Real seconds that a request is assumed to have been under way at most; beyond that it is the
service that was slow, not the way there."""

_REMEMBERED = 256

_FEW = 32
"""Round trips; fewer tell little of how much they vary, so that less is relied on."""
_VARIATION = 0.4
"""What part of a round trip they are taken to vary by, as long as there are few."""
_UNUSUAL = 1.5
"""How many times the spread a round trip exceeds the shortest by, for it to be an accident of its
own, of which nobody knows on which way it happened."""
_USUAL_PART = 0.5
_LEARNED = 0.25
_FORGOTTEN = 0.002
_CONNECTIONS = 5
"""As many round trips may include making the connection, where departures aren't known."""


class RoundTrips:
    """The latest round trips, in seconds of the caller's clock."""

    def __init__(self, longest_delay: float = LONGEST_DELAY) -> None:
        self._longest_delay = longest_delay
        self._recent: deque[float] = deque(maxlen=_REMEMBERED)
        self._connecting = _CONNECTIONS
        self._part = _USUAL_PART

    def delay(self, round_trip: float, *, departed: bool) -> float:
        """By how much the request can have arrived late, in seconds; remembers the round trip.

        `departed` tells whether the time runs from when the request had its connection.
        """
        self._part = max(_USUAL_PART, self._part - _FORGOTTEN)
        if not departed and self._connecting:
            # The first connections are still being made, and the request waits for them here.
            self._connecting -= 1
            return min(round_trip, self._longest_delay)
        self._recent.append(round_trip)
        shortest = min(self._recent)
        excess = round_trip - shortest
        # The shortest possible one is shorter than the shortest that was seen, and the longest
        # one longer; this is by how much for sums of two evenly spread times.
        beyond = 1 / sqrt(2 * len(self._recent))
        unsure = max(0.0, 1 - len(self._recent) / _FEW)
        spread = 2 * (median(self._recent) - shortest) / (1 - min(0.5, 2 * beyond))
        if unsure:
            spread = max(spread, _VARIATION * shortest)
        late = excess + beyond * (1 + unsure) * spread
        if excess <= _UNUSUAL * spread:
            late = min(late, self._part * spread)
        return min(late, self._longest_delay)

    def refused(self) -> None:
        """A request was refused that should have had room."""
        self._part = min(1.0, self._part + _LEARNED)
