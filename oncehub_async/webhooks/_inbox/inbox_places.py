"""An inbox by where it is: what the command line is given."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from ..._ground import checks
from ...errors import ConfigurationError
from .interface import InspectedInbox
from .postgres_address import SCHEMES
from .postgres_inspection import PostgresTables
from .sqlite_inspection import SQLiteFile


def _in_file(place: str) -> InspectedInbox:
    return SQLiteFile(checks.local_path_setting(place, "file"))


_KINDS: dict[str, Callable[[str], InspectedInbox]] = {
    "": _in_file,
    **dict.fromkeys(SCHEMES, PostgresTables),
}
"""By the scheme of a URL; the empty one stands for a path."""


@asynccontextmanager
async def opened_inbox(place: str | os.PathLike[str]) -> AsyncIterator[InspectedInbox]:
    """An inbox, opened beside those who use it: to look into it, to have work done again.

        async with opened_inbox("inbox.db") as inbox:
            await inbox.redo(Selection(states=["failed"], handler="crm:upsert"), time.time())

    `place` is the path of a `SQLiteInbox`'s file, or the postgresql:// URL of a `PostgresInbox`, with
    "?schema=NAME" where that isn't `oncehub_inbox`.

    Raises `ConfigurationError` for what is no inbox, and `InboxError`.
    """
    text = os.fspath(place)
    scheme = text.partition("://")[0] if "://" in text else ""
    kind = _KINDS.get(scheme)
    if kind is None:
        checks.local_path_setting(text, "file")  # tells what to write instead
        raise ConfigurationError("file: expected the path of a SQLite file")
    inbox = kind(text)
    await inbox.open()
    try:
        yield inbox
    finally:
        await inbox.close()
