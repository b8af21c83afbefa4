"""The inbox in a PostgreSQL database, for processes on many hosts."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from hashlib import sha256
from typing import Any

from ..._ground import Hidden, checks
from ...errors import ClientStateError
from .._webhook_errors import InboxError
from . import deployments, postgres_known_time
from .interface import FOR_LIFE
from .postgres_address import PostgresAddress
from .postgres_deployments import PostgresDeployments
from .postgres_inspection import Question, _PostgresInspection, answer_questions
from .postgres_lane import PostgresLane
from .postgres_owner import PostgresOwner
from .postgres_roll_call import PostgresRollCall
from .postgres_statements import HELD, TIME
from .postgres_work import ClaimRequest, PostgresWork, WorkEnding
from .records import AT_ONCE, Claim, Deployment, KnownTime, Outcome, StoredEvent, Subscription, Work
from .selection import Selection

logger = logging.getLogger("oncehub_async.webhooks")


class PostgresInbox(_PostgresInspection):
    """Keeps events in a PostgreSQL database, which any number of processes on any hosts share.

        PostgresInbox("postgresql://oncehub@db.internal/app")

    Needs the extra "postgres". Work belongs to who claimed it until it is settled or that process
    ends, which others learn from its session: then it is due again. Each process has four
    connections at most.

    - `url`: postgresql://..., of PostgreSQL 12 or newer.
    - `schema`: the tables are in a schema of their own, `oncehub_inbox`, made if it isn't there.
    - `keep`: seconds (or a timedelta) for which events are kept after they were received, at least
      until all their handlers are done. Replays are known again for as long: 7 days.
    - `keep_dead`: for how long dead letters are kept after they became so, and work of handlers
      that there are no more after it was received: 90 days.
    - `lease`: for a pooler in transaction mode, behind which no session lasts: seconds for which
      claimed work stays a process's own without a word from it.
    - `patience`: seconds to wait for the server; then a delivery is answered 503.

    Raises `ConfigurationError` for an address that can't be one, or where the extra is missing.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: str | None = None,
        keep: float = 7 * checks.DAY,
        keep_dead: float = 90 * checks.DAY,
        lease: float | None = None,
        patience: float = 5.0,
    ) -> None:
        hidden = Hidden(url)
        del url
        self._address = PostgresAddress(hidden, schema)
        self._keep = checks.seconds(keep, "keep")
        self._keep_dead = max(checks.seconds(keep_dead, "keep_dead"), self._keep)
        self.lease: float = FOR_LIFE if lease is None else checks.seconds(lease, "lease")
        self._lease = lease
        self._patience = checks.seconds(patience, "patience")
        self._deployments = PostgresDeployments(self._address)
        self._is_open = False
        self._prepare()

    def _prepare(self) -> None:
        """All that lasts from opening to closing."""
        self._owner = PostgresOwner(self._address, self._patience)
        self._mine = PostgresWork(self._fetch, self._owner)
        self._roll_call = PostgresRollCall(
            self._address,
            self._owner,
            self._mine,
            lease=self._lease,
            asked=self._asked,
            fetch=self._fetch,
            let_go_on=self._let_go_on,
        )
        self._checked: dict[str, frozenset[str]] = {}
        """Of each handler, what was asked for when what waits for it was looked through."""
        self._puts, self._work, self._questions = self._lanes()

    def __repr__(self) -> str:
        # Crash reporters also show one whose making failed.
        address = getattr(self, "_address", None)
        return f"PostgresInbox({address.shown!r})" if address else "PostgresInbox()"

    @property
    def shown(self) -> str:
        """Host, database and schema, without user and password."""
        return self._address.shown

    @property
    def clock_offset(self) -> float:
        """Seconds by which the server's clock is ahead of this machine's."""
        return self._roll_call.clock_offset

    @property
    def memory(self) -> float:
        """For how many seconds it knows an event again."""
        return self._keep

    async def open(self, *, needed: float = 0.0) -> None:
        """Connect, and make or migrate the tables.

        What a process left that had died before is taken up some seconds later: if all sessions
        have just ended, those that live are about to come back.

        `needed` is written down there, so that nobody purges what is younger by hand.

        Raises `ConfigurationError` for tables that are no inbox's, and `InboxError`.
        """
        if self._is_open:
            raise ClientStateError("the inbox is open")
        self._prepare()
        self._is_open = True
        try:
            await self._roll_call.begin()
            if needed:
                await self._rows("UPDATE @settings SET needed = $1", needed)
            await self._roll_call.call()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Let go of everything. What is still claimed is due again, for this process and others."""
        if not self._is_open:
            return
        try:
            await self._puts.close()
            await self._work.close()
            with suppress(InboxError):  # others find out by the session that ends
                await self._roll_call.leave()
        finally:
            self._is_open = False
            await self._questions.close()
            await self._owner.close()

    async def put(self, event: StoredEvent, handlers: Sequence[str]) -> bool:
        """Keep an event; see `Inbox.put`."""
        is_new: bool = await self._open_lane(self._puts).submit((event, handlers))
        if is_new:
            self._owner.tell()
        return is_new

    async def digest(self, event_id: str) -> bytes | None:
        """The SHA-256 of an event's body; see `Inbox.digest`."""
        rows = await self._rows("SELECT body FROM @events WHERE id = $1", event_id)
        return sha256(rows[0]["body"]).digest() if rows else None

    async def register(self, subscriptions: Sequence[Subscription], now: float) -> Deployment:
        """Say which handlers this process runs; see `Inbox.register`."""
        self._mine.types = {each.handler: each.types for each in subscriptions}
        away = await self._roll_call.register(subscriptions, now)
        caught_up: dict[str, int] = {}
        for name, since in away.items():
            if deployments.catches_up(since, now):
                missed = Selection(handler=name, missing=True, since=since)
                caught_up[name] = await self._redo(missed, AT_ONCE, replay=False)
            await self._asked(partial(self._deployments.is_back, name=name))
        released = await self._release_what_nobody_wants()
        found: Deployment = await self._asked(
            partial(
                self._deployments.found,
                names=self._mine.types,
                done=deployments.what_was_done(released, caught_up, away),
            )
        )
        return found

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
        await self._roll_call.call_if_due()
        asked = ClaimRequest(limit, handlers, now, idle, rooms or {})
        try:
            claims: Sequence[Claim] = await self._open_lane(self._work).submit(asked)
        except BaseException:
            # It may have been written down all the same, and nobody would do it.
            self._roll_call.has_strays = True
            raise
        return claims

    async def begin(self, work: Work) -> bool:
        """Claimed work begins now; see `Inbox.begin`."""
        held = self._mine.held_as(work)
        if held is None:
            return False
        is_ours: bool = await self._open_lane(self._work).submit(held)
        return is_ours

    async def renew(self, held: Collection[Work]) -> Collection[Work]:
        """Keep what is held; what of it is no longer this inbox's. See `Inbox.renew`."""
        await self._roll_call.beat()
        places = {work: self._mine.held_as(work) for work in held}
        known = [place for place in places.values() if place is not None]
        left: set[tuple[int, int]] = set()
        if known:
            seqs, positions, attempts = zip(
                *((each.seq, each.position, each.attempt) for each in known), strict=True
            )
            arguments = self._owner.id, list(seqs), list(positions), list(attempts)
            left = {tuple(row) for row in await self._rows(HELD, *arguments)}
        return [
            work
            for work, place in places.items()
            if place is None or (place.seq, place.position) not in left
        ]

    async def settle(self, work: Work, outcome: Outcome, now: float) -> bool:
        """Write down what became of an attempt; see `Inbox.settle`."""
        held = self._mine.held_as(work)
        if held is None:
            return False
        ending = WorkEnding(held, work.handler, outcome, now)
        is_ours: bool = await self._open_lane(self._work).submit(ending)
        self._mine.let_go(work)
        return is_ours

    async def release(self, work: Work, *, began: bool) -> None:
        """Give work back; see `Inbox.release`."""
        held = self._mine.held_as(work)
        if held is not None:
            await self._open_lane(self._work).submit(
                WorkEnding(held, work.handler, None, AT_ONCE, began)
            )
            self._mine.let_go(work)
            self._owner.tell()

    def on_news(self, wake: Callable[[], None] | None) -> None:
        """Soon after another process put something; see `Inbox.on_news`."""
        self._owner.watch(wake)

    async def purge(self, handlers: Collection[str], now: float) -> int:
        """Forget what was kept long enough, 500 events at a time; see `Inbox.purge`."""
        done_before, undone_before = now - self._keep, now - self._keep_dead
        events, undone = await self._delete_old(done_before, undone_before, handlers)
        if undone:
            logger.warning(
                "deleted after %.0f days (keep_dead): %d dead letters, or work of handlers that "
                "there are no more",
                self._keep_dead / checks.DAY,
                undone,
            )
        if not events:
            await self._tidy(done_before, undone_before)
        return events

    async def known_time(self) -> KnownTime:
        """What the database knows of the time; see `TimekeepingInbox`."""
        (row,) = await self._rows(postgres_known_time.READ)
        return postgres_known_time.known_time_of(row)

    async def keep_purge_time(self, moment: float) -> None:
        """Note for when it was purged; see `TimekeepingInbox`."""
        await self._rows(postgres_known_time.KEEP_PURGE_TIME, moment)

    async def _redo(self, selection: Selection, now: float, *, replay: bool) -> int:
        count = await super()._redo(selection, now, replay=replay)
        self._owner.tell()
        return count

    # What is done now and then.

    async def _release_what_nobody_wants(self) -> dict[str, int]:
        """Looks through what waits only when somebody has begun or ceased to ask for something."""
        released = {}
        for name in self._mine.types:
            asked = await self._asked(partial(self._deployments.asked_for, handler=name))
            asked_for = asked or frozenset()
            if self._checked.get(name) != asked_for:
                released[name] = await self._release_unwanted(name, asked_for)
                self._checked[name] = asked_for
        return {name: count for name, count in released.items() if count}

    async def _tidy(self, done_before: float, undone_before: float) -> None:
        # What died keep_dead ago may be done again at last: so for as long once more.
        forgotten = undone_before - (done_before - undone_before)
        await self._rows("DELETE FROM @newest WHERE at < $1", forgotten)
        await self._rows("DELETE FROM @handlers WHERE owner = 0 AND seen < $1", undone_before)
        await self._rows(
            f"DELETE FROM @subjects s WHERE s.used < {TIME} - $1 AND s.running = 0 AND NOT EXISTS "
            "(SELECT 1 FROM @work w WHERE w.finished IS NULL AND w.subject = s.subject)",
            self._keep,
        )

    # What the lanes do.

    def _lanes(self) -> tuple[PostgresLane, PostgresLane, PostgresLane]:
        lane = partial(
            PostgresLane,
            self._address,
            patience=self._patience,
            sessions=self._lease is None,
        )
        return (
            lane(run=self._mine.put_many, name="accepting"),
            lane(run=self._mine.do_work, name="working"),
            lane(run=answer_questions, name="asking", plans=False),
        )

    def _open_lane(self, lane: PostgresLane) -> PostgresLane:
        if not self._is_open:
            raise ClientStateError("open the inbox first")
        return lane

    async def _asked(self, question: Question) -> Any:
        return await self._open_lane(self._questions).submit(question)
