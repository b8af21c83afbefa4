"""The sync of one account: what is known of each table, and the one way into the database."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeGuard

import attrs

from .._client import OnceHub, Resources
from .._ground import dump_json, load_json, logger, read_zoned_time, time_text
from .._rate import Priority
from ._column_policy import ColumnPolicy
from ._database import (
    CUSTOM_FIELDS,
    Batch,
    Blanking,
    Database,
    Deletion,
    ObjectState,
    Upsert,
    Writing,
    read_settings,
    read_states,
)
from ._erased_people import NOBODY, ErasedPeople
from ._erasing import read_erased
from ._history_windows import HistoryWindow, ListPlace
from ._object_rows import Row, held_text, row_of
from ._report_views import WIDE, wide_view
from ._row_stamps import latest_stamp
from ._sync_errors import PolicyChangedError
from ._sync_progress import SyncProgress, TableProgress
from ._tables import DELETED, TABLES, UNFIT, UNKNOWN_FIELDS, table_of

LONG_LISTS = ("bookings", "contacts", "sms_notifications")
"""What can be asked for by time of creation."""
_ANEW = "read_anew"
_SCRUB = "scrub_when_anew"
"""Whether freed pages may hold what an earlier policy let in."""
_LONGEST_FIELD = 1_000
"""Characters of a custom field's name."""


