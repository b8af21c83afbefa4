"""The slow search for deletions in long lists: they leave no trace but that something is missing.

Page after page of the list is compared with the rows of the same span of time, from the top to the
end and over again, with a fifth of the budget at most. What is missing is asked about.
"""

from contextlib import aclosing
from datetime import datetime
from typing import Any

import attrs

from .._ground import MAX_LIMIT, read_time, shifted
from .._lists import Page
from .._rate import FIVE_MINUTES, Budget
from ._account_sync import SyncedAccount
from ._history_windows import RESOLUTION, HistoryWindow, ListPlace
from ._list_reading import listing_of, mark_suspects
from ._row_stamps import latest_stamp
from ._tables import DELETED, SYNCED_AT

SEARCHED = ("contacts", "bookings")
SHARE = 0.2
"""Of the budget, at most."""


@attrs.frozen
class SearchStep:
    """What one page of the search brought."""

    requests: int
    deleted: dict[str, str | None]
    ended: bool
    """Whether the end of the list was reached: the next step begins at the top again."""


def seconds_apart(account: SyncedAccount) -> float:
    """How long to wait for each request, so that the search stays below its share."""
    budget = account.oncehub.budget
    limit = budget.room().limits.per_five_minutes if isinstance(budget, Budget) else 200
    return FIVE_MINUTES / (SHARE * limit)


async def search_step(account: SyncedAccount, name: str) -> SearchStep:
    """Compare one page, and ask about what is missing on it.

    Raises a `RequestError` and `SyncError`.
    """
    upper, started = account.places[name].looked_until, account.now()
    latest = await latest_stamp(account.database)
    ids, page, requests = await _read_instant(account, name, upper)
    created = _times(page)
    has_times = None not in created
    is_last = page.next_cursor is None or not created
    lower = created[-1] if has_times and not is_last else None
    suspects: list[str] = []
    if has_times:
        rows = await _rows_between(account, name, lower, upper, latest)
        suspects = [each for each in rows if each not in ids]
    if is_empty := not ids and upper is None:
        # Of a list that is empty as a whole: the account's product may be switched off.
        suspects = suspects[:MAX_LIMIT]
    deleted: dict[str, str | None] = {}
    if suspects:
        deleted = await mark_suspects(account, name, suspects, by_404=not is_empty)
    following = None if lower is None else _below(lower, upper)

    def looked(place: ListPlace) -> ListPlace:
        reconciled = started if is_last and has_times else place.reconciled
        return attrs.evolve(place, looked_until=following, reconciled=reconciled)

    await account.write(name, account.rows(name, page.items), place=looked)
    return SearchStep(requests + len(suspects) + bool(deleted), deleted, lower is None)


async def _read_instant(
    account: SyncedAccount, name: str, upper: datetime | None
) -> tuple[set[str], Page[dict[str, Any]], int]:
    """A page, or as many as there are of the first one's instant and one more: all ids, the last
    page, which isn't written yet, and how many requests it took.

    An import makes more contacts of one instant than a page holds. No time says then where the next
    page begins.
    """
    # What was created before the time that was asked for isn't there, and isn't to come.
    arguments = HistoryWindow(account.states[name].first_wanted, upper).arguments()
    page = await listing_of(account, name, limit=MAX_LIMIT, **arguments).first_page()
    ids = [str(each["id"]) for each in page.items]
    first = next(iter(_times(page)), None)
    if page.next_cursor is None or not _is_one_instant(first, page):
        return {*ids}, page, 1
    requests = 1
    rest = listing_of(account, name, limit=MAX_LIMIT, after=page.next_cursor, **arguments)
    async with aclosing(rest.pages_after(ids, announced=True)) as pages:
        await account.write(name, account.rows(name, page.items))
        async for page in pages:
            requests += 1
            ids += [str(each["id"]) for each in page.items]
            await account.oncehub.clock.sleep(seconds_apart(account))
            if page.next_cursor is None or not _is_one_instant(first, page):
                break
            await account.write(name, account.rows(name, page.items))
    return {*ids}, page, requests


def _times(page: Page[dict[str, Any]]) -> list[datetime | None]:
    return [read_time(each.get("creation_time")) for each in page.items]


def _is_one_instant(first: datetime | None, page: Page[dict[str, Any]]) -> bool:
    """As far as the service's filters can tell."""
    times = _times(page)
    return first is not None and all(
        each is not None and first - each < RESOLUTION for each in times
    )


def _below(lower: datetime, upper: datetime | None) -> datetime:
    """Where the next page begins: with others of the last one's instant, unless all are of it."""
    following = shifted(lower, RESOLUTION)
    return following if upper is None or following < upper else lower


async def _rows_between(
    account: SyncedAccount,
    name: str,
    lower: datetime | None,
    upper: datetime | None,
    latest: datetime | None,
) -> list[str]:
    """The ids that the page should hold: those of its first and last instant may be on others, and
    what was written since then may be later than the page.
    """
    if latest is None:
        return []
    conditions, arguments = [f"NOT {DELETED}", f"{SYNCED_AT} <= $1"], [latest]
    for sign, bound in ((">", lower), ("<", upper), (">=", account.states[name].first_wanted)):
        if bound is not None:
            arguments.append(bound)
            conditions.append(f"creation_time {sign} ${len(arguments)}")
    table = account.database.dialect.table(name)
    rows: list[tuple[Any, ...]] = await account.database.fetch(
        f"SELECT id FROM {table} WHERE {' AND '.join(conditions)}",
        *arguments,
    )
    return [str(row[0]) for row in rows]


def from_the_top(place: ListPlace) -> ListPlace:
    """Begin the search again."""
    return attrs.evolve(place, looked_until=None)
