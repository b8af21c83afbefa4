"""Which handlers the processes have that share a SQLite inbox.

Each open inbox has a row for each of its handlers; of those that no living process has any more, a
row with no owner says until when there was one.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from ..._ground import load_json
from .._event_names import matches
from .interface import BRIEFLY
from .records import Deployment, Subscription
from .subject_order import TYPE_MATCHES, change, json_argument, types_argument

_RELEASE = """
DELETE FROM work WHERE (event, position) IN (
    SELECT w.event, w.position FROM work w JOIN events e ON e.seq = w.event
    WHERE w.open_subject IS NOT NULL AND w.owner IS NULL AND w.handler = :handler
      AND NOT TYPE_MATCHES)
RETURNING open_subject
""".replace("TYPE_MATCHES", TYPE_MATCHES)

# Over the fronts of all lines, from one name to the next.
_HANDLERS_WITH_WORK = """
WITH RECURSIVE names(name) AS (
    SELECT min(handler) FROM work INDEXED BY work_due WHERE due IS NOT NULL
    UNION ALL
    SELECT (SELECT min(handler) FROM work INDEXED BY work_due
            WHERE due IS NOT NULL AND handler > name)
    FROM names WHERE name IS NOT NULL)
SELECT name FROM names WHERE name IS NOT NULL
  AND name NOT IN (SELECT name FROM handlers WHERE owner != '')
"""


@attrs.frozen
class OthersHandlers:
    """The handlers of other open inboxes, in their order."""

    subscriptions: Sequence[Subscription]

    def wanting(self, type: str, but: Collection[str]) -> Iterable[str]:
        """Those that ask for a type, but these; each once."""
        found = (each for each in self.subscriptions if matches(each.types, type))
        return dict.fromkeys(each.handler for each in found if each.handler not in but)


def others_handlers(connection: sqlite3.Connection, owner: str) -> OthersHandlers:
    """The handlers that others than `owner` have registered."""
    rows = connection.execute(
        "SELECT name, types FROM handlers WHERE owner NOT IN ('', ?) ORDER BY owner, position",
        (owner,),
    )
    return OthersHandlers([Subscription(name, load_json(types)) for name, types in rows])


def register(
    connection: sqlite3.Connection, owner: str, subscriptions: Sequence[Subscription], now: float
) -> None:
    """Write down the handlers that an owner has, in place of those it had."""
    leave(connection, owner, now, but=[each.handler for each in subscriptions])
    connection.execute("DELETE FROM handlers WHERE owner = ?", (owner,))
    connection.executemany(
        "INSERT INTO handlers (name, owner, position, types, seen) VALUES (?, ?, ?, ?, ?)",
        [
            (each.handler, owner, position, json_argument(sorted(each.types)), now)
            for position, each in enumerate(subscriptions)
        ],
    )


def leave(
    connection: sqlite3.Connection, owner: str, now: float, but: Collection[str] = ()
) -> None:
    """An owner's handlers, but these, are there no more; if nobody else's, it is noted since when.

    One that has still to catch up from an earlier time keeps that.
    """
    arguments = {"owner": owner, "now": now, "but": json_argument(list(but))}
    connection.execute(
        """
        INSERT OR IGNORE INTO handlers (name, owner, position, types, seen)
        SELECT h.name, '', h.position, h.types, :now FROM handlers h
        WHERE h.owner = :owner AND h.name NOT IN (SELECT value FROM json_each(:but))
          AND NOT EXISTS (SELECT 1 FROM handlers o
                          WHERE o.name = h.name AND o.owner NOT IN ('', :owner))
        """,
        arguments,
    )
    connection.execute("DELETE FROM handlers WHERE owner = ?", (owner,))


def away(connection: sqlite3.Connection, names: Collection[str]) -> dict[str, float]:
    """Since when those of these handlers are away that were."""
    rows = connection.execute(
        "SELECT name, seen FROM handlers WHERE owner = '' "
        "AND name IN (SELECT value FROM json_each(?))",
        (json_argument(list(names)),),
    )
    return dict(rows.fetchall())


def is_back(connection: sqlite3.Connection, name: str) -> None:
    """A handler that was away has caught up."""
    connection.execute("DELETE FROM handlers WHERE owner = '' AND name = ?", (name,))


def catches_up(since: float, now: float) -> bool:
    """Whether a handler that was away since then gets what came meanwhile."""
    return now - since <= BRIEFLY


def asked_for(connection: sqlite3.Connection, handler: str) -> frozenset[str] | None:
    """What any process has a handler ask for, or had when there was one; None if unknown."""
    rows = connection.execute(
        "SELECT types FROM handlers WHERE name = :name AND (owner != '' OR NOT EXISTS "
        "(SELECT 1 FROM handlers WHERE name = :name AND owner != ''))",
        {"name": handler},
    ).fetchall()
    return frozenset().union(*(load_json(types) for (types,) in rows)) if rows else None


def release(connection: sqlite3.Connection, handler: str, types: Collection[str]) -> int:
    """Delete work that waits for a handler and is of none of these types; how much that was."""
    wanted = types_argument(types)
    if wanted is None:
        return 0
    return change(connection, _RELEASE, {"handler": handler, "types": wanted})


def what_was_done(
    released: Mapping[str, int], caught_up: Mapping[str, int], away: Mapping[str, float]
) -> Deployment:
    """What registering did; `away` has all that had been away, also those that have caught up."""
    return Deployment(
        released=released,
        caught_up={name: count for name, count in caught_up.items() if count},
        away={name: since for name, since in away.items() if name not in caught_up},
    )


def found(connection: sqlite3.Connection, names: Collection[str], done: Deployment) -> Deployment:
    """Who else there is, for one who has the handlers `names`, beside what was done."""
    rows = connection.execute("SELECT DISTINCT name FROM handlers WHERE owner != ''")
    others = frozenset(name for (name,) in rows) - frozenset(names)
    orphans = [name for (name,) in connection.execute(_HANDLERS_WITH_WORK)]
    orphaned = {
        name: connection.execute(
            "SELECT count(*) FROM work WHERE open_subject IS NOT NULL AND handler = ?", (name,)
        ).fetchone()[0]
        for name in orphans
    }
    return attrs.evolve(done, others=others, orphaned=orphaned)
