"""A service that has one list, without sockets and on the loop's clock: for walks by the thousand.

It keeps both rate limits strictly, on arrival, over sliding windows.
"""

import asyncio
import random
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal, Protocol, cast

import aiohttp
import attrs
import orjson
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from oncehub_async import Budget, Limits, OnceHub, Resources, RetryPolicy
from oncehub_async._ground.times import time_text
from oncehub_async._http.api_key import ApiKey, KeySource
from oncehub_async._http.call import Caller
from oncehub_async._http.request import Request
from oncehub_async._http.response import RawAnswer
from oncehub_async._http.transport import Departure, Transport

from .virtual_time import VirtualClock

DeletedCursor = Literal["position", "error", "restart", "empty"]


@attrs.define
class Latency:
    """How long requests are under way: half there, half back, each give or take a share."""

    seconds: float = 0.0
    jitter: float = 0.0
    seed: int = 1
    by_request: bool = False
    """Whether the same request always takes the same time, so that ways to read can be compared."""
    _random: random.Random = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def one_way(self, pick: random.Random | None = None) -> float:
        pick = pick or self._random
        return self.seconds / 2 * pick.uniform(1 - self.jitter, 1 + self.jitter)

    def ways(self, request: Request) -> Callable[[], float]:
        """How long each of the two ways of a request takes."""
        if not self.by_request:
            return self.one_way
        words = sorted(request.query.items())
        return partial(self.one_way, random.Random(f"{self.seed} {request.path} {words}"))


@attrs.define(eq=False)
class ListService:
    """Objects with nothing but an id and a creation time, in milliseconds since 1970."""

    times: Iterable[int]
    latency: Latency = attrs.Factory(Latency)
    limits: Limits | None = attrs.Factory(lambda: Limits(reserve=0))
    """Nobody calls beside the walk."""
    deleted_cursor: DeletedCursor = "position"
    before_answer: Callable[["ListService", int], RawAnswer | Exception | None] | None = None
    """May change things, or answer instead; is told the request's number."""
    queries: list[dict[str, str]] = attrs.Factory(list)
    arrivals: list[float] = attrs.Factory(list)
    statuses: Counter[int] = attrs.Factory(Counter)
    over_five_minutes: int = 0
    open_requests: int = 0
    _created: list[int] = attrs.field(init=False)
    _ids: list[str] = attrs.field(init=False)
    _index: dict[str, int] = attrs.field(init=False)
    _gone: set[int] = attrs.Factory(set)
    _second: deque[float] = attrs.Factory(deque)
    _five_minutes: deque[float] = attrs.Factory(deque)

    def __attrs_post_init__(self) -> None:
        self._created = sorted(self.times)
        self._ids = [f"BKNG-{number}" for number in range(len(self._created))]
        self._index = {each: number for number, each in enumerate(self._ids)}

    def share_limits(self, other: "ListService") -> None:
        """Be one account with another list."""
        self._second, self._five_minutes = other._second, other._five_minutes

    # What happens to the list meanwhile

    def ids(self) -> list[str]:
        """All that exist, newest first."""
        return [self._ids[i] for i in range(len(self._ids) - 1, -1, -1) if i not in self._gone]

    def create(self, after_milliseconds: int = 0) -> None:
        """A new object, so much later than the newest."""
        self._created.append((self._created[-1] if self._created else 0) + after_milliseconds)
        self._ids.append(f"BKNG-{len(self._ids)}")
        self._index[self._ids[-1]] = len(self._ids) - 1

    def delete(self, id: str) -> None:
        if id in self._index:
            self._gone.add(self._index[id])

    # What it answers

    async def handle(self, request: Request) -> RawAnswer:
        self.open_requests += 1
        one_way = self.latency.ways(request)
        try:
            await asyncio.sleep(one_way())
            answer = self._answer(request)
            await asyncio.sleep(one_way())
        finally:
            self.open_requests -= 1
        if isinstance(answer, Exception):
            raise answer
        self.statuses[answer.status] += 1
        return answer

    def _answer(self, request: Request) -> RawAnswer | Exception:
        query = dict(request.query)
        self.queries.append(query)
        if not self._admitted(asyncio.get_running_loop().time()):
            return error(429, "rate_limit_error")
        if self.before_answer is not None:
            instead = self.before_answer(self, len(self.queries))
            if instead is not None:
                return instead
        return self.page(query) if request.id is None else self._one(request.id)

    def _admitted(self, now: float) -> bool:
        if self.limits is None:
            return True
        for window, length in ((self._second, 1.0), (self._five_minutes, 300.0)):
            while window and window[0] <= now - length + 1e-9:
                window.popleft()
        if len(self._five_minutes) >= self.limits.per_five_minutes:
            self.over_five_minutes += 1
            return False
        if len(self._second) >= self.limits.per_second:
            return False
        self._second.append(now)
        self._five_minutes.append(now)
        self.arrivals.append(now)
        return True

    def page(self, query: dict[str, str]) -> RawAnswer:
        limit = int(query.get("limit", "10"))
        low, high = 0, len(self._ids)
        if "creation_time.gt" in query:
            low = bisect_left(self._created, _milliseconds(query["creation_time.gt"]) + 1)
        if "creation_time.lt" in query:
            high = bisect_left(self._created, _milliseconds(query["creation_time.lt"]))
        cursor = query.get("after") or query.get("before")
        place = self._index.get(cursor) if cursor else None
        if cursor and place is None:
            return error(400, "invalid_request_error")
        if place in self._gone and self.deleted_cursor != "position":
            if self.deleted_cursor == "error":
                return error(400, "invalid_request_error")
            if self.deleted_cursor == "empty":
                return listed([], False)
            place = None
        if "before" in query and place is not None:
            found = self._take(range(max(low, place + 1), high), limit + 1)
            more, page = len(found) > limit, found[:limit][::-1]
        else:
            start = high if place is None else min(place, high)
            found = self._take(range(start - 1, low - 1, -1), limit + 1)
            more, page = len(found) > limit, found[:limit]
        return listed([self._object(i) for i in page], more)

    def _one(self, id: str) -> RawAnswer:
        place = self._index.get(id)
        if place is None:
            return error(404, "not_found_error")
        if place in self._gone:
            return _answered(200, {"id": id, "object": "booking", "deleted": True})
        return _answered(200, self._object(place))

    def _take(self, places: Iterable[int], count: int) -> list[int]:
        found = []
        for place in places:
            if place not in self._gone:
                found.append(place)
                if len(found) == count:
                    break
        return found

    def _object(self, place: int) -> dict[str, Any]:
        created = datetime.fromtimestamp(self._created[place] / 1000, UTC)
        return {"id": self._ids[place], "object": "booking", "creation_time": time_text(created)}


