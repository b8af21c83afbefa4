"""How far back to look for what was missed. Pure rules; times are Unix seconds."""

from ..._ground import checks
from .._accepting.signature import RETRY_WINDOW

OVERLAP = checks.HOUR
"""How much earlier than the last event before a silence to look: clocks differ, and events that
were on their way when it began may never have come."""

LONGEST_LOOK_BACK = 30 * checks.DAY
_SILENCE = checks.HOUR


class Silences:
    """When events came, and since when something may be missing.

    What is missed is missed in a silence: while the receiver or its webhook was off, nothing came.
    On a busy account an hour of it is rare; on a quiet one, looking back costs few requests.
    """

    def __init__(self, now: float, memory: float) -> None:
        """`memory`: for how many seconds the inbox knows events again; 0 if not durably."""
        self._now, self._newest = now, float("-inf")
        self.first: float | None = None
        self._recent = now - min(RETRY_WINDOW, memory)
        self._begins: float | None = None

    @property
    def newest(self) -> float:
        """When the last event came; minus infinity if none did."""
        return self._newest

    @property
    def is_empty(self) -> bool:
        """Whether nothing ever came."""
        return self._newest == float("-inf")

    def add(self, received: float) -> None:
        """An event came; later than those that were added before, or about then."""
        is_silence = received >= self._recent and received - self._newest > _SILENCE
        if is_silence and self._begins is None:
            self._begins = self._newest
        self._newest = max(self._newest, received)
        self.first = received if self.first is None else min(received, self.first)

    def since(self) -> float:
        """From when on to look: the beginning of the first silence of an hour that reaches into
        the last 73 hours (as long as OnceHub delivers again), or the newest event; at most 30 days
        ago. Of an inbox that is empty, 73 hours.
        """
        if self.is_empty:
            return self._now - RETRY_WINDOW
        begins = self._newest if self._begins is None else self._begins
        earliest = self._now - (RETRY_WINDOW if begins == float("-inf") else LONGEST_LOOK_BACK)
        return max(begins - OVERLAP, earliest)
