"""A OnceHub that runs in this process."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from aiohttp import web

from .._ground import Clock, checks
from . import _list_faults as churn
from ._account_events.activity import Activity, Business, happen
from ._account_settings import Account
from ._collection import Collection
from ._data.instants import from_datetime
from ._data.kind import Body
from ._data.webhooks_data import EventType
from ._deliveries.delivery_attempt import DeliveryAttempt
from ._deliveries.delivery_faults import DeliveryFault
from ._deliveries.delivery_settings import Delivery
from ._deliveries.outbox import Outbox
from ._deliveries.routes import Routes, Target
from ._faults import ActiveFaults, Fault, Faults
from ._keys import Keys
from ._rate_limits import RateLimiter, ServiceLimits
from ._request_handler import PREFIX, RequestHandler
from ._server import Server
from ._service import Service
from ._simulated_clock import SimulatedClock
from ._state import AccountState
from ._stats import Stats

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
_STANDARD_LIMITS = ServiceLimits()
_GRACE = 1.0
_NOT_RUNNING = "the simulator is not running: use `async with`"


class Simulator:
    """The OnceHub API over HTTP, with an account of its own, on a loopback port.

        async with Simulator(Account(bookings=20_000), clock=Clock(speed=30)) as sim:
            ...  # ask sim.url with sim.api_key

    `clock` sets the pace of everything that takes time; whoever keeps to the rate limits has to
    use the same speed. `start` (aware) is the date and time when it is entered. `limits=None`
    turns rate limits off. `port=0` takes any free port. `seed` makes the keys, request ids and
    faults repeatable, the account has a seed of its own.

    Webhooks deliver what happens to bookings and conversations, `deliver_to` tells where: from
    their https URLs, or `"*"` for all of them, to URLs on this machine such as
    `http://127.0.0.1:8080/hooks`, or to coroutine functions that take headers and body and answer
    a status. No other place is ever contacted. `delivery` tells how; `activity` lets bookings and
    conversations happen by themselves.
    """

    def __init__(
        self,
        account: Account | None = None,
        *,
        clock: Clock | None = None,
        limits: ServiceLimits | None = _STANDARD_LIMITS,
        faults: Iterable[Fault | DeliveryFault] = (),
        deliver_to: Mapping[str, Target] | None = None,
        delivery: Delivery | None = None,
        activity: Activity | None = None,
        service: Service | None = None,
        start: datetime = START,
        host: str = "127.0.0.1",
        port: int = 0,
        seed: int = 1,
    ) -> None:
        checks.aware(start, "start")
        self.account: Account = account or Account()
        self._state = AccountState(self.account, from_datetime(start), service or Service())
        self.clock: Clock = Clock() if clock is None else checks.clock(clock)
        self._limits, self._start = limits, start
        self._host, self._port, self._seed = host, port, seed
        self._faults = Faults(seed)
        self._delivery_faults = ActiveFaults[DeliveryFault](seed, word="delivery fault")
        self.inject(*faults)
        self._routes = Routes(deliver_to or {})
        self._delivery, self._activity = delivery or Delivery(), activity
        self._keys = Keys(seed)
        self.api_key: str = self._keys.add()
        self._face: SimulatedClock | None = None
        self._outbox: Outbox | None = None
        self._running: AsyncExitStack | None = None
        self._stats = Stats()

    async def __aenter__(self) -> Self:
        if self._face is not None:
            raise RuntimeError("a simulator runs once: make another one")
        self._face = SimulatedClock(self.clock, self._start)
        async with AsyncExitStack() as stack:
            await self._serve(self._face, stack)
            self._deliver(self._face, stack)
            self._running = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        running, self._running = self._running, None
        if self._face and running:
            self._face.close()
            await running.aclose()

    async def _serve(self, face: SimulatedClock, stack: AsyncExitStack) -> None:
        limiter = RateLimiter(self._limits) if self._limits else None
        desk = RequestHandler(self.account, self._state, self._keys, limiter)
        server = Server(desk, face, self._faults, self._limits, self._seed, self._stats)
        runner = web.ServerRunner(server.protocol(), shutdown_timeout=_GRACE)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.callback(server.hang_up)
        await web.TCPSite(runner, self._host, self._port).start()
        self._port = runner.addresses[0][1]

    def _deliver(self, face: SimulatedClock, stack: AsyncExitStack) -> None:
        self._outbox = Outbox(
            self._state, face, self._routes, self._delivery_faults, self._delivery, self._stats
        )
        self._state.observers.append(self._outbox.observe)
        stack.push_async_callback(self._outbox.close)
        if self._activity:
            business = Business(self._state, face, self._activity)
            self._state.observers.append(business.observe)
            stack.push_async_callback(business.close)
            business.start()

    @property
    def url(self) -> str:
        """The base URL, such as `http://127.0.0.1:40123/v2`. Raises RuntimeError before it runs."""
        if self._outbox is None:
            raise RuntimeError(_NOT_RUNNING)
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}{PREFIX}"

    @property
    def stats(self) -> Stats:
        """What it has been asked so far, and how it answered."""
        return self._stats

    def now(self) -> datetime:
        """The date and time that the simulated service goes by, aware."""
        return self._start if self._face is None else self._face.now()

    def add_key(self) -> str:
        """Make one more API key."""
        return self._keys.add()

    def revoke_key(self, api_key: str) -> None:
        """Delete an API key. Raises KeyError for one that isn't live."""
        self._keys.revoke(api_key)

    @property
    def faults(self) -> tuple[Fault | DeliveryFault, ...]:
        """The faults in force: those of the API, then those of deliveries."""
        return (*self._faults.all, *self._delivery_faults.all)

    def inject(self, *faults: Fault | DeliveryFault) -> None:
        """Have more go wrong from the next request, or the next delivery, on."""
        for fault in faults:
            if isinstance(fault, DeliveryFault):
                self._delivery_faults.inject(fault)
            else:
                self._faults.inject(fault)

    def clear_faults(self) -> None:
        """Let everything go well from the next request and delivery on."""
        self._faults.clear()
        self._delivery_faults.clear()

    def route(self, url: str, target: Target) -> None:
        """Deliver to `target` from now on what webhooks send to `url`: see `deliver_to`.

        Raises ValueError for what isn't a webhook's URL, or leads away from this machine.
        """
        self._routes.add(url, target)

    def happen(self, type: EventType | str, id: str | None = None) -> str:
        """Let one of the twelve events happen, such as `booking.completed`, as if in OnceHub.

        It happens to the booking or conversation with this id; without one,
        `booking.scheduled`, `conversation.reached_out` and `conversation.started` make a new one,
        and the others take some that they can happen to. Its id.
        Raises ValueError for what can't happen, KeyError for an id that isn't there, and
        LookupError if there is nothing to which it could happen.
        """
        return happen(self._state, type, id, self._milliseconds())

    async def delivered(self, *, retries: bool = False) -> None:
        """Wait until no delivery is due; with `retries`, until no retry or delay is to come, too.

        Then everything was accepted, or lost because a webhook was switched off.
        """
        if self._outbox is None:
            raise RuntimeError(_NOT_RUNNING)
        await self._outbox.delivered(retries=retries)

    @property
    def deliveries(self) -> tuple[DeliveryAttempt, ...]:
        """The last attempts to deliver (`Delivery(record=...)` tells how many), oldest first."""
        return tuple(self._outbox.attempts) if self._outbox else ()

    @property
    def disabled_webhooks(self) -> frozenset[str]:
        """The ids of webhooks that were switched off; no field of theirs shows it."""
        return frozenset(self._outbox.disabled if self._outbox else ())

    @property
    def counts(self) -> dict[str, int]:
        """How many objects there are of each resource (`bookings`, `booking_calendars`, ...)."""
        return {name: len(one) for name, one in self._state.collections.items()}

    def ids(self, resource: str) -> Iterator[str]:
        """The ids of a resource's objects, newest first. Raises KeyError for an unknown name."""
        collection = self._collection(resource)
        return (collection.kind.id(index) for index in collection.indexes())

    def object(self, id: str) -> Body:
        """A copy of an object, or of what is left of it. Raises KeyError for an unknown id."""
        shown = self._state.shown(id)
        if shown is None:
            raise KeyError(id)
        return shown

    def create(self, resource: str) -> str:
        """Add an object like the account's others, made now; a new booking is an event. Its id."""
        return churn.create(self._state, self._collection(resource), self._milliseconds())

    def touch(self, id: str) -> None:
        """Update an object: it is last updated now. Raises KeyError if it isn't there."""
        collection, index = self._find(id)
        churn.touch(collection, index, self._milliseconds())

    def delete(self, id: str) -> None:
        """Delete an object, whatever the API allows. Raises KeyError if it isn't there."""
        collection, index = self._find(id)
        collection.remove(index)

    def _collection(self, resource: str) -> Collection:
        return self._state.collections[resource.replace("-", "_")]

    def _find(self, id: str) -> tuple[Collection, int]:
        found = self._state.find(id)
        if found is None or not found[0].exists(found[1]):
            raise KeyError(id)
        return found

    def _milliseconds(self) -> int:
        return from_datetime(self.now())
