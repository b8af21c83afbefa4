"""What is asked of an inbox in PostgreSQL many at a time: to keep events, to hand out and end work.

Everything here runs in a transaction of the lane that gathered it, and knows what this process
holds; see `PostgresInbox`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ..._ground import dump_json
from .._event_names import ANY
from .database_rows import event_of
from .known_time import EVERY, latest_signed
from .postgres_deployments import wanting
from .postgres_known_time import KEEP_SIGNED
from .postgres_owner import PostgresOwner
from .postgres_statements import BEGIN, CLAIM, LOCK, LOCK_FOR_PUTS, PUT, SETTLE
from .records import AT_ONCE, Claim, Outcome, State, StoredEvent, Work

Fetch = Callable[..., Awaitable[Sequence[Any]]]
"""Takes a connection, a statement and its arguments."""


class HeldWork(NamedTuple):
    """Where claimed work stands, and by whom and for the how manyth time it was claimed."""

    seq: int
    position: int
    subject: str
    attempt: int
    owner: int


class WorkEnding(NamedTuple):
    """A settlement, or, without an outcome, a release."""

    held: HeldWork
    handler: str
    outcome: Outcome | None
    now: float
    began: bool = True


class ClaimRequest(NamedTuple):
    """What a claim asks for; see `Inbox.claim`."""

    limit: int
    handlers: Collection[str]
    now: float
    idle: bool
    rooms: Mapping[str, int]


class PostgresWork:
    """What a process puts, claims, begins and ends, each for many at once."""

    def __init__(self, fetch: Fetch, owner: PostgresOwner) -> None:
        self._fetch, self._owner = fetch, owner
        self.held: dict[tuple[str, str], HeldWork] = {}
        """By event and handler."""
        self.types: dict[str, frozenset[str]] = {}
        """What each of this process's handlers asks for."""
        self._vouched = float("-inf")

    async def put_many(self, connection: Any, asked: Sequence[Any]) -> Sequence[bool]:
        """Keep events with their handlers; which of them are new."""
        new: dict[str, tuple[StoredEvent, Sequence[str]]] = {}
        first = [new.setdefault(put[0].id, put) is put for put in asked]
        subjects = sorted({event.subject for event, _ in new.values()})
        others = await self._fetch(connection, LOCK_FOR_PUTS, subjects, self._owner.id)
        rows = [(name, frozenset(types)) for name, types in others]
        events, work = [], []
        for number, (event, handlers) in enumerate(await self._unsaid(connection, new), 1):
            at, received = event.creation_time, event.received
            row = (event.id, event.type, event.subject, at, received, event.body)
            events.append((*row, event.trace_context))
            names = (*handlers, *wanting(rows, event.type, handlers))
            work += [(number, position, name) for position, name in enumerate(names)]
        kept = await self._fetch(connection, PUT, *_columns(events, 7), *_columns(work, 3))
        await self._vouch(connection, latest_signed(event for event, _ in asked))
        ids = {row["id"] for row in kept}
        return [is_first and put[0].id in ids for is_first, put in zip(first, asked, strict=True)]

    async def _vouch(self, connection: Any, signed: float) -> None:
        if signed > self._vouched + EVERY:
            await self._fetch(connection, KEEP_SIGNED, signed)
            self._vouched = signed

    async def _unsaid(
        self, connection: Any, new: Mapping[str, tuple[StoredEvent, Sequence[str]]]
    ) -> list[tuple[StoredEvent, Sequence[str]]]:
        """Without those that say the same as one that is there; their subjects are locked."""
        twins = [event.same_as for event, _ in new.values() if event.same_as is not None]
        there: set[str] = set()
        if twins:
            rows = await self._fetch(
                connection, "SELECT id FROM @events WHERE id = ANY ($1::text[])", twins
            )
            there = {row["id"] for row in rows}
        unsaid = []
        for event, handlers in new.values():
            if event.same_as not in there:
                unsaid.append((event, handlers))
                there.add(event.id)
        return unsaid

    async def do_work(self, connection: Any, asked: Sequence[Any]) -> Sequence[Any]:
        """Claims last: they lock what is free, and must not wait for others then."""
        results: dict[int, Any] = {}
        endings = {i: each for i, each in enumerate(asked) if isinstance(each, WorkEnding)}
        results |= await self._end(connection, endings)
        for index, each in enumerate(asked):
            if isinstance(each, HeldWork):
                results[index] = await self._begin(connection, each)
        for index, each in enumerate(asked):
            if isinstance(each, ClaimRequest):
                results[index] = await self._claim(connection, each)
        return [results[index] for index in range(len(asked))]

    async def _end(self, connection: Any, endings: Mapping[int, WorkEnding]) -> dict[int, bool]:
        mine = {i: each for i, each in endings.items() if each.held.owner == self._owner.id}
        if not mine:
            return dict.fromkeys(endings, False)
        await self._fetch(connection, LOCK, sorted({each.held.subject for each in mine.values()}))
        rows = {(each.held.seq, each.held.position): _ending_row(each) for each in mine.values()}
        ended = await self._fetch(
            connection, SETTLE, self._owner.id, *_columns(list(rows.values()), 11)
        )
        left = {tuple(row) for row in ended}
        results = dict.fromkeys(endings, False)
        for index, each in mine.items():
            place = each.held.seq, each.held.position
            results[index] = place in left
            left.discard(place)
        return results

    async def _begin(self, connection: Any, held: HeldWork) -> bool:
        arguments = self._owner.id, held.seq, held.position, held.attempt
        return bool(await self._fetch(connection, BEGIN, *arguments))

    async def _claim(self, connection: Any, asked: ClaimRequest) -> Sequence[Claim]:
        names = list(asked.handlers)
        types = [self._types_argument(name) for name in names]
        rooms = [min(asked.rooms.get(name, asked.limit), asked.limit) for name in names]
        owner = self._owner.id
        rows = await self._fetch(
            connection, CLAIM, owner, names, types, rooms, asked.now, asked.limit, asked.idle
        )
        claims: dict[int, list[Any]] = {}
        for row in sorted(rows, key=lambda row: (row["due"], row["seq"], row["position"])):
            claims.setdefault(row["seq"], []).append(row)
            held = HeldWork(row["seq"], row["position"], row["subject"], row["attempts"], owner)
            self.held[row["id"], row["handler"]] = held
        return [_claim_of(of_event) for of_event in claims.values()]

    def _types_argument(self, handler: str) -> str | None:
        types = self.types.get(handler)
        return None if types is None or ANY in types else dump_json(sorted(types)).decode()

    def held_as(self, work: Work) -> HeldWork | None:
        """Where it stands, if it is held as far as is known here."""
        held = self.held.get((work.event_id, work.handler))
        return held if held is not None and held.attempt == work.attempt else None

    def let_go(self, work: Work) -> None:
        """It isn't held any more."""
        self.held.pop((work.event_id, work.handler), None)


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)]


def _ending_row(ending: WorkEnding) -> tuple[Any, ...]:
    held, outcome = ending.held, ending.outcome
    place = held.seq, held.position, held.attempt, held.subject, ending.handler
    if outcome is None:
        return (*place, str(State.PENDING), AT_ONCE, None, None, True, int(not ending.began))
    error = outcome.error
    if error is not None:  # what the server takes as text
        error = error.replace("\0", "\ufffd").encode(errors="replace").decode()
    finished = ending.now if outcome.due is None else None
    return (*place, str(outcome.state), outcome.due, error, finished, False, 0)


def _claim_of(rows: Sequence[Any]) -> Claim:
    rows = sorted(rows, key=lambda row: row["position"])
    work = [
        Work(
            row["id"],
            row["handler"],
            row["attempts"],
            row["failures"],
            row["crashes"],
            row["error"],
            row["superseded"],
            row["replay"],
        )
        for row in rows
    ]
    return Claim(event_of(rows[0][-7:]), tuple(work), rows[0]["alone"])
