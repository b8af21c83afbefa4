"""How far a sync is, for whoever shows it, and what a round brought."""

from collections.abc import Mapping
from datetime import datetime

import attrs


@attrs.define
class TableProgress:
    """One table on its way."""

    name: str
    written: int = 0
    """Rows that were handed to the database so far."""
    complete: bool = False
    available: bool = True
    complete_since: datetime | None = None
    """From this time of creation on, everything is there."""
    complete_up_to: datetime | None = None
    """Until this time, changes are there: when the last look for them began, by our clock."""
    reconciled: datetime | None = None
    """When the whole list was last compared, so that deletions before are known, by our clock: of
    short lists with each look, of long ones when a search for deletions reached the end. None
    where it never was; text messages aren't searched."""


@attrs.frozen
class SyncProgress:
    """All tables; they change while the sync goes on."""

    tables: Mapping[str, TableProgress]


@attrs.frozen(kw_only=True)
class SyncRound:
    """What one look for changes brought."""

    number: int = 0
    """Counted over all syncs of this database; 0 where the database failed."""
    started: datetime
    """By our clock."""
    changes: Mapping[str, int] = attrs.Factory(dict)
    """How many objects came as new or changed, by table; of short lists how many there are."""
    deleted: Mapping[str, tuple[str, ...]] = attrs.Factory(dict)
    """The ids that were proved to be deleted, by table."""
    merged: Mapping[str, str] = attrs.Factory(dict)
    """Of deleted contacts, the one that has their email address or mobile phone now."""
    errors: Mapping[str, str] = attrs.Factory(dict)
    """Why tables weren't read, in a line; the next round asks for the same again."""
    complete: bool = False
    """Whether all is there, as far back as was asked for."""
