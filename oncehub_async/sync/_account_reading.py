"""One look for changes in all tables, and what was before them: history, the newest first."""

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from .._ground import dump_json, load_json
from ..errors import AuthenticationError, RequestError
from ._account_sync import LONG_LISTS, SyncedAccount
from ._list_reading import begin, read_changes, read_list, read_window
from ._round_plan import EVERY_ROUND, lists_of_round
from ._sync_progress import SyncRound
from ._tables import TABLES

_ROUNDS = "rounds"


async def look_for_changes(account: SyncedAccount, *, is_first: bool) -> SyncRound:
    """Read what changed, and the short lists whose turn it is.

    What fails is in the round's `errors`. Raises `AuthenticationError` and `SyncError`.
    """
    kept: dict[str, Any] = load_json(account.settings.get(_ROUNDS, '{"number": 0}'))
    number, started = int(kept["number"]) + 1, account.now()
    last_read: dict[str, int] = dict(kept.get("last_read", {}))
    pages: dict[str, int] = dict(kept.get("pages", {}))
    changes: dict[str, int] = {}
    deleted: dict[str, tuple[str, ...]] = {}
    errors: dict[str, str] = {}

    async def read(name: str) -> None:
        try:
            if name in LONG_LISTS:
                changes[name] = await read_changes(account, name)
            else:
                found = await read_list(account, name)
                changes[name], pages[name] = found.count, found.pages
                if found.deleted:
                    deleted[name] = found.deleted
            last_read[name] = number
        except AuthenticationError:
            raise
        except RequestError as error:
            errors[name] = str(error)
            await account.write(name, error=errors[name])

    if is_first:
        # Before anything is written: is it the account of these rows?
        await read("users")
    await _side_by_side(read, EVERY_ROUND)
    unavailable = frozenset(name for name in TABLES if not account.states[name].available)
    unread = [each for each in TABLES if each not in last_read and each not in EVERY_ROUND]
    busy = any(changes.get(name) for name in EVERY_ROUND)
    planned = lists_of_round(last_read, pages, unavailable, number, is_busy=busy)
    missing = [
        name
        for name, state in account.states.items()
        if name not in LONG_LISTS
        and (name in account.anew or (state.available and not state.complete))
    ]
    names = [
        each
        for each in dict.fromkeys([*unread, *missing, *planned])
        if last_read.get(each) != number and each not in errors
    ]
    await _side_by_side(read, names)
    rounds = {"number": number, "last_read": last_read, "pages": pages}
    await account.write(settings={_ROUNDS: dump_json(rounds).decode()})
    return SyncRound(
        number=number,
        started=started,
        changes=changes,
        deleted=deleted,
        errors=errors,
        complete=account.complete,
    )


async def read_history(account: SyncedAccount, errors: dict[str, str]) -> None:
    """Window after window, the newest of all tables first."""
    errors.clear()

    async def read(name: str) -> None:
        try:
            await begin(account, name)
            if account.places[name].windows:
                await read_window(account, name)
        except AuthenticationError:
            raise
        except RequestError as error:
            errors[name] = str(error)

    while True:
        left = [
            name for name in LONG_LISTS if not account.places[name].complete and name not in errors
        ]
        if not left:
            return
        most = max(len(account.places[name].windows) for name in left)
        newest = [name for name in left if len(account.places[name].windows) == most]
        await _side_by_side(read, newest)


async def _side_by_side(read: Callable[[str], Any], names: Collection[str]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for name in names:
                group.create_task(read(name))
    except BaseExceptionGroup as errors:
        first = errors.exceptions[0]
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None
