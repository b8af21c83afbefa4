"""An inbox in memory: for tests and toys. What it holds is lost when the process ends."""

import heapq
import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import attrs

from ..._ground import checks
from .interface import AT_ONCE, Claim, Outcome, State, StoredEvent, Work

logger = logging.getLogger("oncehub_async.webhooks")

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
    suspected: bool = False
    alone: bool = False
    queued: bool = False
    error: str | None = attrs.field(default=None, repr=False)


_Line = list[tuple[float, int, _Pair]]
"""A heap: what happened first stands in front."""


class MemoryInbox:
    """Keeps events in memory for `keep` seconds (or a timedelta) after they were received.

    It doesn't survive its process: OnceHub was told that the events are safe, and they are not.
    """

    memory: float = 0.0

    def __init__(self, *, keep: float = checks.HOUR) -> None:
        self._keep = checks.seconds(keep, "keep")
        self._unfinished: dict[str, _Record] = {}
        # Of finished events all that is needed: when they came, what became of their work, and the
        # digest of the body.
        self._finished: dict[str, tuple[float, tuple[State, ...], bytes]] = {}
        self._errors: dict[tuple[str, str], str] = {}
        self._pairs: dict[tuple[str, str], _Pair] = {}
        # The open work of a subject: a line for each handler, in the order in which it happened.
        self._lines: defaultdict[str, dict[str, _Line]] = defaultdict(dict)
        self._running: Counter[str] = Counter()
        # What can be claimed, for each handler; an entry that no longer holds is passed over.
        self._queues: defaultdict[str, list[tuple[float, int, int, _Pair]]] = defaultdict(list)
        self._suspects: set[_Pair] = set()
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
                    pair.crashes += pair.alone
                    pair.suspected = True
                    self._suspects.add(pair)
                else:
                    pair.attempts -= 1
                self._wait(pair, AT_ONCE)

    async def put(self, event: StoredEvent, handlers: Sequence[str]) -> bool:
        """Keep an event; see `Inbox.put`."""
        if event.id in self._finished or event.id in self._unfinished:
            return False
        if not handlers:
            self._finished[event.id] = (event.received, (), sha256(event.body).digest())
            return True
        self._number += 1
        record = self._unfinished[event.id] = _Record(self._number, event)
        for position, handler in enumerate(handlers):
            pair = _Pair(record, position, handler, AT_ONCE)
            record.work.append(pair)
            self._pairs[event.id, handler] = pair
            line = self._lines[event.subject].setdefault(handler, [])
            heapq.heappush(line, (event.creation_time, self._number, pair))
        self._let_go_on(event.subject)
        return True

    async def digest(self, event_id: str) -> bytes | None:
        """The SHA-256 of an event's body; see `Inbox.digest`."""
        if event_id in self._finished:
            return self._finished[event_id][2]
        record = self._unfinished.get(event_id)
        return None if record is None else sha256(record.event.body).digest()

    async def claim(
        self,
        limit: int,
        handlers: Collection[str],
        now: float,
        *,
        idle: bool = True,
        rooms: Mapping[str, int] | None = None,
    ) -> Sequence[Claim]:
        """Take due work; see `Inbox.claim`."""
        for pair in sorted(self._suspects, key=lambda pair: (pair.record.number, pair.position)):
            if pair.handler in handlers and pair.due <= now and self._is_next(pair):
                return [self._take([pair], alone=True)] if idle else []
        taken: dict[str, list[_Pair]] = {}
        subjects: dict[str, str] = {}
        left = dict.fromkeys(handlers, limit) | dict(rooms or {})
        while (queue := self._first_due(filter(left.get, handlers), now)) is not None:
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
                taken.setdefault(event.id, []).append(pair)
                left[pair.handler] -= 1
        return [
            self._take(sorted(pairs, key=lambda pair: pair.position), alone=False)
            for pairs in taken.values()
        ]

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        """Write down what became of an attempt; see `Inbox.settle`."""
        pair = self._claimed(work)
        if pair is None:
            return False
        pair.error, pair.suspected = outcome.error, False
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
            if pair.suspected:
                self._suspects.add(pair)
            self._wait(pair, AT_ONCE)

    async def waiting(self) -> dict[str, int]:
        """How much unfinished work each handler has."""
        return dict(Counter(handler for _, handler in self._pairs))

    async def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        unfinished = (pair.state for record in self._unfinished.values() for pair in record.work)
        finished = (state for _, states, _ in self._finished.values() for state in states)
        return dict(Counter([*unfinished, *finished]))

    async def errors(self) -> dict[tuple[str, str], str]:
        """The last errors of dead work, by event id and handler."""
        return dict(self._errors)

    async def purge(self, handlers: Collection[str], now: float) -> int:
        """Forget finished events that were kept long enough."""
        before = now - self._keep
        old = {id_ for id_, (received, *_) in self._finished.items() if received < before}
        for event_id in old:
            del self._finished[event_id]
        self._errors = {key: text for key, text in self._errors.items() if key[0] not in old}
        return len(old)

    def _first_due(self, handlers: Iterable[str], now: float) -> list[Any] | None:
        queues = [self._queues[handler] for handler in handlers if self._queues.get(handler)]
        first = min(queues, key=lambda queue: queue[0][:3], default=None)
        return first if first and first[0][0] <= now else None

    def _is_next(self, pair: _Pair) -> bool:
        """Whether it waits at the front of its line, and nothing of its subject runs."""
        subject = pair.record.event.subject
        line = self._lines.get(subject, {}).get(pair.handler)
        return line is not None and line[0][2] is pair and not self._running[subject]

    def _take(self, pairs: list[_Pair], *, alone: bool) -> Claim:
        for pair in pairs:
            pair.state, pair.alone = State.RUNNING, alone
            pair.attempts += 1
            self._suspects.discard(pair)
        event = pairs[0].record.event
        self._running[event.subject] += len(pairs)
        return Claim(event, tuple(_work(pair) for pair in pairs), alone)

    def _claimed(self, work: Work) -> _Pair | None:
        pair = self._pairs.get((work.event_id, work.handler))
        if pair is None or pair.state is not State.RUNNING or pair.attempts != work.attempt:
            return None
        return pair

    def _wait(self, pair: _Pair, due: float, state: State = State.PENDING) -> None:
        pair.state, pair.due = state, due
        self._ended(pair)

    def _finish(self, pair: _Pair, state: State) -> None:
        record, subject = pair.record, pair.record.event.subject
        event_id = record.event.id
        pair.state = state
        if state is State.DEAD:
            self._errors[event_id, pair.handler] = pair.error or ""
        del self._pairs[event_id, pair.handler]
        line = self._lines[subject][pair.handler]
        while line and line[0][2].state in _FINISHED:
            heapq.heappop(line)
        if not line:
            del self._lines[subject][pair.handler]
        self._ended(pair)
        if all(each.state in _FINISHED for each in record.work):
            del self._unfinished[event_id]
            states = tuple(each.state for each in record.work)
            digest = sha256(record.event.body).digest()
            self._finished[event_id] = (record.event.received, states, digest)

    def _ended(self, pair: _Pair) -> None:
        """It runs no longer."""
        subject = pair.record.event.subject
        pair.alone = False
        self._running[subject] -= 1
        if not self._running[subject]:
            del self._running[subject]
        self._let_go_on(subject)

    def _let_go_on(self, subject: str) -> None:
        """What stands at the front of the subject's lines can be claimed, if nothing runs."""
        for line in self._lines[subject].values():
            pair = line[0][2]
            if self._is_next(pair) and not pair.queued:
                self._enqueue(pair)
        if not self._lines[subject]:
            del self._lines[subject]

    def _enqueue(self, pair: _Pair) -> None:
        pair.queued = True
        entry = (pair.due, pair.record.number, pair.position, pair)
        heapq.heappush(self._queues[pair.handler], entry)


def _work(pair: _Pair) -> Work:
    event_id = pair.record.event.id
    return Work(event_id, pair.handler, pair.attempts, pair.failures, pair.crashes, pair.error)
