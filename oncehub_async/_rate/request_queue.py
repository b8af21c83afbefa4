"""The queue before the service: everybody who sends from one address goes through one gate.

A gate may be used from several event loops and threads at once; its state is guarded by a lock
that is never held while waiting.
"""

import asyncio
import heapq
import itertools
import threading
from collections.abc import Iterator

import attrs

from .._ground import Clock, checks
from .forecast import Demands, Forecast, forecast
from .rate_budget import FIVE_MINUTES, SECOND, Limits, Permit, Priority, RequestOutcome, Room
from .round_trips import LONGEST_DELAY, RoundTrips
from .throttle import Throttle
from .window import Window

_OTHER_LOOPS_GRACE = 0.25
"""Real seconds that a waiter on another event loop has to take its turn, before its loop counts
as blocked or dead and the next in line goes."""

SOON = 100.0
"""Seconds after which a place that becomes free counts as room now: what was sent in a burst five
minutes ago can be sent in a burst again."""

_FEW = 16
"""So many accounts are looked through only when as many more have come."""

_PROBE_PATIENCE = 60.0
"""Real seconds after which a request that tries the service after a 429 counts as lost."""


@attrs.define(eq=False)
class _Waiter:
    rank: tuple[Priority, int]
    wake: "asyncio.Future[None]"
    gone: bool = False

    def __lt__(self, other: "_Waiter") -> bool:
        return self.rank < other.rank


@attrs.define(eq=False)
class _Line:
    """Those who wait for one account on one event loop."""

    window: Window
    loop: asyncio.AbstractEventLoop
    waiters: list[_Waiter] = attrs.Factory(list)

    def first(self) -> _Waiter | None:
        # Who gives up is only marked: taking it out of the middle would cost a search.
        while self.waiters and self.waiters[0].gone:
            heapq.heappop(self.waiters)
        return self.waiters[0] if self.waiters else None


