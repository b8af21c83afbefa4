"""What a synced database knows of bookings, for who compares them with the account's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from .._ground import Hidden, load_json, time_text
from ..errors import InvalidParameterError
from ._database import Reader, read_settings, read_states
from ._migrations import check_version
from ._reading import reading
from ._row_stamps import latest_stamp
from ._tables import SYNCED_AT

_FIELDS = (
    "id",
    "last_updated_time",
    "creation_time",
    "starting_time",
    "status",
    "owner",
    "in_trash",
)
_AT_ONCE = 500


class SyncedBookings:
    """Bookings as a synced database has them: `receiver.catch_up(records=SyncedBookings(...))`.

    `database` and `schema` as in `AccountSync`. It is looked into and let go again each time, also
    while a sync goes on.

    Methods raise `InvalidParameterError` for a database that wasn't synced or keeps out what has
    to be compared, and `SyncError`.
    """

    def __init__(self, database: str | Path, *, schema: str | None = None) -> None:
        self._database, self._schema = Hidden(database), schema
        self._latest: datetime | None = None
        del database  # a frame's locals are shown by tools that report errors

    async def up_to(self) -> datetime:
        """Until when all changes are there. `bookings` then tells what is there by now."""
        async with reading(self._database.value, schema=self._schema) as reader:
            await _check_columns(reader)
            # A sync may go on: what it writes from now on, nobody has been told.
            self._latest = await latest_stamp(reader)
            state = (await read_states(reader)).get("bookings")
        if state is None or state.complete_up_to is None:
            raise InvalidParameterError(
                "database", f"{reader.shown} has no complete look at bookings yet; run oncehub sync"
            )
        return state.complete_up_to

    async def bookings(self, ids: Sequence[str]) -> list[tuple[datetime, Mapping[str, Any]]]:
        """Those of these bookings that are there, as JSON data of some fields, each with when it
        was written as it is. After `up_to`, what was written later is left out.
        """
        found: list[tuple[datetime, Mapping[str, Any]]] = []
        async with reading(self._database.value, schema=self._schema) as reader:
            table = reader.dialect.table("bookings")
            for start in range(0, len(ids), _AT_ONCE):
                some = ids[start : start + _AT_ONCE]
                places = ", ".join(f"${number}" for number in range(1, len(some) + 1))
                rows = await reader.fetch(
                    f"SELECT {SYNCED_AT}, {', '.join(_FIELDS)} FROM {table} WHERE id IN ({places})",
                    *some,
                )
                found += [(row[0], _as_sent(row[1:])) for row in rows if self._was_there(row[0])]
        return found

    def _was_there(self, written: datetime) -> bool:
        return self._latest is None or written <= self._latest


async def _check_columns(reader: Reader) -> None:
    settings = await read_settings(reader)
    check_version(settings, reader.shown)
    policy = settings.get("policy")
    if not policy:
        return
    kept: Mapping[str, Any] = load_json(policy)
    kept_out = {*kept["blocked"], *kept["hashed"]}
    for field in _FIELDS:
        if f"bookings.{field}" in kept_out:
            raise InvalidParameterError(
                "database",
                f"{reader.shown} has no bookings.{field} (--block, --hash), by which bookings are "
                "compared; leave it out",
            )


def _as_sent(values: Sequence[Any]) -> Mapping[str, Any]:
    return {
        name: time_text(value) if isinstance(value, datetime) else value
        for name, value in zip(_FIELDS, values, strict=True)
    }
