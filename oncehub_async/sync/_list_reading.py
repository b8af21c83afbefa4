"""Reads lists into their tables: history by windows, changes by time, short lists whole."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import attrs

from .._ground import read_time, shifted
from .._lists import Coverage, Listing, coverage_data, coverage_from
from ..errors import NotFoundError
from ._account_sync import SyncedAccount
from ._database import Writing
from ._history_windows import HistoryWindow, ListPlace, moved_mark, windows_of
from ._object_rows import Row
from ._proofs import CANT_BE_ASKED, Findings, find_out
from ._sync_errors import OtherAccountError
from ._tables import MERGED_INTO, table_of

OVERLAP = timedelta(minutes=10)
"""For what becomes visible later than its time says."""
_ROWS_AT_ONCE = 500
_SECONDS_AT_ONCE = 1.0
_MOST_PROOFS = 20
"""GETs in a round and list; who deletes more has them marked by the next rounds."""

Objects = Sequence[Mapping[str, Any]]


def change_time(name: str) -> str:
    """The time by which changes of a long list can be asked for. Text messages never change."""
    return "last_updated_time" if table_of(name).tells_changes else "creation_time"


def listing_of(account: SyncedAccount, name: str, **arguments: Any) -> Listing[dict[str, Any]]:
    """A list as JSON data."""
    listing: Listing[Any] = getattr(account.bulk, name).list(**arguments)
    return listing.raw()


def _times(name: str, objects: Iterable[Mapping[str, Any]]) -> list[datetime | None]:
    field = change_time(name)
    return [read_time(each.get(field)) for each in objects]


async def begin(account: SyncedAccount, name: str) -> None:
    """Read a long list's first page, which says where its windows are.

    Raises a `RequestError` and `SyncError`.
    """
    if account.places[name].begun:
        return
    since = account.since
    arguments = HistoryWindow(since, None).arguments()
    page = await listing_of(account, name, **arguments).first_page()
    now = account.now()
    created = [read_time(each.get("creation_time")) for each in page.items]
    newest = max((each for each in created if each is not None and each <= now), default=now)
    windows = windows_of(newest, since) if page.next_cursor is not None else ()

    def begun(place: ListPlace) -> ListPlace:
        place = place.noting(_times(name, page.items), now)
        mark = place.seen if place.mark is None else place.mark
        return attrs.evolve(place, begun=True, windows=windows, coverage=None, mark=mark)

    rows = account.rows(name, page.items)
    await account.write(name, rows, place=begun, finishes=not windows, available=True)


async def read_window(account: SyncedAccount, name: str) -> None:
    """Read the first window of a long list to its end, from where it was.

    Raises a `RequestError` and `SyncError`.
    """
    place = account.places[name]
    coverage = Coverage() if place.coverage is None else _copy(place.coverage)
    walk = listing_of(account, name, **place.windows[0].arguments()).walk(
        oldest=place.windows[0].lower
    )
    clock = account.oncehub.clock
    rows: list[Row] = []
    written, is_ordered = clock.now(), True
    pages = walk.placed_pages(coverage)
    try:
        async for page in pages:
            rows += account.rows(name, page.items)
            is_ordered = is_ordered and page.ordered
            if len(rows) >= _ROWS_AT_ONCE or clock.now() - written >= _SECONDS_AT_ONCE:
                kept = _copy(coverage) if is_ordered else None
                await account.write(name, rows, place=_covered(kept))
                rows, written = [], clock.now()
    finally:
        await pages.aclose()
    is_last = len(account.places[name].windows) == 1
    await account.write(name, rows, place=ListPlace.next_window, finishes=is_last)


def _covered(coverage: Coverage | None) -> Any:
    return lambda place: attrs.evolve(place, coverage=coverage)


def _copy(coverage: Coverage) -> Coverage:
    # The walk goes on with its own while others commit this one.
    return coverage_from(coverage_data(coverage))


async def read_changes(account: SyncedAccount, name: str) -> int:
    """Read what changed in a long list since the last look; how much it was.

    Raises a `RequestError` and `SyncError`.
    """
    if not account.places[name].begun:
        await begin(account, name)
        await account.write(name, complete_up_to=account.now(), error=None)
        return account.progress.tables[name].written
    started, seen_before, found = account.now(), account.places[name].seen, 0
    pages = listing_of(account, name, **_since_last_look(account, name)).walk().pages()
    try:
        async for page in pages:
            times, now = _times(name, page.items), account.now()
            found += sum(
                each is None or seen_before is None or each > seen_before for each in times
            )
            wanted = _wanted(account, name, page.items)
            await account.write(
                name,
                account.rows(name, wanted),
                place=partial(_noting, times, now),
            )
    finally:
        await pages.aclose()

    def looked(place: ListPlace) -> ListPlace:
        return attrs.evolve(place, mark=moved_mark(place.mark, seen_before))

    await account.write(name, place=looked, complete_up_to=started, error=None, available=True)
    return found


def _noting(times: Sequence[datetime | None], now: datetime, place: ListPlace) -> ListPlace:
    return place.noting(times, now)


def _wanted(account: SyncedAccount, name: str, objects: Objects) -> list[Mapping[str, Any]]:
    """Without what was created before the time that was asked for.

    That is the earliest one: `--since 90d` asks for another every day, and the rows that are there
    from an earlier day are to be kept current, too.
    """
    since = account.states[name].first_wanted
    if since is None:
        return list(objects)
    return [each for each in objects if (read_time(each.get("creation_time")) or since) >= since]


@attrs.frozen
class ListFindings:
    """What a short list brought."""

    count: int
    pages: int
    deleted: tuple[str, ...] = ()


async def read_list(account: SyncedAccount, name: str) -> ListFindings:
    """Read a short list whole, and mark what has been deleted.

    Raises a `RequestError`, `OtherAccountError` and other `SyncError`s.
    """
    started, pages = account.now(), 0
    objects: list[Mapping[str, Any]] = []
    living = await account.living_ids(name)
    try:
        reading = listing_of(account, name).pages()
        try:
            async for page in reading:
                objects += page.items
                pages += 1
        finally:
            await reading.aclose()
    except NotFoundError as error:
        # Only the service itself can say that the account hasn't this product, and not of one
        # of which there are objects already, or a page of them.
        if error.type is None or living or pages:
            raise
        await account.write(
            name, finishes=True, available=False, error=None, complete_up_to=started
        )
        return ListFindings(0, 1)
    ids = {str(each["id"]) for each in objects}
    if name == "users" and living and ids and living.isdisjoint(ids):
        raise OtherAccountError(
            f"{account.database.shown} holds another account; use the key with which it was "
            "begun, or another database"
        )
    suspects = sorted(living - ids)[:_MOST_PROOFS]
    findings = await find_out(account.bulk, name, suspects, by_404=bool(ids))
    await account.write(
        name,
        account.rows(name, [*findings.alive, *objects]),
        deleted=dict.fromkeys(findings.deleted),
        finishes=True,
        available=True,
        complete=True,
        complete_up_to=started,
        error=None,
    )
    return ListFindings(len(objects), pages + len(suspects), tuple(findings.deleted))


async def mark_suspects(
    account: SyncedAccount, name: str, suspects: Sequence[str], *, by_404: bool = True
) -> dict[str, str | None]:
    """Mark those that are proved to be deleted: their ids, and where merged contacts went.

    `by_404` as in `find_out`. Raises `AuthenticationError` and `SyncError`.
    """
    findings: Findings = Findings()
    if name not in CANT_BE_ASKED:
        findings = await find_out(account.bulk, name, suspects, by_404=by_404)
    deleted: dict[str, str | None] = dict.fromkeys(findings.deleted)
    if deleted and name == "contacts":
        await _write_latest_changes(account, name)
        deleted = {each: await _merged_into(account, each, {*deleted}) for each in deleted}
    await account.write(
        name,
        account.rows(name, findings.alive),
        writing=Writing.CHANGES,
        deleted=deleted,
    )
    return deleted


async def _write_latest_changes(account: SyncedAccount, name: str) -> None:
    """Whoever was merged is known by the other's address, which may have come with it just now."""
    page = await listing_of(account, name, **_since_last_look(account, name)).first_page()
    await account.write(name, account.rows(name, _wanted(account, name, page.items)))


def _since_last_look(account: SyncedAccount, name: str) -> dict[str, datetime]:
    mark = account.places[name].mark
    return {} if mark is None else {f"{change_time(name)}_gt": shifted(mark, -OVERLAP)}


async def _merged_into(account: SyncedAccount, id: str, gone: Collection[str]) -> str | None:
    """The contact that has a deleted one's email address or mobile phone now.

    One that is `gone` as well, only where no other has: it was merged further since then.
    """
    table = account.database.dialect.table("contacts")
    rows = await account.database.fetch(
        f"SELECT other.id FROM {table} AS gone, {table} AS other "
        "WHERE gone.id = $1 AND other.id <> gone.id AND NOT other._deleted "
        f"AND other.{MERGED_INTO} IS NULL AND (lower(other.email) = lower(gone.email) "
        "OR other.mobile_phone = gone.mobile_phone) ORDER BY other.creation_time",
        id,
    )
    found = [str(other) for (other,) in rows]
    return next((each for each in found if each not in gone), found[0] if found else None)
