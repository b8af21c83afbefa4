"""An inbox in memory: for tests and toys. What it holds is lost when the process ends."""

import heapq
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import attrs

from ..._ground import checks
from .interface import AT_ONCE, Claim, Outcome, State, StoredEvent, Work

logger = logging.getLogger("oncehub_async.webhooks")

_WAITING = (State.PENDING, State.FAILED)
_FINISHED = (State.DONE, State.DEAD)


@attrs.define(eq=False)
class _Record:
    number: int
    event: StoredEvent
    work: list["_Pair"] = attrs.Factory(list)

    @property
    def order(self) -> tuple[float, int]:
        return self.event.creation_time, self.number


@attrs.define(eq=False)
class _Pair:
    record: _Record = attrs.field(repr=False)
    position: int
    handler: str
    due: float
    state: State = State.PENDING
    attempts: int = 0
    failures: int = 0
    crashes: int = 0
    error: str | None = attrs.field(default=None, repr=False)


class MemoryInbox:
    """Keeps events in memory for `keep` seconds (or a timedelta) after they were received.

    It doesn't survive its process: OnceHub was told that the events are safe, and they are not.
    """

    memory: float = 0.0

    def __init__(self, *, keep: float = checks.HOUR) -> None:
        self._keep = checks.seconds(keep, "keep")
        self._unfinished: dict[str, _Record] = {}
        # Of finished events all that is needed: when they came, and what became of their work.
        self._finished: dict[str, tuple[float, tuple[State, ...]]] = {}
        self._errors: dict[tuple[str, str], str] = {}
        self._pairs: dict[tuple[str, str], _Pair] = {}
        self._open: defaultdict[str, list[_Pair]] = defaultdict(list)
        self._queue: list[tuple[float, int, int, _Pair]] = []
        self._number = 0

    async def open(self, *, needed: float = 0.0) -> None:
        """Say that it is no place for what matters."""
        logger.warning(
            "MemoryInbox: accepted events are lost when this process ends; use SQLiteInbox for "
            "what matters"
        )

    async def close(self) -> None:
        """Nothing is open; running work is given back."""
        for record in list(self._unfinished.values()):
            running = [pair for pair in record.work if pair.state is State.RUNNING]
            for number, pair in enumerate(running):
                if number == 0:
                    pair.crashes += 1
                else:
                    pair.attempts -= 1
                self._wait(pair, AT_ONCE)

    async def put(self, event: StoredEvent, handlers: Sequence[str]) -> bool:
        """Keep an event; see `Inbox.put`."""
        if event.id in self._finished or event.id in self._unfinished:
            return False
        if not handlers:
            self._finished[event.id] = (event.received, ())
            return True
        self._number += 1
        record = self._unfinished[event.id] = _Record(self._number, event)
        for position, handler in enumerate(handlers):
            pair = _Pair(record, position, handler, AT_ONCE)
            record.work.append(pair)
            self._pairs[event.id, handler] = pair
            self._open[event.subject].append(pair)
            self._enqueue(pair)
        return True

    async def claim(self, limit: int, handlers: Collection[str], now: float) -> Sequence[Claim]:
        """Take due work; see `Inbox.claim`."""
        taken: dict[str, list[_Pair]] = {}
        passed_over = []
        while self._queue and self._queue[0][0] <= now:
            pair = self._queue[0][3]
            event = pair.record.event
            if len(taken) == limit and event.id not in taken:
                break
            entry = heapq.heappop(self._queue)
            if pair.state not in _WAITING or pair.due != entry[0]:
                continue  # an entry of an earlier wait
            if pair.handler not in handlers:
                passed_over.append(entry)
            elif not self._held_up(pair, taken.get(event.id, ())):
                pair.state = State.RUNNING
                pair.attempts += 1
                taken.setdefault(event.id, []).append(pair)
        for entry in passed_over:
            heapq.heappush(self._queue, entry)
        return [_claim(sorted(pairs, key=lambda pair: pair.position)) for pairs in taken.values()]

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        """Write down what became of an attempt; see `Inbox.settle`."""
        pair = self._claimed(work)
        if pair is None:
            return False
        pair.error = outcome.error
        if outcome.due is not None:
            pair.failures += 1
            self._wait(pair, outcome.due, outcome.state)
        else:
            self._finish(pair, outcome.state)
        return True

    async def release(self, work: Work, *, began: bool) -> None:
        """Give work back; see `Inbox.release`."""
        pair = self._claimed(work)
        if pair is not None:
            pair.attempts -= not began
            self._wait(pair, AT_ONCE)

    async def waiting(self) -> dict[str, int]:
        """How much unfinished work each handler has."""
        return dict(Counter(pair.handler for pairs in self._open.values() for pair in pairs))

    async def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        unfinished = (pair.state for record in self._unfinished.values() for pair in record.work)
        finished = (state for _, states in self._finished.values() for state in states)
        return dict(Counter([*unfinished, *finished]))

    async def errors(self) -> dict[tuple[str, str], str]:
        """The last errors of dead work, by event id and handler."""
        return dict(self._errors)

    async def purge(self, handlers: Collection[str], now: float) -> int:
        """Forget finished events that were kept long enough."""
        before = now - self._keep
        old = {id_ for id_, (received, _) in self._finished.items() if received < before}
        for event_id in old:
            del self._finished[event_id]
        self._errors = {key: text for key, text in self._errors.items() if key[0] not in old}
        return len(old)

    def _held_up(self, pair: _Pair, with_it: Collection[_Pair]) -> bool:
        """Whether other work of the subject goes first; finishing that work enqueues it again."""
        for other in self._open[pair.record.event.subject]:
            if other.state is State.RUNNING:
                if other not in with_it:
                    return True
            elif other.handler == pair.handler and other.record.order < pair.record.order:
                return True
        return False

    def _claimed(self, work: Work) -> _Pair | None:
        pair = self._pairs.get((work.event_id, work.handler))
        if pair is None or pair.state is not State.RUNNING or pair.attempts != work.attempt:
            return None
        return pair

    def _wait(self, pair: _Pair, due: float, state: State = State.PENDING) -> None:
        pair.state, pair.due = state, due
        self._enqueue_subject(pair.record.event.subject)

    def _finish(self, pair: _Pair, state: State) -> None:
        record, subject = pair.record, pair.record.event.subject
        event_id = record.event.id
        pair.state = state
        if state is State.DEAD:
            self._errors[event_id, pair.handler] = pair.error or ""
        del self._pairs[event_id, pair.handler]
        self._open[subject].remove(pair)
        if self._open[subject]:
            self._enqueue_subject(subject)
        else:
            del self._open[subject]
        if all(each.state in _FINISHED for each in record.work):
            del self._unfinished[event_id]
            states = tuple(each.state for each in record.work)
            self._finished[event_id] = (record.event.received, states)

    def _enqueue_subject(self, subject: str) -> None:
        for pair in self._open[subject]:
            if pair.state in _WAITING:
                self._enqueue(pair)

    def _enqueue(self, pair: _Pair) -> None:
        heapq.heappush(self._queue, (pair.due, pair.record.number, pair.position, pair))


def _claim(pairs: list[_Pair]) -> Claim:
    event = pairs[0].record.event
    return Claim(event, tuple(_work(pair) for pair in pairs))


def _work(pair: _Pair) -> Work:
    event_id = pair.record.event.id
    return Work(event_id, pair.handler, pair.attempts, pair.failures, pair.crashes, pair.error)
