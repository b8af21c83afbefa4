"""An inbox by where it is: what the command line is given."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ..._ground import Hidden, checks
from ...errors import ConfigurationError, InvalidParameterError
from .interface import Inbox, InspectedInbox
from .postgres_address import SCHEMES
from .postgres_inbox import PostgresInbox
from .postgres_inspection import PostgresTables
from .sqlite_inbox import SQLiteInbox
from .sqlite_inspection import SQLiteFile


def _in_file(place: str) -> InspectedInbox:
    return SQLiteFile(checks.local_path_setting(place, "file"))


_KINDS: dict[str, Callable[[str], InspectedInbox]] = {
    "": _in_file,
    **dict.fromkeys(SCHEMES, PostgresTables),
}
"""By the scheme of a URL; the empty one stands for a path."""


def inbox_at(place: str, name: str) -> tuple[Inbox, str]:
    """An inbox for a receiver, not opened yet, and where it is, without user and password.

    Raises `ConfigurationError` and `InvalidParameterError`, naming the parameter.
    """
    if _scheme(place) in SCHEMES:
        inbox = PostgresInbox(place)
        return inbox, inbox.shown
    if problem := _no_place(place):
        raise InvalidParameterError(name, problem)
    path = checks.local_path(place, name)
    if not path.absolute().parent.is_dir():
        raise InvalidParameterError(
            name, f"{path} can't be made: there is no folder {path.absolute().parent}"
        )
    return SQLiteInbox(path), str(path)


@asynccontextmanager
async def opened_inbox(place: str | os.PathLike[str]) -> AsyncIterator[InspectedInbox]:
    """An inbox, opened beside those who use it: to look into it, to have work done again.

        async with opened_inbox("inbox.db") as inbox:
            await inbox.redo(Selection(states=["failed"], handler="crm:upsert"), time.time())

    `place` is the path of a `SQLiteInbox`'s file, or the URL of a `PostgresInbox`, to
    which ?schema=NAME is added where that isn't `oncehub_inbox`.

    Raises `ConfigurationError` for what is no inbox, and `InboxError`.
    """
    hidden = Hidden(os.fspath(place))
    del place  # a URL may hold a password, which no local of a traceback may
    if problem := _no_place(hidden.value):
        raise ConfigurationError(f"file: {problem}")
    inbox = _KINDS.get(_scheme(hidden.value), _in_file)(hidden.value)
    await inbox.open()
    try:
        yield inbox
    finally:
        await inbox.close()


@asynccontextmanager
async def shared_inbox(place: str | os.PathLike[str]) -> AsyncIterator[Inbox]:
    """An inbox that is there, opened as one more process that uses it: to put events into it.

    Raises as `opened_inbox` does.
    """
    async with opened_inbox(place):
        pass  # it is there, and is one
    inbox, _ = inbox_at(os.fspath(place), "inbox")
    await inbox.open()
    try:
        yield inbox
    finally:
        await inbox.close()


def _no_place(place: str) -> str | None:
    """What to write instead of another URL; of a file's and DuckDB's, checks of paths tell."""
    if _scheme(place) in ("file", "duckdb", *_KINDS):
        return None
    return "is a URL; expected the path of a SQLite file, or postgresql://USER@HOST/DATABASE"


def _scheme(place: str) -> str:
    return place.partition("://")[0] if "://" in place else ""
