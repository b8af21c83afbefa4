"""One run through a list: asks for pages, and puts those that come into their places."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from itertools import chain
from statistics import median
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from .._ground import Clock, read_time
from .._rate import UNKNOWN, Demands, Limits, Room, TellingBudget, tells
from ..errors import BadRequestError, GoneError, NotFoundError
from .pages import FetchedPage, put_an_end_to
from .pagination import Direction
from .placement import (
    WAYS_ON,
    Asked,
    Look,
    LostPlace,
    NextPage,
    PlacedPage,
    has_moved,
    place,
    place_by_ids,
    query_for,
)
from .segments import Coverage, Segment, Side, Unordered, positions_of
from .walk_plan import Bounds, Gap, Plan, demand, gaps, look_times, plan

if TYPE_CHECKING:
    from .listing import Listing

T = TypeVar("T")

_FRUITLESS_LOOKS = 6
"""Looks in a row that bring nothing new until no more are tried: the list may be of one instant."""
_LATENCIES = 9
"""How many of the latest tell how long a round trip takes."""
_KEPT_PAGES = 200
"""How many pages `newest_first` keeps at most that come too early."""
_IDLE_ROUND_TRIPS = 3
"""How long another reader may do nothing and still be reckoned with."""
_SOON = 0.1
"""Seconds after which to look again whether there is a key, and so a budget."""
_SHORTEST_WAIT = 0.001
"""Real seconds; what is left of a wait by rounding may be too little for a clock to go on."""
_UNKNOWN_CURSOR = (BadRequestError, NotFoundError, GoneError)


@attrs.define(eq=False)
class Run(Generic[T]):
    """One walk while it goes on."""

    _listing: "Listing[T]"
    _coverage: Coverage
    _oldest: datetime | None
    _newest_first: bool
    _under_way: dict[asyncio.Task[FetchedPage[T]], Asked] = attrs.Factory(dict)
    _latencies: deque[float] = attrs.Factory(lambda: deque(maxlen=_LATENCIES))
    _before_is_known: bool = False
    _asked_now: int = 0
    """Requests that haven't got into the budget's queue yet."""
    _fruitless: int = 0
    """Looks in a row that brought nothing new."""

    async def pages(self) -> AsyncGenerator[PlacedPage[T], None]:
        """The pages as they come, each with its place."""
        for segment in self._coverage.segments:
            # What led nowhere in an earlier walk may lead on by now.
            segment.older.ways = 0
        try:
            with suppress(Unordered):
                while self._listing.has_creation_time and not self._coverage.complete:
                    page = self._placed(*await self._next_answer())
                    if page is None:
                        continue
                    if not self._coverage.complete:
                        self._ask()
                    self._demands.pause(self, self._clock.now())
                    yield page
        finally:
            await put_an_end_to(*self._under_way)
            self._demands.leave(self)
        if not self._coverage.complete:
            async with aclosing(self._one_after_the_other()) as rest:
                async for page in rest:
                    yield page

    async def _next_answer(self) -> "tuple[Asked, asyncio.Task[FetchedPage[T]]]":
        while True:
            wait = self._ask()
            await asyncio.wait(self._under_way, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            for task, asked in self._under_way.items():
                if task.done():
                    del self._under_way[task]
                    return asked, task

    # What to ask for

    def _ask(self) -> float | None:
        """Have as many requests under way as the plan wants and the budget lets leave at once.

        Gives the real seconds after which there may be more to ask for, if nothing happens.
        """
        if not self._coverage.segments:
            return self._begin()
        # A clock that is behind the service's doesn't make the list end before it begins.
        now = max(self._clock.date(), self._coverage.segments[0].newer.time)
        bounds = Bounds(now, read_time(self._listing.query.get("creation_time.gt")), self._oldest)
        open_gaps = gaps(self._coverage, bounds, self._limit)
        latency = median(self._latencies or (0.0,))
        others = self._demands.others(self, self._clock.now() - latency * _IDLE_ROUND_TRIPS)
        # Of somebody else's budget nothing is known: with nothing left, nothing is risked.
        room = Room(Limits(), 0) if self._budget is None else self._budget.room()
        planned = plan(demand(open_gaps, self._looks_under_way()), others, room, latency)
        self._asked_now = 0
        self._look(look_times(open_gaps, planned, bounds, room.left))
        self._demands.announce(self, demand(open_gaps, self._looks_under_way()))
        return self._go_on(open_gaps, planned)

    def _begin(self) -> float | None:
        """Ask for the first page, and let others know as soon as there is a budget to share."""
        if not self._under_way:
            self._send(Look())
        if self._listing.source.caller.budget_in_use() is None:
            return self._clock.real_seconds(_SOON)
        self._demands.announce(self, UNKNOWN)
        # It may have to be repeated, who knows for how long.
        self._demands.pause(self, self._clock.now())
        return None

    def _looks_under_way(self) -> int:
        return sum(isinstance(asked, Look) for asked in self._under_way.values())

    def _look(self, times: Sequence[datetime]) -> None:
        in_vain = self._fruitless >= _FRUITLESS_LOOKS
        if in_vain or self._looks_under_way() or self._keeps_enough():
            return
        for time in times:
            if self._wait() > 0:
                # The limits are used up, by this walk or by others.
                return
            self._send(Look(time))

    def _go_on(self, open_gaps: Sequence[Gap], planned: Plan) -> float | None:
        for segment, side in self._free_ends(open_gaps, planned):
            if len(self._under_way) >= planned.chains:
                return None
            # Who queues for the budget holds up who comes later and matters more.
            wait = self._wait() if self._under_way else 0.0
            if wait:
                return max(self._clock.real_seconds(wait), _SHORTEST_WAIT)
            self._send(self._next_page(segment, side))
        return None

    def _free_ends(self, open_gaps: Sequence[Gap], planned: Plan) -> list[tuple[Segment, Side]]:
        """Where segments can grow, in the order in which they should."""
        busy = {
            (self._coverage.current(asked.segment).number, asked.side)
            for asked in self._under_way.values()
            if isinstance(asked, NextPage)
        }
        if not self._newest_first:
            # Those first whose chains have most before them.
            open_gaps = sorted(open_gaps, key=lambda gap: -gap.longest)
        ends = [gap.free_ends(busy, careful=planned.careful) for gap in open_gaps]
        if self._keeps_enough():
            return [end for end in ends[0] if end[1] is Side.OLDER]
        return list(chain.from_iterable(ends))

    def _next_page(self, segment: Segment, side: Side) -> NextPage:
        end = segment.end(side)
        # Until a page has proved it, what the service takes "before" an object to be isn't known.
        overlaps = side is Side.NEWER and not self._before_is_known and len(end.page) > 1
        return NextPage(segment.number, side, end.position, end.ways, overlaps)

    def _keeps_enough(self) -> bool:
        """Whether as many pages as may be kept have come that aren't next in the list."""
        kept = sum(each.count for each in self._coverage.segments[1:])
        under_way = len(self._under_way) * self._limit
        return self._newest_first and kept + under_way >= _KEPT_PAGES * self._limit

    @property
    def _limit(self) -> int:
        return int(self._listing.query["limit"])

    def _send(self, asked: Asked) -> None:
        query = query_for(asked, self._coverage, self._listing.query)
        task = asyncio.create_task(self._listing.source.fetch(query, self._listing.priority))
        self._under_way[task] = asked
        self._asked_now += 1

    # What the budget tells

    @property
    def _clock(self) -> Clock:
        return self._listing.source.caller.clock

    @property
    def _budget(self) -> TellingBudget | None:
        budget = self._listing.source.caller.budget_in_use()
        return budget if tells(budget) else None

    @property
    def _demands(self) -> Demands:
        budget = self._budget
        return Demands() if budget is None else budget.demands

    def _wait(self) -> float:
        """How long one more request would have to wait for the budget, in its seconds."""
        budget = self._budget
        if budget is None:
            return 0.0
        # What was asked for just now hasn't got into the queue yet.
        return budget.forecast(budget.waiting() + self._asked_now + 1).all_sent

    # What came

    def _placed(self, asked: Asked, task: "asyncio.Task[FetchedPage[T]]") -> PlacedPage[T] | None:
        """Put a page into its place; None where it has none.

        Raises `Unordered`, `PaginationError` and the request's error.
        """
        try:
            page = task.result()
            self._latencies.append(page.took)
            positions, further = positions_of(page.data), page.following
            placement = place(self._coverage, positions, asked, further)
        except (LostPlace, *_UNKNOWN_CURSOR) as problem:
            lost = isinstance(problem, LostPlace)
            if self._survives(asked, lost):
                return None
            if lost:
                raise self._listing.source.lost(problem) from None
            raise
        fresh = slice(placement.first, placement.last)
        new, items, older_than = positions[fresh], page.items[fresh], None
        if isinstance(asked, Look):
            older_than = asked.older_than
            self._fruitless = 0 if new else self._fruitless + 1
        else:
            self._before_is_known |= asked.overlaps
        self._coverage.add(placement, new, older_than=older_than, following=further)
        return PlacedPage(placement, items, new, older_than, further, page.request_id)

    def _survives(self, asked: Asked, lost: bool) -> bool:
        """Go on in another way after what wasn't the page that was asked for; False without one."""
        if isinstance(asked, Look):
            # Only the chain that would have begun there is missing; the others get there too.
            self._fruitless += 1
            return lost and asked.older_than is not None
        if has_moved(self._coverage, asked):
            return True
        end = self._coverage.current(asked.segment).end(asked.side)
        end.ways += 1
        # On the newer side, one way is enough: the chain from above gets there too.
        return asked.side is Side.NEWER or end.ways < WAYS_ON

    # A list whose order isn't known: only following its pages is safe then

    async def _one_after_the_other(self) -> AsyncGenerator[PlacedPage[T], None]:
        """What is missing, from the top to the end."""
        above, below = self._coverage.segments[:1], self._coverage.segments[1:]
        while not above or not above[-1].at_end:
            async with aclosing(self._followed(above, below)) as pages:
                async for page in pages:
                    yield page
            if page.placement.joins is None:
                return
            reached = [each.number for each in below].index(page.placement.joins) + 1
            above, below = above + below[:reached], below[reached:]

    async def _followed(
        self, above: Sequence[Segment], below: Sequence[Segment]
    ) -> AsyncGenerator[PlacedPage[T], None]:
        """The pages after the last segment above, or from the top, until one below begins."""
        listing, announced = self._listing, False
        previous: Sequence[str] = ()
        for end in (each.older for each in above[-1:]):
            query = {**listing.query, Direction.OLDER.value: end.id}
            listing = attrs.evolve(listing, query=query)
            previous, announced = end.page, end.announced
        try:
            async with aclosing(listing.pages_after(previous, announced=announced)) as pages:
                async for page in pages:
                    ids, ended = [*map(_id_of, page)], page.next_cursor is None
                    placement = place_by_ids(ids, above, below, ended=ended, limit=self._limit)
                    items, request_id = page.items[: placement.last], page.request_id
                    yield PlacedPage(placement, items, (), request_id=request_id, ordered=False)
                    if placement.joins is not None:
                        return
        except LostPlace as problem:
            raise listing.source.lost(problem) from None
        except _UNKNOWN_CURSOR as error:
            if not above:
                raise
            raise listing.source.lost("the object from which to go on is gone") from error


def _id_of(item: object) -> str:
    return str(item["id"] if isinstance(item, Mapping) else getattr(item, "id", ""))
