"""Who of those who share an inbox in PostgreSQL is there; what the others held is due again."""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from .postgres_address import PostgresAddress
from .postgres_deployments import PostgresDeployments
from .postgres_inspection import Question
from .postgres_owner import JOIN, LONGEST_PAUSE, PostgresOwner
from .postgres_schema import lock_class, prepare
from .postgres_statements import GIVE_BACK, LOCK, RUNNING_SUBJECTS, TIME
from .postgres_work import Fetch, PostgresWork
from .records import Subscription

logger = logging.getLogger("oncehub_async.webhooks")

_SECONDS_BETWEEN = 2.0
_COMEBACK = 10.0
"""Seconds that others get to come back, after a trouble that may have been everybody's."""

_ARRIVAL = LONGEST_PAUSE + 1.0
"""The same for whom this process found without a session at its first look: it wasn't there before,
and can't tell whether that was everybody's trouble."""

# Who has a session is dead when its lock is free, unless the server has just been started: then
# nobody has come back yet. Who has none, when it has said nothing for a lease.
_DEAD = f"""
SELECT o.id FROM @owners o WHERE o.id <> $1 AND CASE
    WHEN o.lease IS NOT NULL THEN o.seen < {TIME} - o.lease
    WHEN NOT $3 OR pg_postmaster_start_time() > clock_timestamp() - $4 * interval '1 second'
        THEN false
    ELSE pg_try_advisory_xact_lock($2, o.id) END
ORDER BY o.id FOR UPDATE SKIP LOCKED
"""

_BEAT = f"UPDATE @owners SET seen = {TIME} WHERE id = $1 RETURNING id"

Asked = Callable[[Question], Awaitable[Any]]
LetGoOn = Callable[[Any, Sequence[Any]], Awaitable[None]]
"""Takes a connection and the work that nobody holds any more."""