@attrs.define
class SyncedAccount:
    """What a sync knows while it has the database; the only one who writes into it."""

    oncehub: OnceHub
    database: Database
    policy: ColumnPolicy
    since: datetime | None
    on_progress: Callable[[SyncProgress], None] | None = None
    bulk: Resources = attrs.field(init=False)
    states: dict[str, ObjectState] = attrs.Factory(dict)
    places: dict[str, ListPlace] = attrs.Factory(dict)
    settings: dict[str, str] = attrs.Factory(dict)
    progress: SyncProgress = attrs.field(init=False)
    erased: ErasedPeople = NOBODY
    """People of whom nothing is written."""
    custom_fields: dict[str, None] = attrs.Factory(dict)
    """Their names, in the order in which they were first seen."""
    anew: set[str] = attrs.Factory(set)
    """Tables all of whose rows are being written anew."""
    found_at: datetime | None = None
    """When the latest rows were written that it found there: its own are later."""
    writing: asyncio.Lock = attrs.Factory(asyncio.Lock)

    def __attrs_post_init__(self) -> None:
        self.bulk = self.oncehub.with_priority(Priority.BULK)
        self.progress = SyncProgress({name: TableProgress(name) for name in TABLES})

    def now(self) -> datetime:
        """By our clock."""
        return self.oncehub.clock.date()

    @property
    def complete(self) -> bool:
        """Whether all is there, as far back as was asked for."""
        states = self.states.values()
        return bool(states) and all(each.complete or not each.available for each in states)

    async def load(self, resync: Sequence[str] = ()) -> None:
        """Read how far the last sync came; `resync` names what is to be read anew.

        Raises `SyncError`.
        """
        self.settings = await read_settings(self.database)
        kept = await read_states(self.database)
        self.erased = await read_erased(self.database)
        self._take_policy(whole=set(resync) >= set(TABLES))
        self.custom_fields = dict.fromkeys(load_json(self.settings.get(CUSTOM_FIELDS, "[]")))
        self.anew = set(load_json(self.settings.get(_ANEW, "[]"))) | {*resync}
        states = []
        for name in TABLES:
            self.states[name] = kept.get(name) or ObjectState(name)
            if name in LONG_LISTS:
                place = self.places[name] = self._place(name, anew=name in resync)
                states.append(self._with_place(self.states[name], place))
                self.states[name] = states[-1]
            self._show(name)
        self.found_at = await latest_stamp(self.database)
        began = {} if self.found_at is None else self._began(resync, self.found_at)
        settings = {
            **began,
            **self._scrubbing(),
            "policy": self.policy.as_text(),
            _ANEW: dump_json(sorted(self.anew)).decode(),
        }
        await self.database.commit(Batch(states=states, settings=settings, now=self.now()))
        self.settings |= settings

    def _scrubbing(self) -> dict[str, str]:
        kept = self.settings.get("policy")
        return {} if kept in (None, self.policy.as_text()) else {_SCRUB: "yes"}

    async def _scrub_if_due(self) -> None:
        """Leave nothing of an earlier policy in the database's files, once all rows are anew."""
        if self.anew or self.settings.get(_SCRUB) != "yes":
            return
        await self.database.scrub(TABLES)
        done = {_SCRUB: "no"}
        await self.database.commit(Batch(settings=done, now=self.now()))
        self.settings |= done

    def _began(self, resync: Sequence[str], latest: datetime) -> dict[str, str]:
        return {f"anew_since_{name}": time_text(latest) for name in resync}

    def _take_policy(self, *, whole: bool) -> None:
        kept = self.settings.get("policy")
        if kept is None or whole:
            return
        same = self.policy.going_on_from(kept)
        if same is None:
            raise PolicyChangedError(
                f"{self.database.shown}: its rows were written with other columns blocked or "
                "hashed, or with another key; use the same, or --resync all to write all anew"
            )
        self.policy = same

    def _place(self, name: str, *, anew: bool) -> ListPlace:
        state = self.states[name]
        place = ListPlace()
        if state.place:
            try:
                place = ListPlace.from_data(load_json(state.place))
            except (ValueError, KeyError, TypeError):
                logger.warning("%s: its place can't be read; it is read anew", name)
        if anew:
            # What is older isn't read again, so that no more can be said of it.
            self.states[name] = attrs.evolve(state, first_wanted=self.since)
            return ListPlace(mark=place.mark, seen=place.seen)
        earlier = state.first_wanted
        if place.begun and earlier is not None and (self.since is None or self.since < earlier):
            further = HistoryWindow(self.since, earlier)
            place = attrs.evolve(place, windows=(*place.windows, further))
            self.states[name] = attrs.evolve(state, complete=False, first_wanted=self.since)
        elif not place.begun:
            self.states[name] = attrs.evolve(state, first_wanted=self.since)
        return place

    def rows(self, name: str, objects: Iterable[Mapping[str, Any]]) -> list[Row]:
        """The rows of objects; the custom fields that occur in them are noted."""
        rows = []
        for each in map(partial(self._without_erased, name), objects):
            rows.append(row_of(table_of(name), each, self.policy))
            if name == "bookings":
                self._note_fields(each)
        return rows

    def row(self, name: str, item: Mapping[str, Any]) -> Row:
        """What an object's row is to be."""
        return row_of(table_of(name), self._without_erased(name, item), self.policy)

    def _without_erased(self, name: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.erased.redacted(name, item) if self.erased else item

    def _note_fields(self, booking: Mapping[str, Any]) -> None:
        form = booking.get("form_submission")
        for column, fields in (
            ("custom_fields", booking.get("custom_fields")),
            (
                "form_submission_custom_fields",
                form.get("custom_fields") if isinstance(form, dict) else None,
            ),
        ):
            found = table_of("bookings").column(column)
            if isinstance(fields, list) and found and self.policy.may_pass("bookings", found):
                names = [each.get("name") for each in fields if isinstance(each, dict)]
                self.custom_fields |= dict.fromkeys(
                    held_text(each).value for each in names if _can_be_named(each)
                )

    async def write(
        self,
        name: str | None = None,
        rows: Sequence[Row] = (),
        *,
        writing: Writing = Writing.CHANGES,
        left_out: Collection[str] = (),
        finishes: bool = False,
        place: Callable[[ListPlace], ListPlace] | None = None,
        deleted: Mapping[str, str | None] | None = None,
        settings: Mapping[str, str] | None = None,
        **changes: Any,
    ) -> None:
        """Commit rows of a table, and with them how far it is.

        `finishes` says that all of the table has been read with this. Raises `SyncError`.
        """
        async with self.writing:
            if name in self.anew:
                # What is there may be what another policy let in.
                left_out = ()
                writing = Writing.ALL if writing is Writing.CHANGES else writing
            states: list[ObjectState] = []
            new_place = None
            if name is not None:
                state = attrs.evolve(self.states[name], **changes)
                if name in self.places:
                    new_place = self.places[name] if place is None else place(self.places[name])
                    state = self._with_place(state, new_place)
                if state != self.states[name]:
                    states.append(state)
            upserts = []
            if name is not None and rows:
                upserts.append(Upsert(name, rows, writing, left_out))
            marked = [Deletion(name, deleted)] if name is not None and deleted else []
            statements, fields = await self._view_of_fields()
            blankings: list[Blanking] = []
            new_settings = {**(settings or {}), **fields}
            still_anew = self.anew - {name} if finishes else self.anew
            if name is not None and still_anew != self.anew:
                blankings = self._blanked(name)
                new_settings[_ANEW] = dump_json(sorted(still_anew)).decode()
            new_settings = {
                key: value for key, value in new_settings.items() if self.settings.get(key) != value
            }
            if upserts or marked or states or new_settings or statements or blankings:
                await self.database.commit(
                    Batch(
                        upserts=upserts,
                        deletions=marked,
                        blankings=blankings,
                        states=states,
                        settings=new_settings,
                        statements=statements,
                        now=self.now(),
                    )
                )
            self.settings.update(new_settings)
            self.anew = still_anew
            for each in states:
                self.states[each.object] = each
            if name is not None:
                if new_place is not None:
                    self.places[name] = new_place
                self.progress.tables[name].written += len(rows)
                self._show(name)
            await self._scrub_if_due()

    async def write_event(self, name: str, item: Mapping[str, Any]) -> None:
        """Commit what an event tells of an object. What it leaves out, the row keeps.

        The vendor's events of bookings have neither contact nor utm. Raises `SyncError`.
        """
        (row,) = self.rows(name, [item])
        left_out = [
            column.name
            for column, value in zip(table_of(name).columns, row, strict=True)
            if (column.path and column.path[0] not in item)
            or (column.name in (UNKNOWN_FIELDS, UNFIT) and value is None)
        ]
        await self.write(name, [row], writing=Writing.EVENTS, left_out=left_out)

    def _with_place(self, state: ObjectState, place: ListPlace) -> ObjectState:
        return attrs.evolve(
            state,
            place=dump_json(place.as_data()).decode(),
            complete=place.complete and state.available,
            complete_since=place.complete_since(),
        )

    async def _view_of_fields(self) -> tuple[list[str], dict[str, str]]:
        """The view with a column for each custom field, where there is a new one."""
        fields = dump_json([*self.custom_fields]).decode()
        if self.settings.get(CUSTOM_FIELDS, "[]") == fields:
            return [], {}
        dialect = self.database.dialect
        there = [str(name) for (name,) in await self.database.fetch(dialect.columns, WIDE)]
        return wide_view(dialect, self.custom_fields, there), {CUSTOM_FIELDS: fields}

    def _show(self, name: str) -> None:
        state, shown = self.states[name], self.progress.tables[name]
        shown.complete, shown.available = state.complete, state.available
        shown.complete_since, shown.complete_up_to = state.complete_since, state.complete_up_to
        place = self.places.get(name)
        shown.reconciled = state.complete_up_to if place is None else place.reconciled
        if self.on_progress is not None:
            self.on_progress(self.progress)

    def _blanked(self, name: str) -> list[Blanking]:
        """What may not be in rows that weren't read again: of what has been deleted.

        Where the policy is the one by which they were written, nothing of the sort is there.
        """
        if self.settings.get(_SCRUB) != "yes":
            return []
        began = read_zoned_time(self.settings.get(f"anew_since_{name}"))
        columns = [
            each.name
            for each in table_of(name).columns
            if each.name != "id" and not self.policy.may_pass(name, each)
        ]
        if not columns or began is None:
            return []
        return [Blanking(name, columns, began)]

    async def living_ids(self, name: str) -> set[str]:
        """The ids of a table's rows that aren't marked as deleted. Raises `SyncError`."""
        table = self.database.dialect.table(name)
        sql = f"SELECT id FROM {table} WHERE NOT {DELETED}"
        return {str(row[0]) for row in await self.database.fetch(sql)}


def _can_be_named(name: object) -> TypeGuard[str]:
    return isinstance(name, str) and 0 < len(name) <= _LONGEST_FIELD
