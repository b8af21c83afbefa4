"""Which handlers the processes have that share an inbox in PostgreSQL: as in a SQLite inbox."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import attrs

from .._event_names import matches
from .postgres_address import PostgresAddress
from .records import Deployment, Subscription

# Over the fronts of all lines, from one name to the next.
_HANDLERS_WITH_WORK = """
WITH RECURSIVE names (name) AS (
    (SELECT handler FROM @work WHERE due IS NOT NULL ORDER BY handler LIMIT 1)
    UNION ALL
    SELECT (SELECT handler FROM @work WHERE due IS NOT NULL AND handler > name
            ORDER BY handler LIMIT 1)
    FROM names WHERE name IS NOT NULL)
SELECT name FROM names WHERE name IS NOT NULL
  AND name NOT IN (SELECT name FROM @handlers WHERE owner <> 0)
"""

_LEAVE = """
WITH gone AS (
    DELETE FROM @handlers WHERE owner = $1 RETURNING name, position, types)
INSERT INTO @handlers (name, owner, position, types, seen)
SELECT g.name, 0, g.position, g.types, $2 FROM gone g
WHERE g.name <> ALL ($3::text[]) AND NOT EXISTS (
    SELECT 1 FROM @handlers o WHERE o.name = g.name AND o.owner NOT IN (0, $1))
ON CONFLICT (name, owner) DO NOTHING
"""

_JOIN = """
INSERT INTO @handlers (name, owner, position, types, seen) VALUES ($1, $2, $3, $4::text[], $5)
"""

_ASKED_FOR = """
SELECT types FROM @handlers WHERE name = $1 AND (owner <> 0 OR NOT EXISTS (
    SELECT 1 FROM @handlers WHERE name = $1 AND owner <> 0))
"""


def wanting(rows: Iterable[Any], type: str, but: Collection[str]) -> Iterable[str]:
    """The handlers, of those of others, that ask for a type, but these; each once."""
    found = (name for name, types in rows if matches(types, type))
    return dict.fromkeys(name for name in found if name not in but)


class PostgresDeployments:
    """The table of handlers, by a connection in a transaction."""

    def __init__(self, address: PostgresAddress) -> None:
        self._sql = address.sql

    async def register(
        self, connection: Any, owner: int, subscriptions: Sequence[Subscription], now: float
    ) -> dict[str, float]:
        """Write down an owner's handlers; since when those of them are away that were."""
        names = [each.handler for each in subscriptions]
        await self.leave(connection, owner, now, but=names)
        rows = [
            (each.handler, owner, position, sorted(each.types), now)
            for position, each in enumerate(subscriptions)
        ]
        await connection.executemany(self._sql(_JOIN), rows)
        away = await connection.fetch(
            self._sql("SELECT name, seen FROM @handlers WHERE owner = 0 AND name = ANY ($1)"), names
        )
        return {row["name"]: row["seen"] for row in away}

    async def leave(
        self, connection: Any, owner: int, now: float, but: Collection[str] = ()
    ) -> None:
        """An owner's handlers, but these, are there no more; if nobody else's, since when."""
        await connection.execute(self._sql(_LEAVE), owner, now, list(but))

    async def is_back(self, connection: Any, name: str) -> None:
        """A handler that was away has caught up."""
        await connection.execute(
            self._sql("DELETE FROM @handlers WHERE owner = 0 AND name = $1"), name
        )

    async def asked_for(self, connection: Any, handler: str) -> frozenset[str] | None:
        """What any process has a handler ask for, or had; None if unknown."""
        rows = await connection.fetch(self._sql(_ASKED_FOR), handler)
        return frozenset().union(*(row["types"] for row in rows)) if rows else None

    async def found(self, connection: Any, names: Collection[str], done: Deployment) -> Deployment:
        """Who else there is, for one who has the handlers `names`, beside what was done."""
        rows = await connection.fetch(
            self._sql("SELECT DISTINCT name FROM @handlers WHERE owner <> 0")
        )
        others = frozenset(row["name"] for row in rows) - frozenset(names)
        orphans = [row["name"] for row in await connection.fetch(self._sql(_HANDLERS_WITH_WORK))]
        counts = self._sql(
            "SELECT handler, count(*) FROM @work WHERE finished IS NULL AND handler = ANY ($1) "
            "GROUP BY handler"
        )
        orphaned = dict(await connection.fetch(counts, orphans)) if orphans else {}
        return attrs.evolve(done, others=others, orphaned=orphaned)
