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

from ..clock import Clock
from .interface import FIVE_MINUTES, SECOND, Limits, Outcome, Permit, Priority
from .throttle import Throttle
from .window import LONGEST_DELAY, RoundTrips, Window


@attrs.define(order=True)
class _Waiter:
    priority: Priority
    number: int
    loop: asyncio.AbstractEventLoop = attrs.field(order=False)
    wake: "asyncio.Future[None]" = attrs.field(order=False)


@attrs.define(eq=False)
class _Account:
    window: Window
    queue: list[_Waiter] = attrs.Factory(list)


class Gate:
    """Gives permits to the accounts that share one address."""

    def __init__(self, limits: Limits = Limits(), clock: Clock = Clock()) -> None:  # noqa: B008
        self.limits = limits
        self.clock = clock
        self.throttle = Throttle()
        # What happens on the network takes real time, however fast the clock runs.
        self._longest_delay = clock.seconds(LONGEST_DELAY)
        self.address = Window(limits.per_five_minutes, FIVE_MINUTES, self._longest_delay)
        self._accounts: dict[str, _Account] = {}
        self._round_trips = RoundTrips(self._longest_delay)
        self._probe: Permit | None = None
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    async def acquire(self, account_name: str, priority: Priority) -> Permit:
        """Wait until a request of this account may leave."""
        loop = asyncio.get_running_loop()
        with self._lock:
            account = self._account(account_name)
            waiter = _Waiter(priority, next(self._numbers), loop, loop.create_future())
            heapq.heappush(account.queue, waiter)
        try:
            while True:
                with self._lock:
                    now = self.clock.now()
                    # Only the first in line needs a timer; the others are told when they are.
                    due = self._due(account, waiter, now)
                    if due is not None and due <= now:
                        return self._take(account, now)
                    waiter.wake = loop.create_future()
                await self._sleep(waiter.wake, None if due is None else due - now)
        finally:
            with self._lock:
                account.queue.remove(waiter)
                heapq.heapify(account.queue)
                self._wake_the_first()

    async def settle(self, account_name: str, permit: Permit, outcome: Outcome) -> None:
        """Learn from what became of a request."""
        with self._lock:
            now = self.clock.now()
            if permit is self._probe:
                self._probe = None
            if outcome.answered:
                delay = self._round_trips.delay(now - permit.sent_at)
                self.address.settle(permit.sent_at, delay)
                self._account(account_name).window.settle(permit.sent_at, delay)
            if outcome.refused:
                self.throttle.refused(now, permit.sent_at, outcome.retry_after)
            elif outcome.answered:
                self.throttle.answered(permit.sent_at)
            self._wake_the_first()

    def waiting(self) -> int:
        """How many requests stand in line."""
        with self._lock:
            return sum(len(account.queue) for account in self._accounts.values())

    def account_window(self, account_name: str) -> Window:
        """The per-second window of an account."""
        with self._lock:
            return self._account(account_name).window

    def _account(self, name: str) -> _Account:
        if name not in self._accounts:
            window = Window(self.limits.per_second, SECOND, self._longest_delay)
            self._accounts[name] = _Account(window)
        return self._accounts[name]

    def _due(self, account: _Account, waiter: _Waiter, now: float) -> float | None:
        """When the waiter may go; None while somebody else has to go first."""
        if account.queue[0] is not waiter:
            return None
        if self._probe is not None:
            return None
        ready = self._account_ready_at(account, now)
        if ready <= now and any(
            other.queue[0] < waiter and self._account_ready_at(other, now) <= now
            for other in self._queued()
            if other is not account
        ):
            return None
        return max(ready, self.address.ready_at(now), self.throttle.paused_until)

    def _account_ready_at(self, account: _Account, now: float) -> float:
        return account.window.ready_at(now, self.throttle.limit(self.limits.per_second))

    def _queued(self) -> Iterator[_Account]:
        return (account for account in self._accounts.values() if account.queue)

    def _take(self, account: _Account, now: float) -> Permit:
        account.window.enter(now)
        self.address.enter(now)
        permit = Permit(now)
        if self.throttle.probing:
            self._probe = permit
        return permit

    async def _sleep(self, wake: "asyncio.Future[None]", seconds: float | None) -> None:
        timer = None
        if seconds is not None:
            timer = wake.get_loop().call_later(self.clock.real_seconds(seconds), _finish, wake)
        try:
            await wake
        finally:
            if timer is not None:
                timer.cancel()

    def _wake_the_first(self) -> None:
        for account in self._accounts.values():
            while account.queue:
                first = account.queue[0]
                try:
                    first.loop.call_soon_threadsafe(_finish, first.wake)
                except RuntimeError:
                    # Its event loop was closed under it; nobody waits there any more.
                    heapq.heappop(account.queue)
                    continue
                break


def _finish(wake: "asyncio.Future[None]") -> None:
    if not wake.done():
        wake.set_result(None)
