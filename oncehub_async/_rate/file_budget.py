"""A budget for the processes of one host, kept in a file."""

import asyncio
import os
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from .._ground import Clock, checks, dump_json, load_json, open_private
from ..errors import ConfigurationError
from .budget_store import StoreGoneError
from .process_share import SharedBudget
from .rate_budget import Limits
from .shared_messages import Ask, SharedRules, Told
from .shared_state import State, new_state, step

if TYPE_CHECKING:
    import sqlite3

_PATIENCE = 5.0
"""Seconds to wait for others who use the file."""
_SCHEMA = "CREATE TABLE budget (address TEXT PRIMARY KEY, state TEXT NOT NULL)"
_ANOTHERS = "holds something else; name another file"
_NOT_TO_BE_WRITTEN = "can't be written; name another file"
_LASTING = {
    "SQLITE_NOTADB": _ANOTHERS,
    "SQLITE_CORRUPT": "is damaged; remove it",
    "SQLITE_READONLY": _NOT_TO_BE_WRITTEN,
    "SQLITE_READONLY_DIRECTORY": _NOT_TO_BE_WRITTEN,
}
"""Errors that stay until somebody does something. A file that was moved isn't among them."""


class FileBudget(SharedBudget):
    """One budget for all processes of this host that name the same file.

        async with FileBudget("/run/oncehub/budget") as budget, OnceHub(budget=budget) as oncehub:
            ...

    - `path`: a file, which is made where it isn't there; on a local disk.
    - `limits`, `account`, `address`: as for `RedisBudget`.

    Raises `ConfigurationError` for a path that can't be one.
    """

    def __init__(
        self,
        path: str | Path,
        limits: Limits | None = None,
        *,
        account: str = "",
        address: str = "",
        clock: Clock | None = None,
    ) -> None:
        self._store = _FileStore(path, address)
        super().__init__(limits, clock=clock, account=account)


class _FileStore:
    def __init__(self, path: str | Path, address: str) -> None:
        if not str(path):
            raise ConfigurationError("budget: expected the path of a file")
        self._path = checks.local_path_setting(path, "budget")
        self._address = address
        self.name = str(path)

    async def open(self, on_lost: Callable[[], None]) -> None:
        folder = self._path.absolute().parent
        try:
            if not folder.is_dir():
                raise ConfigurationError(f"budget: there is no folder {folder}")
            if self._path.is_dir():
                raise ConfigurationError(f"budget: {self._path} is a folder; name a file in it")
            if self._path.exists() and not self._path.is_file():
                raise ConfigurationError(f"budget: {self._path} is no file; name one")
            self._make()
        except OSError as error:
            # It would be waited for in vain.
            raise ConfigurationError(
                f"budget: {self._path} can't be written ({error.strerror}); name another file"
            ) from None

    async def ask(self, ask: Ask, rules: SharedRules, patience: float | None = None) -> Told:
        import sqlite3

        try:
            return await asyncio.to_thread(self._exchange, ask, rules, patience or _PATIENCE)
        except (sqlite3.Error, OSError) as error:
            lasting = _LASTING.get(getattr(error, "sqlite_errorname", ""))
            if lasting is not None:
                raise ConfigurationError(f"budget: {self._path} {lasting}") from None
            raise StoreGoneError(f"{type(error).__name__}: {error}") from None

    async def close(self) -> None:
        return None

    def _exchange(self, ask: Ask, rules: SharedRules, patience: float) -> Told:
        import sqlite3

        self._make()
        # Opened anew each time: it costs a fraction of a millisecond, and a file that was put in
        # its place is noticed.
        with closing(sqlite3.connect(self._path, timeout=patience, isolation_level=None)) as file:
            # Nothing in it outlives the machine, so nothing has to reach the disk.
            file.execute("PRAGMA synchronous = OFF")
            file.execute("BEGIN IMMEDIATE")
            self._prepare(file)
            # This clock is one for all processes of a machine, until it starts anew.
            now = time.monotonic()
            state = self._state(file, now)
            told = step(state, ask, now, rules)
            file.execute(
                "INSERT INTO budget VALUES (?, ?) "
                "ON CONFLICT (address) DO UPDATE SET state = excluded.state",
                (self._address, dump_json(state).decode()),
            )
            file.execute("COMMIT")
            return told

    def _make(self) -> None:
        """Before SQLite, which would let others read it. What is there stays untouched."""
        os.close(open_private(Path(os.path.realpath(self._path)), os.O_RDWR | os.O_CREAT))

    def _prepare(self, file: "sqlite3.Connection") -> None:
        """Make the table, but not beside another program's."""
        made = [
            sql for (sql,) in file.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        ]
        if not made:
            file.execute(_SCHEMA)
        elif made != [_SCHEMA]:
            raise ConfigurationError(f"budget: {self._path} {_ANOTHERS}")

    def _state(self, file: "sqlite3.Connection", now: float) -> State:
        row = file.execute(
            "SELECT state FROM budget WHERE address = ?", (self._address,)
        ).fetchone()
        state = None if row is None else _read(row[0])
        if state is None or state["asked_at"] > now:
            return new_state(uuid.uuid4().hex, now, settling=False)
        return state


def _read(text: str) -> State | None:
    """What is kept; None for what can't have been, or that an older version has kept."""
    try:
        state = load_json(text)
    except ValueError:
        return None
    is_whole = isinstance(state, dict) and state.keys() >= new_state("", 0.0, settling=False).keys()
    return state if is_whole else None
