"""Whose turn it is in an inbox in memory: a line for each subject and handler."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator

import attrs

from .records import AT_ONCE, Claim, State, StoredEvent, Work


@attrs.define(eq=False)
class Record:
    """An event with the work of its handlers."""

    number: int
    event: StoredEvent
    work: list["Pair"] = attrs.Factory(list)

    @property
    def order(self) -> tuple[float, int]:
        """When it happened; of the same moment, when it came."""
        return self.event.creation_time, self.number

    @property
    def is_open(self) -> bool:
        """Whether something of it is unfinished."""
        return any(pair.is_open for pair in self.work)


@attrs.define(eq=False)
class Pair:
    """One handler's work for one event."""

    record: Record = attrs.field(repr=False)
    position: int
    handler: str
    due: float = AT_ONCE
    state: State = State.PENDING
    attempts: int = 0
    failures: int = 0
    crashes: int = 0
    began: bool = False
    suspected: bool = False
    alone: bool = False
    replay: bool = False
    is_open: bool = True
    queued: bool = False
    in_line: bool = False
    finished: float | None = None
    error: str | None = attrs.field(default=None, repr=False)

    @property
    def subject(self) -> str:
        """What its event is about."""
        return self.record.event.subject

    def as_work(self, superseded: bool) -> Work:
        """What is handed out."""
        return Work(
            self.record.event.id,
            self.handler,
            self.attempts,
            self.failures,
            self.crashes,
            self.error,
            superseded,
            self.replay,
        )


_Queue = list[tuple[float, int, int, Pair]]


class WaitingLines:
    """The unfinished work, in the order in which it may run."""

    def __init__(self) -> None:
        self.suspects: set[Pair] = set()
        # A heap for each handler of a subject: what happened first stands in front.
        self._lines: defaultdict[str, dict[str, list[tuple[float, int, Pair]]]] = defaultdict(dict)
        self._running: Counter[str] = Counter()
        # What can be claimed, for each handler; an entry that no longer holds is passed over.
        self._queues: defaultdict[str, _Queue] = defaultdict(list)

    def add(self, pair: Pair) -> None:
        """Have it wait for its turn."""
        pair.is_open = True
        if not pair.in_line:
            pair.in_line = True
            line = self._lines[pair.subject].setdefault(pair.handler, [])
            heapq.heappush(line, (*pair.record.order, pair))

    def suspect(self, handlers: Collection[str], now: float) -> Pair | None:
        """The first work that can be claimed of what had begun when its owner died."""
        for pair in sorted(self.suspects, key=lambda pair: (pair.record.number, pair.position)):
            if pair.handler in handlers and pair.due <= now and self._is_next(pair):
                return pair
        return None

    def due(self, limit: int, rooms: dict[str, int], now: float) -> Iterator[list[Pair]]:
        """Work that can be claimed, of at most `limit` events, each of another subject.

        `rooms`: how much at most, for each handler.
        """
        taken: dict[str, list[Pair]] = {}
        subjects: dict[str, str] = {}
        while (queue := self._first_due(filter(rooms.get, rooms), now)) is not None:
            pair = queue[0][3]
            event = pair.record.event
            if len(taken) == limit and event.id not in taken:
                break
            heapq.heappop(queue)
            pair.queued = False
            if pair.due > now:  # by now
                self._enqueue(pair)
            # What is no longer in front comes back when it is.
            elif self._is_next(pair) and subjects.setdefault(event.subject, event.id) == event.id:
                pairs = taken.setdefault(event.id, [])
                if pair not in pairs:  # it was made due sooner than it had been queued for
                    pairs.append(pair)
                    rooms[pair.handler] -= 1
        for pairs in taken.values():
            yield sorted(pairs, key=lambda pair: pair.position)

    def begin(self, pairs: list[Pair], *, alone: bool) -> None:
        """It runs, the first of it from now on."""
        for pair in pairs:
            pair.state, pair.alone = State.RUNNING, alone
            pair.began = pair is pairs[0]
            pair.attempts += 1
            self.suspects.discard(pair)
        self._running[pairs[0].subject] += len(pairs)

    def wait(self, pair: Pair, due: float, state: State = State.PENDING) -> None:
        """It no longer runs, and waits until then."""
        pair.state, pair.due = state, due
        self._ended(pair)

    def finish(self, pair: Pair, state: State) -> None:
        """It no longer runs, and never will."""
        pair.state, pair.is_open = state, False
        self._pass_over(pair)
        self._ended(pair)

    def remove(self, pair: Pair) -> None:
        """It waited, and never will run."""
        pair.is_open = False
        self.suspects.discard(pair)
        self._pass_over(pair)
        self.let_go_on(pair.subject)

    def let_go_on(self, subject: str) -> None:
        """What stands at the front of the subject's lines can be claimed, if nothing runs."""
        for line in self._lines[subject].values():
            pair = line[0][2]
            if self._is_next(pair) and not pair.queued:
                self._enqueue(pair)
        if not self._lines[subject]:
            del self._lines[subject]

    def sooner(self, pair: Pair, due: float) -> None:
        """It waits, and from now on until then."""
        pair.due = due
        if pair.queued:
            self._enqueue(pair)

    def _pass_over(self, pair: Pair) -> None:
        line = self._lines[pair.subject].get(pair.handler, [])
        while line and not line[0][2].is_open:
            heapq.heappop(line)[2].in_line = False
        if not line:
            self._lines[pair.subject].pop(pair.handler, None)

    def _first_due(self, handlers: Iterable[str], now: float) -> _Queue | None:
        queues = [self._queues[handler] for handler in handlers if self._queues.get(handler)]
        first = min(queues, key=lambda queue: queue[0][:3], default=None)
        return first if first and first[0][0] <= now else None

    def _is_next(self, pair: Pair) -> bool:
        """Whether it waits at the front of its line, and nothing of its subject runs."""
        line = self._lines.get(pair.subject, {}).get(pair.handler)
        return line is not None and line[0][2] is pair and not self._running[pair.subject]

    def _ended(self, pair: Pair) -> None:
        pair.alone = pair.began = False
        self._running[pair.subject] -= 1
        if not self._running[pair.subject]:
            del self._running[pair.subject]
        self.let_go_on(pair.subject)

    def _enqueue(self, pair: Pair) -> None:
        pair.queued = True
        entry = (pair.due, pair.record.number, pair.position, pair)
        heapq.heappush(self._queues[pair.handler], entry)


def claim_of(pairs: list[Pair], superseded: list[bool], *, alone: bool) -> Claim:
    """What is handed out of an event."""
    work = (pair.as_work(old) for pair, old in zip(pairs, superseded, strict=True))
    return Claim(pairs[0].record.event, tuple(work), alone)