class PostgresRollCall:
    """That this process is there, for as long as its inbox is open, and who isn't any more.

    Without a `lease`, in seconds, its session says so.
    """

    def __init__(
        self,
        address: PostgresAddress,
        owner: PostgresOwner,
        mine: PostgresWork,
        *,
        lease: float | None,
        asked: Asked,
        fetch: Fetch,
        let_go_on: LetGoOn,
    ) -> None:
        self._address, self._owner, self._mine, self._lease = address, owner, mine, lease
        self._asked, self._fetch, self._let_go_on = asked, fetch, let_go_on
        self._deployments = PostgresDeployments(address)
        self._class = lock_class(address.schema)
        self._subscriptions: Sequence[Subscription] = ()
        self._registered_as = 0
        self._last = self._last_beat = self._first_look = float("-inf")
        self._found_dead: set[int] | None = None
        self._ahead = 0.0
        self.clock_offset: float = 0.0
        """Seconds by which the server's clock is ahead of this machine's."""
        self.has_strays: bool = False
        """Whether there may be claims that this process knows nothing of."""

    async def begin(self) -> None:
        """Be there, which makes or migrates the tables. Raises what an inbox's `open` does."""
        try:
            if self._lease is None:
                await self._owner.open()
            else:
                await self._asked(partial(prepare, address=self._address, create=True))
                await self._live_anew()
        except self._address.failures as error:
            raise self._address.trouble(error) from None

    async def leave(self) -> None:
        """Be there no more; what is still held is due again. Raises `InboxError`."""
        if self._owner.id:
            await self._asked(partial(self._take_from, owner=self._owner.id))
            self._owner.tell()

    async def register(self, subscriptions: Sequence[Subscription], now: float) -> dict[str, float]:
        """Say which handlers this process runs; since when those of them are away that were."""
        self._subscriptions, self._ahead = subscriptions, now - time.time()
        await self.call()
        return await self._register(now)

    async def call_if_due(self) -> None:
        """Every two seconds."""
        if time.monotonic() - self._last > _SECONDS_BETWEEN:
            await self.call()

    async def call(self) -> None:
        """Make due again what is held by those that have died, and what nobody here knows of."""
        self._last = time.monotonic()
        await self.beat()
        if self._owner.id != self._registered_as and self._subscriptions:
            await self._register(time.time() + self._ahead)
        if self.has_strays:
            self.has_strays = False
            await self._asked(self._give_back_strays)
        await self._asked(self._look_at_clock)
        owners = await self._asked(self._take_from_the_dead)
        if owners:
            logger.warning(
                "took up the work of a process that ended while it ran: %d to run again", owners
            )

    async def beat(self) -> None:
        """Say that this process lives, where no session says so."""
        if self._lease is None or time.monotonic() - self._last_beat < self._lease / 4:
            return
        began = time.monotonic()
        if not await self._asked(lambda connection: self._fetch(connection, _BEAT, self._owner.id)):
            await self._live_anew()
        self._last_beat = began

    async def _live_anew(self) -> None:
        async def join(connection: Any) -> int:
            number = await connection.fetchval(
                self._address.sql("SELECT nextval('@owner_numbers')::int")
            )
            await connection.execute(self._address.sql(JOIN), number, self._lease)
            return int(number)

        self._owner.id = await self._asked(join)
        self._last_beat = time.monotonic()

    async def _register(self, now: float) -> dict[str, float]:
        """Since when those of the handlers are away that were."""
        owner = self._owner.id
        away: dict[str, float] = await self._asked(
            partial(
                self._deployments.register,
                owner=owner,
                subscriptions=self._subscriptions,
                now=now,
            )
        )
        self._registered_as = owner
        return away

    async def _take_from_the_dead(self, connection: Any) -> int:
        may_be_free = time.monotonic() - self._owner.back_since > _COMEBACK
        dead = await self._fetch(
            connection, _DEAD, self._owner.id, self._class, may_be_free, _COMEBACK
        )
        owners = {owner for (owner,) in dead}
        if self._found_dead is None:
            self._found_dead, self._first_look = owners, time.monotonic()
        if time.monotonic() - self._first_look < _ARRIVAL:
            owners = owners - self._found_dead
        return sum([await self._take_from(connection, owner) for owner in sorted(owners)])

    async def _take_from(self, connection: Any, owner: int) -> int:
        """Give back all that an owner holds, who is there no more."""
        await self._fetch(connection, "DELETE FROM @owners WHERE id = $1", owner)
        count = await self._give_back(connection, owner)
        await self._deployments.leave(connection, owner, time.time() + self._ahead)
        return count

    async def _give_back_strays(self, connection: Any) -> None:
        """What a claim that failed may have taken all the same. It had not begun."""
        known = {(each.seq, each.position) for each in self._mine.held.values()}
        rows = await self._fetch(
            connection, "SELECT event, position FROM @work WHERE owner = $1", self._owner.id
        )
        strays = [tuple(row) for row in rows if tuple(row) not in known]
        if strays:
            seqs, positions = (list(each) for each in zip(*strays, strict=True))
            await self._fetch(
                connection,
                "UPDATE @work SET began = false WHERE (event, position) IN "
                "(SELECT * FROM unnest($1::bigint[], $2::int[]))",
                seqs,
                positions,
            )
            await self._give_back(connection, self._owner.id, seqs, positions)

    async def _give_back(
        self,
        connection: Any,
        owner: int,
        seqs: list[int] | None = None,
        positions: list[int] | None = None,
    ) -> int:
        subjects = await self._fetch(connection, RUNNING_SUBJECTS, owner)
        if not subjects:
            return 0
        await self._fetch(connection, LOCK, [subject for (subject,) in subjects])
        given = await self._fetch(connection, GIVE_BACK, owner, seqs, positions)
        await self._let_go_on(connection, given)
        return len(given)

    async def _look_at_clock(self, connection: Any) -> None:
        before = time.time()
        now = await connection.fetchval(f"SELECT {TIME}")
        self.clock_offset = now - (before + time.time()) / 2