def listed(data: list[dict[str, Any]], more: bool) -> RawAnswer:
    return _answered(200, {"object": "list", "data": data, "has_more": more})


def error(status: int, type: str) -> RawAnswer:
    return _answered(status, {"type": type, "message": "No."})


def _answered(status: int, body: object) -> RawAnswer:
    return RawAnswer(status, CIMultiDictProxy(CIMultiDict()), orjson.dumps(body))


def _milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Service(Protocol):
    """Whatever answers requests."""

    async def handle(self, request: Request) -> RawAnswer: ...


@attrs.frozen(eq=False)
class ServiceTransport(Transport):
    """Asks a service instead of the network."""

    service: Service = attrs.field(kw_only=True)

    async def send(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        key: ApiKey,
        limits: aiohttp.ClientTimeout,
        departure: Departure,
    ) -> RawAnswer:
        departure.note()
        return await self.service.handle(request)


@attrs.frozen
class DatedClock(VirtualClock):
    """Virtual time that begins on a given date."""

    start: datetime = datetime(2026, 11, 1, tzinfo=UTC)

    def date(self) -> datetime:
        return self.start


def resources(service: ListService, retry: RetryPolicy | None = None) -> Resources:
    """The API's operations, answered by a service."""
    clock = DatedClock()
    budget = Budget(service.limits or Limits(10**6, 10**6), clock=clock)
    return Resources(
        Caller(
            session=lambda: cast(aiohttp.ClientSession, None),
            transport=ServiceTransport(URL("https://example.com/v2"), "test", service=service),
            keys=KeySource("key"),
            budget=lambda _key: budget,
            retry=retry or RetryPolicy(),
            clock=clock,
            budget_in_use=lambda: budget,
        )
    )


def client(
    service: Service,
    clock: VirtualClock,
    limits: Limits | None,
    retry: RetryPolicy | None = None,
    *,
    budget: Budget | None = None,
) -> OnceHub:
    """A client whose calls a service answers, with a budget of its own or the one that is given."""
    budget = budget or Budget(limits or Limits(10**6, 10**6), clock=clock)
    oncehub = OnceHub("key", clock=clock, budget=budget, retry=retry or RetryPolicy())
    caller = attrs.evolve(
        oncehub._caller,
        session=lambda: cast(aiohttp.ClientSession, None),
        transport=ServiceTransport(URL("https://example.com/v2"), "test", service=service),
    )
    Resources.__init__(oncehub, caller)
    return oncehub


@asynccontextmanager
async def nothing_left_behind(service: ListService) -> AsyncIterator[None]:
    """Afterwards no task and no request is under way."""
    before = asyncio.all_tasks()
    yield
    assert asyncio.all_tasks() == before
    assert service.open_requests == 0
