"""What a 429 in spite of the budget teaches: somebody else uses the account or the address.

Everyone pauses, then a single request tries whether the service answers again. A refusal that
stays alone can have been an accident of the network, which bunched requests up; after the next one
the pace is halved and comes back bit by bit. A refused request may count against the windows too,
so each refusal in a row doubles the pause.
"""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 300.0
"""Seconds; a call that was told to wait longer gives up by its own deadline, but nobody else is
held back for longer than the longest of the service's windows."""
ALONE = 60.0
"""Seconds without another refusal, for one to be taken for an accident."""
RECOVERY = 0.02
"""What part of the full pace each answer gives back."""


class Throttle:
    """How much of the budget may be used at present. Times are seconds of the caller's clock."""

    def __init__(self) -> None:
        self.share = 1.0
        self.paused_until = float("-inf")
        self._refusals_in_a_row = 0
        self._cut_at = float("-inf")

    @property
    def probing(self) -> bool:
        """Whether only one request at a time may try the service."""
        return self._refusals_in_a_row > 0

    def limit(self, full: int) -> int:
        """How many of `full` requests may be sent."""
        return max(1, int(full * self.share))

    def refused(self, now: float, sent_at: float, retry_after: float | None) -> None:
        """A request was answered 429."""
        # What was under way when the pace was cut tells nothing new about the lower pace.
        if sent_at >= self._cut_at:
            pause = min(FIRST_PAUSE * 2**self._refusals_in_a_row, LONGEST_PAUSE)
            self._refusals_in_a_row += 1
            if sent_at - self._cut_at < ALONE:
                self.share = max(self.share / 2, 0.1)
            self._cut_at = now
            self.paused_until = max(self.paused_until, now + pause)
        if retry_after is not None:
            asked = min(retry_after, LONGEST_RETRY_AFTER)
            self.paused_until = max(self.paused_until, now + asked)

    def answered(self, sent_at: float) -> None:
        """A request was answered, and not with a 429."""
        if sent_at >= self._cut_at:
            self._refusals_in_a_row = 0
            self.share = min(1.0, self.share + RECOVERY)