class RequestQueue:
    """Gives permits to the accounts that share one address."""

    def __init__(self, limits: Limits | None = None, clock: Clock | None = None) -> None:
        self._limits = limits or Limits()
        self._clock = Clock() if clock is None else checks.clock(clock)
        # What happens on the network takes real time, however fast the clock runs.
        self._longest_delay = self._clock.seconds(LONGEST_DELAY)
        self._address = Window(self._limits.per_five_minutes, FIVE_MINUTES, self._longest_delay)
        self._windows: dict[str, Window] = {}
        self._look_at = _FEW
        self._lines: dict[tuple[str, asyncio.AbstractEventLoop], _Line] = {}
        self._round_trips = RoundTrips(self._longest_delay)
        self._throttle = Throttle()
        self._probe: Permit | None = None
        self._waiting = 0
        self.demands: Demands = Demands()
        """What those expect who read long lists through this gate."""
        self._numbers = itertools.count()
        # A waiter can be thrown away by the garbage collector while its own thread is in here.
        self._lock = threading.RLock()

    async def acquire(self, account: str, priority: Priority) -> Permit:
        """Wait until a request of this account may leave."""
        loop = asyncio.get_running_loop()
        with self._lock:
            line = self._lines.get((account, loop))
            if line is None:
                line = self._lines[account, loop] = _Line(self._window(account), loop)
            waiter = _Waiter((priority, next(self._numbers)), loop.create_future())
            heapq.heappush(line.waiters, waiter)
            self._waiting += 1
        try:
            while True:
                with self._lock:
                    now = self._clock.now()
                    # Only who can go next needs a timer; the others are told when they can.
                    due = self._due(line, waiter, now)
                    if due is not None and due <= now:
                        return self._take(line.window, now)
                    waiter.wake = loop.create_future()
                await self._sleep(waiter.wake, None if due is None else due - now)
        finally:
            with self._lock:
                self._give_up(waiter)
                self._wake_the_first()

    async def settle(self, account: str, permit: Permit, outcome: RequestOutcome) -> None:
        """Learn from what became of a request."""
        with self._lock:
            now = self._clock.now()
            if permit is self._probe:
                self._probe = None
            if outcome.answered:
                departed = outcome.left_at is not None
                left_at = permit.sent_at if outcome.left_at is None else outcome.left_at
                delay = self._round_trips.delay(now - left_at, departed=departed)
                delay = min(delay + left_at - permit.sent_at, self._longest_delay)
                self._address.settle(permit.sent_at, delay)
                self._window(account).settle(permit.sent_at, delay)
            if outcome.refused:
                self._round_trips.refused()
                self._throttle.refused(now, permit.sent_at, outcome.retry_after)
            elif outcome.answered:
                self._throttle.answered(permit.sent_at)
            self._wake_the_first()

    def waiting(self) -> int:
        """How many requests stand in line."""
        return self._waiting

    def used(self, account: str) -> int:
        """How many requests of an account hold a place in the last second."""
        with self._lock:
            window = self._window(account)
            window.ready_at(self._clock.now())
            return window.used()

    def room(self) -> Room:
        """What the limits leave for bulk work, of whatever account."""
        limits = self._limits.of_bulk_work
        with self._lock:
            now = self._clock.now()
            self._address.ready_at(now)
            free_from = [each + self._address.seconds - now for each in self._address.arrivals()]
            soon = [seconds for seconds in free_from if seconds <= SOON]
            left = max(0, limits.per_five_minutes - len(free_from) + len(soon))
            return Room(limits, left, max(soon, default=0.0))

    def forecast(self, account: str, requests: int) -> Forecast:
        """When the next requests of an account may leave if nobody else sends any."""
        with self._lock:
            return forecast(
                self._clock.now(),
                self._window(account),
                self._throttle.limit(self._limits.per_second),
                self._address,
                self._throttle.paused_until,
                requests,
            )

    def busy_accounts(self) -> set[str]:
        """Those of whose requests something is still to be remembered."""
        with self._lock:
            self._forget_empty_windows()
            return set(self._windows)

    def is_idle(self) -> bool:
        """Whether there is nothing that a new gate in its place wouldn't know as well."""
        with self._lock:
            now = self._clock.now()
            self._address.ready_at(now)
            paused = self._throttle.probing or self._throttle.paused_until > now
            return not (self._waiting or self._address.used() or paused)

    def _forget_empty_windows(self) -> None:
        now = self._clock.now()
        in_line = {account for account, _ in self._lines}
        for account, window in list(self._windows.items()):
            window.ready_at(now)
            if not window.used() and account not in in_line:
                del self._windows[account]
        self._look_at = 2 * len(self._windows) + _FEW

    def _window(self, account: str) -> Window:
        if account not in self._windows:
            if len(self._windows) >= self._look_at:
                self._forget_empty_windows()
            self._windows[account] = Window(self._limits.per_second, SECOND, self._longest_delay)
        return self._windows[account]

    def _due(self, line: _Line, waiter: _Waiter, now: float) -> float | None:
        """When the waiter may go; None while it will be woken by who goes before it."""
        if line.first() is not waiter:
            return None
        if self._probe is not None:
            lost_at = self._probe.sent_at + self._clock.seconds(_PROBE_PATIENCE)
            if now < lost_at:
                return lost_at
            self._probe = None
        ready = self._ready_at(line.window, now)
        together = max(self._together_at(waiter, now), self._throttle.paused_until)
        due = max(ready, together)
        if ready > now:
            return due
        for other in self._ahead_of(waiter, line, now):
            if other.loop is line.loop:
                return None
            grace = self._clock.seconds(_OTHER_LOOPS_GRACE)
            due = max(due, self._ready_at(other.window, now) + grace, together + grace)
        return due

    def _together_at(self, waiter: _Waiter, now: float) -> float:
        """When the five-minute limit lets the waiter go.

        Bulk work leaves the reserve free, or uses it when as much is free again in the time in
        which it could be used up: so in the long run it costs nothing.
        """
        ready = self._address.ready_at(now)
        if waiter.rank[0] is Priority.INTERACTIVE or not self._limits.kept_free:
            return ready
        soon = self._limits.kept_free / self._limits.per_second
        of_bulk_work = self._limits.of_bulk_work.per_five_minutes
        return max(ready, self._address.ready_at(now, of_bulk_work) - soon)

    def _ahead_of(self, waiter: _Waiter, line: _Line, now: float) -> Iterator[_Line]:
        """The lines whose first could go at once, as far as its account goes, and ranks higher."""
        for other in self._lines.values():
            first = other.first()
            if other is line or first is None or not first < waiter:
                continue
            if self._ready_at(other.window, now) <= now:
                yield other

    def _ready_at(self, window: Window, now: float) -> float:
        return window.ready_at(now, self._throttle.limit(self._limits.per_second))

    def _take(self, window: Window, now: float) -> Permit:
        window.enter(now)
        self._address.enter(now)
        permit = Permit(now)
        if self._throttle.probing:
            self._probe = permit
        return permit

    async def _sleep(self, wake: "asyncio.Future[None]", seconds: float | None) -> None:
        timer = None
        if seconds is not None:
            timer = wake.get_loop().call_later(self._clock.real_seconds(seconds), _finish, wake)
        try:
            await wake
        finally:
            if timer is not None:
                timer.cancel()

    def _give_up(self, waiter: _Waiter) -> None:
        self._waiting -= not waiter.gone
        waiter.gone = True

    def _wake_the_first(self) -> None:
        for key, line in list(self._lines.items()):
            first = line.first()
            try:
                if first is not None:
                    line.loop.call_soon_threadsafe(_finish, first.wake)
                    continue
            except RuntimeError:
                # Its event loop was closed under it; nobody waits there any more.
                for waiter in line.waiters:
                    self._give_up(waiter)
            del self._lines[key]


def _finish(wake: "asyncio.Future[None]") -> None:
    if not wake.done():
        wake.set_result(None)
