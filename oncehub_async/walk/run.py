"""One run through a list: which pages to ask for, and what becomes of those that come."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from statistics import median
from typing import Generic, TypeVar

import attrs

from ..budget import Budget, Limits, Priority, Room
from ..errors import BadRequestError, GoneError, NotFoundError, PaginationError
from ..listing import Listing
from ..models.converter import time_text
from ..page import FetchedPage, PageSource
from ..pagination import Direction, following
from .piece import Piece, marks_of
from .plan import Bounds, Gap, cut_times, gaps, plan
from .territory import Addition, LostPlace, Mark, Origin, Side, Stretch, Territory, Unordered

T = TypeVar("T")

_FRUITLESS_CUTS = 3
_LATENCIES = 9
_KEPT_PAGES = 200
_PAGES_FOR_TWO_WITH_CARE = 1.5
_UNKNOWN_CURSOR = (BadRequestError, NotFoundError, GoneError)
_LOOK_BY_TIME = 2
_WAYS_ON = 4


@attrs.frozen(eq=False)
class _Asked:
    """A request under way."""

    origin: Origin
    mark: Mark | None
    """The object that it should follow or precede."""
    way: int = 0
    """How many other ways of asking for the same have failed."""


class Run(Generic[T]):
    """The state of one walk while it goes on."""

    def __init__(
        self,
        source: PageSource[T],
        query: Mapping[str, str],
        priority: Priority,
        territory: Territory,
        oldest: datetime | None,
        *,
        keep_together: bool,
    ) -> None:
        self._source, self._query, self._priority = source, query, priority
        self._territory, self._oldest = territory, oldest
        self._keep_together = keep_together
        self._limit = int(query["limit"])
        self._under_way: dict[asyncio.Task[FetchedPage[T]], _Asked] = {}
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)
        self._cuts = self._fruitless = 0
        self._failed_ways: dict[int, int] = {}

    async def pieces(self) -> AsyncGenerator[Piece[T], None]:
        """The pages as they come, each with its place."""
        try:
            while not self._territory.complete:
                task = await self._next_answer()
                asked = self._under_way.pop(task)
                try:
                    piece = self._taken(asked, task)
                except Unordered as disorder:
                    rest = self._one_after_the_other(disorder)
                    break
                if piece is None:
                    continue
                if not self._territory.complete:
                    self._ask()
                yield piece
            else:
                return
        finally:
            await self._end_what_is_under_way()
        async for piece in rest:
            yield piece

    async def _next_answer(self) -> "asyncio.Task[FetchedPage[T]]":
        while True:
            done, _ = await asyncio.wait(
                self._under_way, timeout=self._ask(), return_when=asyncio.FIRST_COMPLETED
            )
            for task in self._under_way:
                if task in done:
                    return task

    async def _end_what_is_under_way(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()

    # What to ask for

    def _ask(self) -> float | None:
        """Have as many requests under way as the plan wants and the budget lets leave at once.

        Gives the real seconds after which there may be more to ask for, if nothing happens.
        """
        if not self._territory.stretches:
            if not self._under_way:
                self._send(_Asked(Origin(), None))
            return None
        bounds = Bounds(self._source.caller.clock.date(), self._oldest)
        open_gaps = gaps(self._territory, bounds, self._limit)
        latency = median(self._latencies) if self._latencies else 0.0
        planned = plan(open_gaps, self._room(), latency, cut_before=self._cuts > 0)
        cutting = any(asked.origin.stretch is None for asked in self._under_way.values())
        if planned.cuts and not cutting and self._fruitless < _FRUITLESS_CUTS:
            for time in cut_times(open_gaps, planned.cuts, bounds):
                self._cuts += 1
                self._send(_Asked(Origin(older_than=time), None))
        busy = {
            (self._territory.current(asked.origin.stretch).number, asked.origin.side)
            for asked in self._under_way.values()
            if asked.origin.stretch is not None
        }
        for gap in self._in_order(open_gaps):
            for origin in self._fronts(gap, busy, planned.careful):
                if len(self._under_way) >= planned.chains:
                    return None
                # Who queues for the budget holds up who comes later and matters more.
                wait = self._wait() if self._under_way else 0.0
                if wait:
                    return self._source.caller.clock.real_seconds(wait)
                self._send(self._asking_from(origin))
        return None

    def _in_order(self, open_gaps: list[Gap]) -> list[Gap]:
        """The gaps, those first that the walk depends on."""
        if self._keep_together:
            kept = sum(each.count for each in self._territory.stretches[1:])
            return open_gaps[:1] if kept > _KEPT_PAGES * self._limit else open_gaps
        return sorted(open_gaps, key=lambda gap: -gap.likely / gap.chains)

    def _wait(self) -> float:
        """How long one more request would have to wait for the budget."""
        budget = self._source.caller.budget_in_use()
        if not isinstance(budget, Budget):
            return 0.0
        return budget.forecast(budget.waiting() + 1).all_sent

    def _fronts(
        self, gap: Gap, busy: set[tuple[int, Side]], careful: bool
    ) -> list[Origin]:
        """Where a gap can be worked on now, without asking for the same page from both sides."""
        fronts = [(gap.upper.number, Side.OLDER)]
        if gap.lower is not None and not gap.lower.newer_is_closed:
            fronts.append((gap.lower.number, Side.NEWER))
        idle = [front for front in fronts if front not in busy]
        # Where one request more does no harm, nobody has to be sure that there are two pages.
        both = not careful or gap.low > self._pages_for_two()
        more = (2 if both else 1) - (len(fronts) - len(idle))
        return [Origin(*front) for front in idle[: max(0, more)]]

    def _pages_for_two(self) -> float:
        """How many pages a gap has at least, for two requests not to bring the same one."""
        return 1.5 if self._room().left > 4 else 2.5

    def _asking_from(self, origin: Origin) -> _Asked:
        assert origin.stretch is not None
        stretch = self._territory.current(origin.stretch)
        end = stretch.older if origin.side is Side.OLDER else stretch.newer
        return _Asked(origin, end.mark, self._failed_ways.get(stretch.number, 0))

    def _send(self, asked: _Asked) -> None:
        query = dict(self._query)
        older_than = asked.origin.older_than
        if asked.origin.stretch is not None:
            stretch = self._territory.current(asked.origin.stretch)
            older_than = self._place_in(stretch, asked, query)
        if older_than is not None:
            bound = query.get("creation_time.lt")
            text = time_text(older_than)
            if bound is None or datetime.fromisoformat(bound) > older_than:
                query["creation_time.lt"] = text
        task = asyncio.create_task(self._source.fetch(query, self._priority))
        self._under_way[task] = asked

    def _place_in(
        self, stretch: Stretch, asked: _Asked, query: dict[str, str]
    ) -> datetime | None:
        """Put the place to go on from into the query, or give it as a time."""
        if asked.origin.side is Side.NEWER:
            query[Direction.NEWER.value] = stretch.newer.cursor
            return None
        end = stretch.older
        match asked.way:
            case 0:
                query[Direction.OLDER.value] = end.cursor
            case 1:
                # The object that the cursor named may be gone: from its neighbour.
                query[Direction.OLDER.value] = end.page[-2] if len(end.page) > 1 else end.mark.id
            case 2:
                return end.mark.time + timedelta(seconds=1)
            case _:
                return end.mark.time + timedelta(milliseconds=1)
        return None

    def _room(self) -> Room:
        budget = self._source.caller.budget_in_use()
        if isinstance(budget, Budget):
            return budget.room()
        return Room(Limits(), Limits().per_five_minutes)

    # What came

    def _taken(self, asked: _Asked, task: "asyncio.Task[FetchedPage[T]]") -> Piece[T] | None:
        """Put a page into its place; None where it brings nothing.

        Raises `Unordered`, and the request's error.
        """
        origin = asked.origin
        try:
            page = task.result()
        except _UNKNOWN_CURSOR:
            if asked.mark is None or not self._try_another_way(asked, "the cursor is refused"):
                raise
            return None
        self._latencies.append(page.took)
        further = following(
            page.facts, Direction.OLDER, self._source.operation.path, self._source.base_url
        )
        marks = marks_of(page.data)
        ended = further.cursor is None
        try:
            if ended and further.announced and asked.way < _LOOK_BY_TIME:
                raise LostPlace("the page is empty although more was announced")
            trusted = asked.way >= _LOOK_BY_TIME
            addition = self._territory.place(marks, origin, ended, trusted=trusted)
        except LostPlace as problem:
            if asked.mark is None and origin.older_than is not None:
                self._fruitless += 1
            elif asked.mark is None:
                raise self._error(str(problem)) from None
            elif not self._has_moved(asked) and not self._try_another_way(asked, str(problem)):
                raise self._error(f"{problem}; stopped, for the list is not complete") from None
            return None
        return self._added(asked, page, addition, marks, further.cursor)

    def _added(
        self,
        asked: _Asked,
        page: FetchedPage[T],
        addition: Addition,
        marks: list[Mark],
        cursor: str | None,
    ) -> Piece[T] | None:
        new = slice(addition.first, addition.last)
        older_than = asked.origin.older_than
        self._territory.add(addition, marks[new], older_than=older_than, cursor=cursor)
        if asked.mark is None and older_than is not None:
            self._fruitless = 0 if addition.count else self._fruitless + 1
        self._failed_ways.pop(addition.stretch, None)
        return Piece(
            addition, page.items[new], marks[new], older_than, page.request_id
        )

    def _has_moved(self, asked: _Asked) -> bool:
        """Whether what a request should follow isn't the end of its stretch any more."""
        assert asked.origin.stretch is not None
        stretch = self._territory.current(asked.origin.stretch)
        end = stretch.older if asked.origin.side is Side.OLDER else stretch.newer
        return end.mark != asked.mark

    def _try_another_way(self, asked: _Asked, problem: str) -> bool:
        """Go on from the same place in another way; False where there is none left."""
        assert asked.origin.stretch is not None
        stretch = self._territory.current(asked.origin.stretch)
        if asked.origin.side is Side.NEWER:
            # The chain from above gets there too.
            stretch.newer_is_closed = True
            return True
        self._failed_ways[stretch.number] = asked.way + 1
        return asked.way + 1 < _WAYS_ON

    async def _one_after_the_other(self, disorder: Unordered) -> AsyncGenerator[Piece[T], None]:
        """The rest of a list whose order isn't known: only following its pages is safe then."""
        if len(self._territory.stretches) > 1 or self._cuts:
            raise self._error(f"{disorder}, so that it can't be walked; use list() instead")
        query = dict(self._query)
        for stretch in self._territory.stretches:
            query[Direction.OLDER.value] = stretch.older.mark.id
        listing = Listing(self._source, query, self._priority, self._priority)
        async for page in listing.pages():
            addition = Addition(0, Side.OLDER, 0, len(page), ends=page.next_cursor is None)
            yield Piece(addition, page.items, (), None, page.request_id)

    def _error(self, problem: str) -> PaginationError:
        operation = self._source.operation
        return PaginationError(problem, method=operation.method, path=operation.path)
