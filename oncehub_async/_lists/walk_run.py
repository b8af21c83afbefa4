"""One run through a list: asks for pages, and puts those that come into their places."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from statistics import median
from typing import Generic, TypeVar

from .._rate import UNKNOWN, Budget, Demand, Demands, Limits, Priority, Room
from ..errors import BadRequestError, GoneError, NotFoundError, PaginationError
from .asking import WAYS_ON, fronts, in_order, words
from .gaps import Bounds, Ends, Gap, gaps
from .listing import Listing
from .pages import FetchedPage, PageSource
from .pagination import Direction, following
from .piece import Piece, marks_of
from .placing import Front, LostPlace, Start, Unordered, has_moved, place
from .stretch import Side, Stretch
from .territory import Addition, Territory
from .walk_plan import Plan, cut_times, demand, plan

T = TypeVar("T")

_FRUITLESS_CUTS = 6
"""Cuts in a row that bring nothing new until no more are tried: the list may be of one instant."""
_LATENCIES = 9
"""How many of the latest tell how long a round trip takes."""
_KEPT_PAGES = 200
"""How many pages `newest_first` keeps at most that come too early."""
_IDLE_ROUND_TRIPS = 3
"""How long another reader may do nothing and still be reckoned with."""
_SOON = 0.1
"""Seconds after which to look again whether there is a key, and so a budget."""
_UNKNOWN_CURSOR = (BadRequestError, NotFoundError, GoneError)


class Run(Generic[T]):
    """The state of one walk while it goes on."""

    def __init__(
        self,
        source: PageSource[T],
        query: Mapping[str, str],
        priority: Priority,
        territory: Territory,
        ends: Ends,
        *,
        newest_first: bool,
    ) -> None:
        self._source, self._query, self._priority = source, query, priority
        self._territory, self._ends, self._newest_first = territory, ends, newest_first
        self._limit = int(query["limit"])
        self._under_way: dict[asyncio.Task[FetchedPage[T]], Start | Front] = {}
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)
        self._no_budget = Demands()
        self._has_begun = self._has_cut = False
        self._before_is_known = False
        self._asked_now = 0
        self._fruitless = 0
        self._ways: dict[int, int] = {}

    async def pieces(self) -> AsyncGenerator[Piece[T], None]:
        """The pages as they come, each with its place."""
        try:
            while not self._territory.complete:
                task = await self._next_answer()
                asked = self._under_way.pop(task)
                try:
                    piece = self._piece(asked, task)
                except Unordered as disorder:
                    rest = self._one_after_the_other(disorder)
                    break
                if piece is None:
                    continue
                if not self._territory.complete:
                    self._ask()
                self._demands.pause(self, self._source.caller.clock.now())
                yield piece
            else:
                return
        finally:
            await self._end_what_is_under_way()
            self._demands.leave(self)
        async with aclosing(rest):
            async for piece in rest:
                yield piece

    async def _next_answer(self) -> "asyncio.Task[FetchedPage[T]]":
        while True:
            wait = self._ask()
            done, _ = await asyncio.wait(
                self._under_way, timeout=wait, return_when=asyncio.FIRST_COMPLETED
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
            return self._begin()
        # A clock that is behind the service's doesn't make the list end before it begins.
        newest = self._territory.stretches[0].newer.mark.time
        now = max(self._source.caller.clock.date(), newest)
        bounds = Bounds(now, self._ends)
        open_gaps = gaps(self._territory, bounds, self._limit)
        room = self._room()
        latency = median(self._latencies) if self._latencies else 0.0
        own = self._demand(open_gaps)
        idle_before = self._source.caller.clock.now() - latency * _IDLE_ROUND_TRIPS
        planned = plan(own, self._demands.others(self, idle_before), room, latency)
        self._asked_now = 0
        self._cut(open_gaps, planned, bounds)
        self._demands.announce(self, self._demand(open_gaps))
        return self._go_on(open_gaps, planned)

    def _begin(self) -> float | None:
        """Ask for the first page, and let others know as soon as there is a budget to share."""
        if not self._under_way:
            self._send(Start())
        clock = self._source.caller.clock
        if self._source.caller.budget_in_use() is None:
            return clock.real_seconds(_SOON)
        if not self._has_begun:
            self._has_begun = True
            self._demands.announce(self, UNKNOWN)
            # It may have to be repeated, who knows for how long.
            self._demands.pause(self, clock.now())
        return None

    @property
    def _demands(self) -> Demands:
        budget = self._source.caller.budget_in_use()
        return budget.demands if isinstance(budget, Budget) else self._no_budget

    def _demand(self, open_gaps: list[Gap]) -> Demand:
        return demand(open_gaps, self._cuts_under_way(), has_cut=self._has_cut)

    def _cuts_under_way(self) -> int:
        return sum(isinstance(asked, Start) for asked in self._under_way.values())

    def _cut(self, open_gaps: list[Gap], planned: Plan, bounds: Bounds) -> None:
        if self._cuts_under_way() or self._fruitless >= _FRUITLESS_CUTS or self._keeps_enough():
            return
        for time in cut_times(open_gaps, planned.cuts, bounds):
            if self._wait() > 0:
                # The limits are used up, by this walk or by others.
                return
            self._has_cut = True
            self._send(Start(time))

    def _go_on(self, open_gaps: list[Gap], planned: Plan) -> float | None:
        busy = frozenset(
            (self._territory.current(asked.stretch).number, asked.side)
            for asked in self._under_way.values()
            if isinstance(asked, Front)
        )
        keeps_enough = self._keeps_enough()
        if keeps_enough:
            del open_gaps[1:]
        for gap in in_order(open_gaps, newest_first=self._newest_first):
            for stretch, side in fronts(gap, busy, careful=planned.careful):
                if keeps_enough and side is Side.NEWER:
                    continue
                if len(self._under_way) >= planned.chains:
                    return None
                # Who queues for the budget holds up who comes later and matters more.
                wait = self._wait() if self._under_way else 0.0
                if wait:
                    return self._source.caller.clock.real_seconds(wait)
                self._send(self._front(stretch, side), stretch)
        return None

    def _front(self, stretch: Stretch, side: Side) -> Front:
        end = stretch.end(side)
        if side is Side.OLDER:
            return Front(stretch.number, side, end.mark, self._ways.get(stretch.number, 0))
        # Until a page has proved it, what the service takes "before" an object to be isn't known.
        overlaps = not self._before_is_known and len(end.page) > 1
        return Front(stretch.number, side, end.mark, overlaps=overlaps)

    def _keeps_enough(self) -> bool:
        """Whether as many pages as may be kept have come that aren't next in the list."""
        kept = sum(each.count for each in self._territory.stretches[1:])
        under_way = len(self._under_way) * self._limit
        return self._newest_first and kept + under_way >= _KEPT_PAGES * self._limit

    def _send(self, asked: Start | Front, stretch: Stretch | None = None) -> None:
        query = words(asked, stretch, self._query)
        task = asyncio.create_task(self._source.fetch(query, self._priority))
        self._under_way[task] = asked
        self._asked_now += 1

    def _room(self) -> Room:
        budget = self._source.caller.budget_in_use()
        if isinstance(budget, Budget):
            return budget.room()
        # Of somebody else's budget nothing is known: with nothing left, nothing is risked.
        return Room(Limits(), 0)

    def _wait(self) -> float:
        """How long one more request would have to wait for the budget, in its seconds."""
        budget = self._source.caller.budget_in_use()
        if not isinstance(budget, Budget):
            return 0.0
        # What was asked for just now hasn't got into the queue yet.
        return budget.forecast(budget.waiting() + self._asked_now + 1).all_sent

    # What came

    def _piece(self, asked: Start | Front, task: "asyncio.Task[FetchedPage[T]]") -> Piece[T] | None:
        """Put a page into its place; None where it has none.

        Raises `Unordered`, `PaginationError` and the request's error.
        """
        try:
            page = task.result()
        except _UNKNOWN_CURSOR:
            if isinstance(asked, Start) or not self._survives(asked):
                raise
            return None
        self._latencies.append(page.took)
        source = self._source
        further = following(page.facts, Direction.OLDER, source.operation.path, source.base_url)
        marks = marks_of(page.data)
        try:
            addition = place(self._territory, marks, asked, further)
        except LostPlace as problem:
            self._after_loss(asked, problem)
            return None
        older_than = asked.older_than if isinstance(asked, Start) else None
        if isinstance(asked, Front) and asked.overlaps:
            self._before_is_known = True
        new = slice(addition.first, addition.last)
        self._territory.add(addition, marks[new], older_than=older_than, following=further)
        self._ways.pop(addition.stretch, None)
        if isinstance(asked, Start):
            self._fruitless = 0 if addition.count else self._fruitless + 1
        return Piece(addition, page.items[new], marks[new], older_than, further, page.request_id)

    def _after_loss(self, asked: Start | Front, problem: LostPlace) -> None:
        """Find another way after a page that isn't what was asked for, or raise."""
        if isinstance(asked, Start) and asked.older_than is not None:
            # Only the chain that would have begun there is lost; the others get there too.
            self._fruitless += 1
        elif isinstance(asked, Start):
            raise self._error(f"{problem}; stopped") from None
        elif not self._survives(asked):
            raise self._error(f"{problem}; stopped, for the list is not complete") from None

    def _survives(self, front: Front) -> bool:
        """Go on from the same place in another way; False where there is none left."""
        if has_moved(self._territory, front):
            return True
        stretch = self._territory.current(front.stretch)
        if front.side is Side.NEWER:
            # The chain from above gets there too.
            stretch.newer_is_closed = True
            return True
        self._ways[stretch.number] = front.way + 1
        return front.way + 1 < WAYS_ON

    async def _one_after_the_other(self, disorder: Unordered) -> AsyncGenerator[Piece[T], None]:
        """The rest of a list whose order isn't known: only following its pages is safe then."""
        if len(self._territory.stretches) > 1 or self._has_cut:
            raise self._error(f"{disorder}, so that it can't be walked; use list() instead")
        query = dict(self._query)
        for stretch in self._territory.stretches:
            query[Direction.OLDER.value] = stretch.older.mark.id
        listing = Listing(self._source, query, self._priority, self._priority)
        async with aclosing(listing.pages()) as pages:
            async for page in pages:
                addition = Addition(0, Side.OLDER, 0, len(page), ends=page.next_cursor is None)
                yield Piece(addition, page.items, (), request_id=page.request_id, ordered=False)

    def _error(self, problem: str) -> PaginationError:
        operation = self._source.operation
        return PaginationError(problem, method=operation.method, path=operation.path)
