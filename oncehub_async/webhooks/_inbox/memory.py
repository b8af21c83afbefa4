"""An inbox in memory: for tests and toys. What it holds is lost when the process ends."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice

import attrs

from ..._ground import checks
from .._event_names import matches
from .interface import FOR_LIFE
from .records import (
    AT_ONCE,
    Claim,
    Deployment,
    Outcome,
    State,
    StoredEvent,
    Subscription,
    Work,
)
from .selection import InboxEntry, InboxHandler, Selection
from .waiting_lines import Pair, Record, WaitingLines, claim_of

logger = logging.getLogger("oncehub_async.webhooks")


class MemoryInbox:
    """Keeps events in memory for `keep` seconds (or a timedelta) after they were received.

    It doesn't survive its process: OnceHub was told that the events are safe, and they are not.
    """

    memory: float = 0.0
    lease: float = FOR_LIFE
    clock_offset: float = 0.0

    def __init__(self, *, keep: float = checks.HOUR) -> None:
        self._keep = checks.seconds(keep, "keep")
        self._records: dict[str, Record] = {}
        self._open: dict[tuple[str, str], Pair] = {}
        self._lines = WaitingLines()
        # The newest event that a handler is done with, of each subject, and when that was.
        self._newest: dict[tuple[str, str], tuple[tuple[float, int], float]] = {}
        self._subscriptions: dict[str, frozenset[str]] = {}
        self._number = 0

    async def open(self, *, needed: float = 0.0) -> None:
        """Say that it is no place for what matters."""
        logger.warning(
            "MemoryInbox: accepted events are lost when this process ends; use SQLiteInbox for "
            "what matters"
        )

    async def close(self) -> None:
        """Nothing is open; running work is given back."""
        self._subscriptions = {}
        for pair in [pair for pair in self._open.values() if pair.state is State.RUNNING]:
            if pair.began:
                pair.crashes += pair.alone
                pair.suspected = True
                self._lines.suspects.add(pair)
            else:
                pair.attempts -= 1
            self._lines.wait(pair, AT_ONCE)

    async def put(self, event: StoredEvent, handlers: Sequence[str]) -> bool:
        """Keep an event; see `Inbox.put`."""
        if event.id in self._records or event.same_as in self._records:
            return False
        self._number += 1
        record = self._records[event.id] = Record(self._number, event)
        for handler in handlers:
            self._add(record, handler)
        self._lines.let_go_on(event.subject)
        return True

    async def digest(self, event_id: str) -> bytes | None:
        """The SHA-256 of an event's body; see `Inbox.digest`."""
        record = self._records.get(event_id)
        return None if record is None else sha256(record.event.body).digest()

    async def register(self, subscriptions: Sequence[Subscription], now: float) -> Deployment:
        """Say which handlers there are; nobody else has any. See `Inbox.register`."""
        self._subscriptions = {each.handler: each.types for each in subscriptions}
        released: Counter[str] = Counter()
        for pair in list(self._open.values()):
            types = self._subscriptions.get(pair.handler)
            waits = pair.state is not State.RUNNING
            if types is not None and waits and not matches(types, pair.record.event.type):
                self._drop(pair)
                released[pair.handler] += 1
        orphaned = {
            name: count
            for name, count in (await self.waiting()).items()
            if name not in self._subscriptions
        }
        return Deployment(orphaned=orphaned, released=released)

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
        suspect = self._lines.suspect(handlers, now)
        if suspect is not None:
            return [self._take([suspect], alone=True)] if idle else []
        due = list(self._lines.due(limit, dict.fromkeys(handlers, limit) | dict(rooms or {}), now))
        return [self._take(pairs, alone=False) for pairs in due]

    async def begin(self, work: Work) -> bool:
        """Claimed work begins now; see `Inbox.begin`."""
        pair = self._claimed(work)
        if pair is not None:
            pair.began = True
        return pair is not None

    async def renew(self, held: Collection[Work]) -> Collection[Work]:
        """What of it is no longer this inbox's; see `Inbox.renew`."""
        return [work for work in held if self._claimed(work) is None]

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        """Write down what became of an attempt; see `Inbox.settle`."""
        pair = self._claimed(work)
        if pair is None:
            return False
        pair.error, pair.suspected = outcome.error, False
        if outcome.due is not None:
            pair.failures += 1
            self._lines.wait(pair, outcome.due, outcome.state)
            return True
        pair.finished = now
        del self._open[work.event_id, pair.handler]
        self._lines.finish(pair, outcome.state)
        if outcome.state is State.DONE:
            pair.replay = False
            key, order = (pair.subject, pair.handler), pair.record.order
            if order >= self._newest.get(key, (order, now))[0]:
                self._newest[key] = order, now
        return True

    async def release(self, work: Work, *, began: bool) -> None:
        """Give work back; see `Inbox.release`."""
        pair = self._claimed(work)
        if pair is not None:
            pair.attempts -= not began
            if pair.suspected:
                self._lines.suspects.add(pair)
            self._lines.wait(pair, AT_ONCE)

    def on_news(self, wake: Callable[[], None] | None) -> None:
        """Nobody else can put anything into it."""

    async def waiting(self) -> dict[str, int]:
        """How much unfinished work each handler has."""
        return dict(Counter(handler for _, handler in self._open))

    async def oldest(self) -> dict[str, float]:
        """When the first event came of each handler's unfinished work."""
        first: dict[str, Record] = {}
        for pair in self._open.values():
            record = first.setdefault(pair.handler, pair.record)
            if pair.record.number < record.number:
                first[pair.handler] = pair.record
        return {handler: record.event.received for handler, record in first.items()}

    async def counts(self) -> dict[State, int]:
        """How much work there is in each state."""
        return dict(Counter(pair.state for pair in self._all()))

    async def errors(self) -> dict[tuple[str, str], str]:
        """The last errors of dead work, by event id and handler."""
        return {
            (pair.record.event.id, pair.handler): pair.error or ""
            for pair in self._all()
            if pair.state is State.DEAD
        }

    async def purge(self, handlers: Collection[str], now: float) -> int:
        """Forget finished events that were kept long enough."""
        before = now - self._keep
        old = [
            event_id
            for event_id, record in self._records.items()
            if record.event.received < before and not record.is_open
        ]
        for event_id in old:
            del self._records[event_id]
        self._newest = {
            key: (order, at) for key, (order, at) in self._newest.items() if at >= before
        }
        return len(old)

    async def entries(self, selection: Selection, limit: int | None = None) -> Sequence[InboxEntry]:
        """Work that is selected; see `Inbox.entries`."""
        found = sorted(
            self._selected(selection),
            key=lambda entry: self._records[entry.event_id].number,
            reverse=True,
        )
        return found[:limit]

    async def tally(self, selection: Selection) -> Mapping[tuple[str, State | None], int]:
        """How much work is selected, by handler and state."""
        return Counter((entry.handler, entry.state) for entry in self._selected(selection))

    async def event(self, event_id: str) -> StoredEvent | None:
        """An event; see `Inbox.event`."""
        record = self._records.get(event_id)
        return None if record is None else record.event

    async def received(
        self, since: float, *, after: str | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        """Events in the order in which they came; see `Inbox.received`."""
        record = None if after is None else self._records.get(after)
        number = 0 if record is None else record.number
        found = (
            each.event
            for each in self._records.values()
            if each.number > number and each.event.received >= since
        )
        return list(islice(found, limit))

    async def handlers(self) -> Sequence[InboxHandler]:
        """The handlers that it knows, by name."""
        waiting = await self.waiting()
        names = {pair.handler for pair in self._all()} | set(self._subscriptions)
        return [
            InboxHandler(
                name=name,
                types=self._subscriptions.get(name),
                is_there=name in self._subscriptions,
                waiting=waiting.get(name, 0),
            )
            for name in sorted(names)
        ]

    async def redo(self, selection: Selection, now: float) -> int:
        """Make selected work due now; see `Inbox.redo`."""
        pairs = self._changeable(selection)
        for pair in pairs:
            pair.failures = pair.crashes = 0
            if pair.is_open:
                self._lines.sooner(pair, min(pair.due, now))
                continue
            pair.state, pair.due, pair.attempts = State.PENDING, now, 0
            pair.replay, pair.suspected, pair.finished = True, False, None
            self._open[pair.record.event.id, pair.handler] = pair
            self._lines.add(pair)
            self._lines.let_go_on(pair.subject)
        missing = list(self._missing(selection))
        for record in missing:
            pair = self._add(record, selection.handler or "")
            pair.due, pair.replay = now, True
            self._lines.let_go_on(pair.subject)
        return len(pairs) + len(missing)

    async def drop(self, selection: Selection) -> int:
        """Delete selected work that doesn't run; see `Inbox.drop`."""
        pairs = self._changeable(selection)
        for pair in pairs:
            self._drop(pair)
        return len(pairs)

    async def rewrite(self, bodies: Mapping[str, bytes]) -> Collection[str]:
        """Put other bodies in the place of those of finished events; see `Inbox.rewrite`."""
        finished = [
            record
            for event_id, record in self._records.items()
            if event_id in bodies and not any(pair.is_open for pair in record.work)
        ]
        for record in finished:
            record.event = attrs.evolve(record.event, body=bodies[record.event.id])
            for pair in record.work:
                pair.error = None
        return [record.event.id for record in finished]

    async def forget(self, received_before: float, now: float) -> int:
        """Delete events that are done; see `Inbox.forget`."""
        old = [
            event_id
            for event_id, record in self._records.items()
            if record.event.received < received_before
            and all(pair.state is State.DONE for pair in record.work)
        ]
        for event_id in old:
            del self._records[event_id]
        return len(old)

    def _changeable(self, selection: Selection) -> list[Pair]:
        """Selected work that doesn't run."""
        return [
            pair
            for pair in self._all()
            if pair.state is not State.RUNNING
            and selection.takes(pair.record.event, pair.handler, pair.state)
        ]

    def _all(self) -> Iterator[Pair]:
        return (pair for record in self._records.values() for pair in record.work)

    def _add(self, record: Record, handler: str) -> Pair:
        position = max((pair.position for pair in record.work), default=-1) + 1
        pair = Pair(record, position, handler)
        record.work.append(pair)
        self._open[record.event.id, handler] = pair
        self._lines.add(pair)
        return pair

    def _drop(self, pair: Pair) -> None:
        pair.record.work.remove(pair)
        self._open.pop((pair.record.event.id, pair.handler), None)
        if pair.is_open:
            self._lines.remove(pair)

    def _take(self, pairs: list[Pair], *, alone: bool) -> Claim:
        self._lines.begin(pairs, alone=alone)
        return claim_of(pairs, [self._is_superseded(pair) for pair in pairs], alone=alone)

    def _is_superseded(self, pair: Pair) -> bool:
        newest = self._newest.get((pair.subject, pair.handler))
        return newest is not None and newest[0] > pair.record.order

    def _claimed(self, work: Work) -> Pair | None:
        pair = self._open.get((work.event_id, work.handler))
        if pair is None or pair.state is not State.RUNNING or pair.attempts != work.attempt:
            return None
        return pair

    def _selected(self, selection: Selection) -> Iterator[InboxEntry]:
        for pair in self._all():
            if selection.takes(pair.record.event, pair.handler, pair.state):
                yield _entry(pair.record.event, pair.handler, pair)
        for record in self._missing(selection):
            yield _entry(record.event, selection.handler or "", None)

    def _missing(self, selection: Selection) -> Iterator[Record]:
        """Events that the selection's handler never got."""
        if not selection.missing:
            return
        types = self._subscriptions.get(selection.handler or "", frozenset("*"))
        for record in self._records.values():
            had = any(pair.handler == selection.handler for pair in record.work)
            wants = not had and matches(types, record.event.type)
            if wants and selection.takes_event(record.event):
                yield record


def _entry(event: StoredEvent, handler: str, pair: Pair | None) -> InboxEntry:
    waits = pair is not None and pair.is_open and pair.state is not State.RUNNING
    return InboxEntry(
        event_id=event.id,
        type=event.type,
        subject=event.subject,
        received=event.received,
        handler=handler,
        state=None if pair is None else pair.state,
        attempts=0 if pair is None else pair.attempts,
        due=max(pair.due, event.received) if pair is not None and waits else None,
        finished=None if pair is None else pair.finished,
        error=None if pair is None else pair.error,
    )
