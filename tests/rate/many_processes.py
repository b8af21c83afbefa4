"""Many processes that share a budget, in virtual time: what arrives at the service, and when."""

import asyncio
import enum
import random
from collections import Counter
from collections.abc import Callable

import attrs

from harness.virtual_time import VirtualClock
from oncehub_async import Limits, Priority, RequestOutcome
from oncehub_async._rate import SharedBudget
from oncehub_async._rate.budget_store import StoreGoneError
from oncehub_async._rate.shared_messages import Ask, SharedRules, Told
from oncehub_async._rate.shared_state import State, new_state, step


class Outage(enum.Enum):
    """What becomes of questions that are asked while what is shared is out of reach."""

    REFUSED = "refused"
    """They fail at once."""
    LOST = "lost"
    """They are never answered."""
    LATE = "late"
    """They are answered when it is over, also those whose asker gave up: the server hangs."""


@attrs.define(eq=False)
class KeptState:
    """What a server would keep; it can be out of reach, and forget everything."""

    round_trip: float = 0.002
    state: State | None = None
    outage: Outage | None = None
    unanswered: list[tuple[asyncio.Future[Told], Ask, SharedRules]] = attrs.Factory(list)
    exchanges: int = 0
    begun: int = 0
    just_started: float = -100.0
    told_of_loss: list[Callable[[], None]] = attrs.Factory(list)

    def forget(self) -> None:
        self.state, self.just_started = None, asyncio.get_running_loop().time()

    def back(self) -> None:
        ended, self.outage = self.outage, None
        for answer, ask, rules in self.unanswered:
            told = self.answer(ask, rules)
            if not answer.done():
                answer.set_result(told)
        self.unanswered = []
        if ended is Outage.REFUSED:
            for tell in self.told_of_loss:
                tell()

    def answer(self, ask: Ask, rules: SharedRules) -> Told:
        now = asyncio.get_running_loop().time()
        self.exchanges += 1
        if self.state is None:
            self.begun += 1
            settling = now - self.just_started < 5
            self.state = new_state(f"state {self.begun}", now, settling=settling)
        return step(self.state, ask, now, rules)

    async def unanswered_question(self, ask: Ask, rules: SharedRules, patience: float) -> Told:
        if self.outage is Outage.REFUSED:
            raise StoreGoneError("out of reach")
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        if self.outage is Outage.LATE:
            self.unanswered.append((answer, ask, rules))
        try:
            async with asyncio.timeout(patience):
                return await answer
        except TimeoutError:
            raise StoreGoneError("no answer") from None


@attrs.define(eq=False)
class KeptStore:
    """One process's way to it."""

    kept: KeptState
    name: str = "kept"

    async def open(self, on_lost: Callable[[], None]) -> None:
        self.kept.told_of_loss.append(on_lost)

    async def ask(self, ask: Ask, rules: SharedRules, patience: float | None = None) -> Told:
        kept = self.kept
        await asyncio.sleep(kept.round_trip / 2)
        if kept.outage is not None:
            return await kept.unanswered_question(ask, rules, patience or 2.0)
        told = kept.answer(ask, rules)
        await asyncio.sleep(kept.round_trip / 2)
        return told

    async def close(self) -> None:
        pass


@attrs.define(eq=False)
class Service:
    """Notes when requests arrive; refuses nothing."""

    seed: int = 1
    latency: float = 0.1
    arrivals: list[tuple[float, str]] = attrs.Factory(list)
    by_process: Counter[str] = attrs.Factory(Counter)
    """Requests of bulk work."""
    _random: random.Random = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.seed)

    async def handle(self, process: str, account: str) -> None:
        one_way = [self.latency / 2 * self._random.uniform(0.7, 1.3) for _ in ("to", "fro")]
        await asyncio.sleep(one_way[0])
        self.arrivals.append((asyncio.get_running_loop().time(), account))
        self.by_process[process] += 1
        await asyncio.sleep(one_way[1])

    def most(self, seconds: float, account: str | None = None) -> int:
        """The most that arrived in any span of so many seconds."""
        times = sorted(at for at, of in self.arrivals if account in (None, of))
        most = first = 0
        for last, at in enumerate(times):
            while times[first] <= at - seconds:
                first += 1
            most = max(most, last - first + 1)
        return most


class KeptBudget(SharedBudget):
    def __init__(self, kept: KeptState, limits: Limits | None, account: str) -> None:
        self._store = KeptStore(kept)
        super().__init__(limits, clock=VirtualClock(), account=account)


class Process:
    """One that sends bulk requests as fast as it may, and can be killed."""

    def __init__(
        self,
        kept: KeptState,
        service: Service,
        name: str,
        *,
        limits: Limits | None = None,
        account: str = "",
    ) -> None:
        self.kept, self.budget = kept, KeptBudget(kept, limits, account)
        self.service, self.name, self.account = service, name, account
        self.waits: list[float] = []
        self.tasks: list[asyncio.Task[None]] = []

    def work(self, at_once: int = 3) -> None:
        self.tasks += [asyncio.create_task(self._work()) for _ in range(at_once)]

    async def _work(self) -> None:
        while True:
            await self.request(Priority.BULK)

    async def request(self, priority: Priority, outcome: RequestOutcome | None = None) -> float:
        """Gives how long it waited for the budget."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        permit = await self.budget.acquire(priority)
        waited = loop.time() - asked
        await self.service.handle(self.name, self.account)
        await self.budget.settle(permit, outcome or RequestOutcome(answered=True))
        return waited

    async def end(self) -> None:
        """As one that closes its budget."""
        for task in self.tasks:
            task.cancel()
        await asyncio.sleep(0)
        await self.budget.close()

    def kill(self) -> None:
        """As kill -9: nobody is told, and nothing wakes it."""
        self.kept.told_of_loss = [
            each for each in self.kept.told_of_loss if each != self.budget._lost
        ]
        for task in [*self.tasks, self.budget._runner]:
            if task is not None:
                task.cancel()
