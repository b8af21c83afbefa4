"""A budget of many processes, as each of them uses it: it asks where the budget is kept.

Whoever waits in this process stands in a line of its own here; for the first of each priority the
process asks, and is told when to ask again. What the process has sent it also knows by itself:
while what is shared can't be reached, it sends no more than its part of that, and tells it when
what is shared was lost.
"""

import asyncio
import itertools
import uuid
from typing import Self

import attrs

from .._ground import Clock, checks, logger
from ..errors import ConfigurationError
from .budget_store import BudgetStore, StoreGoneError
from .forecast import Demands, Forecast, forecast
from .lone_share import LoneShare, OwnRequest
from .outage import Outage, ended, woken
from .permit_line import Granted, PermitLine, SharedPermit
from .rate_budget import FIVE_MINUTES, SECOND, Limits, Permit, Priority, RequestOutcome, Room
from .request_queue import SOON
from .round_trips import LONGEST_DELAY, RoundTrips
from .shared_messages import Ask, PaceVerdict, Sent, SharedRules, Told
from .window import GUARD, Window


class SharedBudget:
    """One budget for all processes that name the same store; see `RedisBudget`, `FileBudget`.

    Used within one event loop, and closed there (`async with`, or `close()`).
    """

    _store: BudgetStore

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Clock | None = None,
        account: str = "",
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock = Clock() if clock is None else checks.clock(clock)
        self._account = account
        self._rules = SharedRules(
            per_second=self._limits.per_second,
            second=clock.real_seconds(SECOND + GUARD),
            per_five_minutes=self._limits.per_five_minutes,
            five_minutes=clock.real_seconds(FIVE_MINUTES + GUARD),
            reserve=self._limits.kept_free,
            longest_delay=LONGEST_DELAY,
        )
        self._round_trips = RoundTrips(clock.seconds(LONGEST_DELAY))
        self.demands: Demands = Demands()
        """What those expect who read long lists in this process."""
        self._process = uuid.uuid4().hex[:12]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._numbers = itertools.count()
        self._line = PermitLine()
        self._own: dict[str, OwnRequest] = {}
        self._settled: list[Sent] = []
        self._unused: list[str] = []
        self._verdicts: list[PaceVerdict] = []
        self._told: Told | None = None
        self._told_at = 0.0
        self._report_due = False
        self._asked_for: set[Priority] = set()
        self._outage: Outage | None = None
        self._asked_at = float("-inf")
        """When the question was asked of which this was the answer, in real seconds."""
        self._ahead = 0.0
        """By how much the clock of what is shared is ahead of the loop's."""
        self._wake = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None

    async def acquire(self, priority: Priority) -> Permit:
        """Wait for the right to send one request."""
        await self._open()
        granted = self._line.join(priority)
        if priority not in self._asked_for:
            self._stir()
        try:
            return await granted
        except asyncio.CancelledError:
            if granted.done() and not granted.cancelled():
                self._give_back(granted.result().id)
            raise

    async def settle(self, permit: Permit, outcome: RequestOutcome) -> None:
        """Tell what became of the request."""
        if not isinstance(permit, SharedPermit) or permit.id not in self._own:
            return
        now, own = self._now(), self._own[permit.id]
        if outcome.answered:
            clock_now = self._clock.now()
            departed = outcome.left_at is not None
            left_at = permit.sent_at if outcome.left_at is None else outcome.left_at
            delay = self._round_trips.delay(clock_now - left_at, departed=departed)
            late = self._clock.real_seconds(delay + left_at - permit.sent_at)
            own.arrived = own.left + min(late, LONGEST_DELAY)
            if outcome.refused:
                self._round_trips.refused()
            self._verdicts.append(
                PaceVerdict(
                    now - own.left,
                    outcome.refused,
                    None
                    if outcome.retry_after is None
                    else self._clock.real_seconds(outcome.retry_after),
                )
            )
        self._settled.append(self._sent(permit.id, now))
        self._stir()

    def waiting(self) -> int:
        """How many requests of this process wait for a permit."""
        return len(self._line)

    def used_this_second(self) -> int:
        """How many requests of the account hold a place in the last second, as far as is known."""
        second, _ = self._windows()
        second.ready_at(self._clock.now())
        return second.used()

    def room(self) -> Room:
        """What the limits leave for bulk work of this process: its part of what is left."""
        limits = self._limits.of_bulk_work
        if self._told is None or self._outage is not None:
            return Room(limits, 0)
        now = self._clock.now()
        _, address = self._windows()
        address.ready_at(now)
        free_from = [each + address.seconds - now for each in address.arrivals()]
        soon = [seconds for seconds in free_from if seconds <= SOON]
        left = max(0, limits.per_five_minutes - len(free_from) + len(soon))
        return Room(limits, left // max(1, self._told.processes), max(soon, default=0.0))

    def forecast(self, requests: int = 1) -> Forecast:
        """When the next requests may leave if nobody else sends any."""
        now = self._clock.now()
        if self._outage is not None:
            wait = max(0.0, self._clock.seconds(self._outage.due() - self._now()))
            return Forecast(wait, f"the shared budget ({self._store.name}: out of reach)", wait)
        second, address = self._windows()
        told = self._told
        paused = 0.0 if told is None else self._clock.seconds(told.paused)
        limit = self._limits.per_second if told is None else told.limit
        return forecast(now, second, limit, address, self._when(paused), requests)

    async def close(self) -> None:
        """Give up the place in line, and what is open. Closing twice does no harm."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await ended(runner)
        if self._loop is None:
            return
        self._loop = None
        if self._told is not None and self._outage is None:
            try:
                async with asyncio.timeout(1):
                    goodbye = attrs.evolve(self._ask(), wants=(0, 0), leaves=True)
                    await self._store.ask(goodbye, self._rules)
            except (StoreGoneError, ConfigurationError, TimeoutError):
                logger.debug("the shared budget was not told that a process has ended")
            self._asked_at = float("-inf")
        await self._store.close()

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        # Crash reporters also show one whose making failed.
        store = getattr(self, "_store", None)
        return f"{type(self).__name__}({store.name!r})" if store else f"{type(self).__name__}()"

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        if self._loop is None:
            self._loop = loop
            await self._store.open(self._lost)
        elif self._loop is not loop:
            raise ConfigurationError(
                "budget: is in use on another event loop; make one for each, of the same address"
            )

    def _lost(self) -> None:
        self._report_due = True
        if self._outage is not None:
            self._outage.try_now()
        self._stir()

    def _stir(self) -> None:
        self._wake.set()
        if (self._runner is None or self._runner.done()) and self._loop is not None:
            self._runner = self._loop.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._ask_and_tell()
        except Exception as error:
            # Whoever waits must not wait for ever.
            self._line.refuse_all(error)
            raise

    async def _ask_and_tell(self) -> None:
        while self._line.wants() != (0, 0) or self._has_news():
            self._wake.clear()
            ask, asked_at = self._ask(), self._now()
            try:
                told = await self._exchange(ask)
            except StoreGoneError as error:
                self._put_back(ask)
                await self._do_without(error).until_next_try(asked_at)
            except ConfigurationError as error:
                self._line.refuse_all(error)
                return
            else:
                if self._take(told, asked_at):
                    await self._pause(told)

    async def _exchange(self, ask: Ask) -> Told:
        outage = self._outage
        if outage is None:
            return await self._store.ask(ask, self._rules)
        # Leave that comes too late to be heard of would be lost: so it asks for none.
        ask = attrs.evolve(ask, wants=(0, 0))
        return await outage.wait_for(self._store.ask(ask, self._rules, outage.patience))

    async def _pause(self, told: Told) -> None:
        """Sleep until there is something to ask or to tell."""
        waiting = self._line.wants()
        self._asked_for = {priority for priority in Priority if told.due[priority] is not None}
        unasked = any(waiting[each] and each not in self._asked_for for each in Priority)
        if unasked or self._has_news() or waiting == (0, 0):
            return
        due = [seconds for seconds in told.due if seconds is not None]
        await woken(self._wake, min(due))

    def _has_news(self) -> bool:
        return bool(self._settled or self._unused or self._verdicts or self._report_due)

    def _ask(self) -> Ask:
        now = self._now()
        horizon = now - self._rules.five_minutes
        for name in [each for each, own in self._own.items() if own.arrived <= horizon]:
            del self._own[name]
        own = tuple(self._sent(name, now) for name in self._own)
        told = self._told if self._own or self._outage is not None else self._remembered()
        ask = Ask(
            process=self._process,
            account=self._account,
            wants=self._line.wants(),
            settled=tuple(self._settled),
            unused=tuple(self._unused),
            verdicts=tuple(self._verdicts),
            known=None if told is None else told.state,
            reported=own if self._report_due else None,
            processes=1 if told is None else told.processes,
            heard=self._heard(now) if self._report_due else (),
            turns=0 if told is None else told.turns,
            turn=None if told is None else told.turn,
        )
        self._settled, self._unused, self._verdicts = [], [], []
        self._report_due = False
        return ask

    def _remembered(self) -> Told | None:
        """What was told; None where that is so long ago that nothing of it counts any more, and
        that others have forgotten this process."""
        return self._told if self._now() - self._asked_at < self._rules.five_minutes else None

    def _heard(self, now: float) -> tuple[Sent, ...]:
        """What others have sent and still counts, as it was told."""
        told = self._told
        if told is None:
            return ()
        since = now + self._ahead - told.now
        others = [each for each in told.five_minutes if not each[0].startswith(self._process)]
        ago = [(name, since - arrived) for name, arrived in others]
        return tuple(Sent(name, s, s) for name, s in ago if s < self._rules.five_minutes)

    def _put_back(self, ask: Ask) -> None:
        self._settled[:0] = ask.settled
        self._unused[:0] = ask.unused
        self._verdicts[:0] = ask.verdicts
        self._report_due = True

    def _sent(self, id: str, now: float) -> Sent:
        own = self._own[id]
        return Sent(id, now - own.left, now - own.arrived)

    def _take(self, told: Told, asked_at: float) -> bool:
        """Hand out what the process was given; tells whether there is nothing to ask at once."""
        if self._outage is not None:
            logger.info("the shared budget (%s) is within reach again", self._store.name)
            # What went alone while the answer was under way isn't told yet.
            self._outage, self._report_due = None, True
        known = self._told
        if told.report:
            self._report_due = True
            return False
        if known is not None and known.state != told.state:
            logger.warning(
                "what the shared budget (%s) knew was lost; all who share it tell it anew",
                self._store.name,
            )
        self._told, self._told_at, self._asked_at = told, self._clock.now(), asked_at
        # The answer was made since it was asked: so the fastest exchange tells the clock best.
        self._ahead = min(max(self._ahead, told.now - self._now()), told.now - asked_at)
        for name, priority, wait in told.leave:
            self._hand_out(name, Priority(priority), wait)
        return True

    def _hand_out(self, id: str, priority: Priority, wait: float) -> None:
        self._own[id] = OwnRequest.leaving(self._now() + wait)
        granted = self._line.next_for(priority)
        if granted is None:
            self._give_back(id)
        else:
            asyncio.get_running_loop().call_later(wait, self._let_go, granted, id)

    def _let_go(self, granted: Granted, id: str) -> None:
        if granted.done():
            self._give_back(id)
        else:
            # The loop may have been busy when it was its turn.
            self._own[id] = OwnRequest.leaving(self._now())
            granted.set_result(SharedPermit(self._clock.now(), id))

    def _give_back(self, id: str) -> None:
        self._own.pop(id, None)
        self._unused.append(id)
        self._stir()

    def _do_without(self, error: StoreGoneError) -> Outage:
        """What is shared is out of reach: send no more than this process's part of it."""
        if self._outage is not None:
            return self._outage
        self._asked_for = set()
        told, share = self._remembered(), None
        meanwhile = "nothing is sent until it is there"
        if told is not None and told.alone:
            share = LoneShare(self._rules, told, self._ahead, self._own, self._now)
            meanwhile = f"this process sends no more than its part, 1/{told.turns}"
        self._outage = Outage(share, self._line, self._let_go_alone, self._wake, self._now)
        logger.warning(
            "the shared budget (%s) is out of reach (%s): %s",
            self._store.name,
            error,
            meanwhile,
        )
        return self._outage

    def _let_go_alone(self, priority: Priority) -> None:
        self._hand_out(f"{self._process}.alone{next(self._numbers)}", priority, 0.0)

    def _windows(self) -> tuple[Window, Window]:
        """The account's second and the address's five minutes, as they were told."""
        told = self._told
        second, five_minutes = ([], []) if told is None else (told.second, told.five_minutes)
        return (
            Window(
                self._limits.per_second,
                SECOND,
                arrivals=[self._when(self._clock.seconds(each)) for each in second],
            ),
            Window(
                self._limits.per_five_minutes,
                FIVE_MINUTES,
                arrivals=[self._when(self._clock.seconds(each)) for _, each in five_minutes],
            ),
        )

    def _now(self) -> float:
        """Real seconds of the event loop."""
        return 0.0 if self._loop is None else self._loop.time()

    def _when(self, seconds: float) -> float:
        return self._told_at + seconds
