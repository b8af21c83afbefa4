"""One account's share of a gate."""

from typing import Protocol, TypeGuard

from .._ground import Clock
from .forecast import Demands, Forecast
from .rate_budget import Limits, Permit, Priority, RateBudget, RequestOutcome, Room
from .request_queue import RequestQueue


class TellingBudget(RateBudget, Protocol):
    """A budget that also tells what is left of it; concurrent walks go by that."""

    @property
    def demands(self) -> Demands:
        """What those expect who read long lists under these limits."""
        ...

    def waiting(self) -> int:
        """How many requests wait for a permit."""
        ...

    def room(self) -> Room:
        """What the limits leave to be used."""
        ...

    def forecast(self, requests: int = 1) -> Forecast:
        """When the next requests may leave if nobody else sends any."""
        ...


def tells(budget: object) -> TypeGuard[TellingBudget]:
    """Whether a budget tells what is left of it. Walks ask for each page, so by its class alone."""
    kind = type(budget)
    if kind not in _TELLING:
        names = ("waiting", "room", "forecast")
        _TELLING[kind] = all(callable(getattr(kind, name, None)) for name in names)
    return _TELLING[kind]


_TELLING: dict[type, bool] = {}


class Budget:
    """A rate budget in this process: 5 a second for the account, 200 in 5 minutes altogether.

    Clients that are given the same budget share it. Without one, a client shares with all others
    of the process that were given none and use the same key at the same address.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Clock | None = None,
        gate: RequestQueue | None = None,
        account: str = "",
    ) -> None:
        self._gate = gate or RequestQueue(limits, clock)
        self._account = account

    @property
    def gate(self) -> RequestQueue:
        """Where its requests stand in line with those of others."""
        return self._gate

    @property
    def account(self) -> str:
        """Whose requests these are, under a name that tells accounts apart."""
        return self._account

    async def acquire(self, priority: Priority) -> Permit:
        """Wait for the right to send one request."""
        return await self._gate.acquire(self._account, priority)

    async def settle(self, permit: Permit, outcome: RequestOutcome) -> None:
        """Tell what became of the request."""
        await self._gate.settle(self._account, permit, outcome)

    def waiting(self) -> int:
        """How many requests wait for a permit."""
        return self._gate.waiting()

    def used_this_second(self) -> int:
        """How many requests of the account hold a place in the last second."""
        return self._gate.used(self._account)

    @property
    def demands(self) -> Demands:
        """What those expect who read long lists under these limits."""
        return self._gate.demands

    def room(self) -> Room:
        """What the limits leave to be used."""
        return self._gate.room()

    def forecast(self, requests: int = 1) -> Forecast:
        """When the next requests may leave if nobody else sends any."""
        return self._gate.forecast(self._account, requests)
