"""A budget for the processes of one host, kept in a file."""

import asyncio
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from .._ground import Clock, checks, dump_json, load_json
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
_SCHEMA = "CREATE TABLE IF NOT EXISTS budget (address TEXT PRIMARY KEY, state TEXT NOT NULL)"


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
        if not folder.is_dir():
            raise ConfigurationError(f"budget: there is no folder {folder}")
        if self._path.is_dir():
            raise ConfigurationError(f"budget: {self._path} is a folder; name a file in it")

    async def ask(self, ask: Ask, rules: SharedRules, patience: float | None = None) -> Told:
        import sqlite3

        try:
            return await asyncio.to_thread(self._exchange, ask, rules, patience or _PATIENCE)
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
                raise ConfigurationError(f"budget: {self._path} holds something else") from None
            raise StoreGoneError(f"{type(error).__name__}: {error}") from None

    async def close(self) -> None:
        return None

    def _exchange(self, ask: Ask, rules: SharedRules, patience: float) -> Told:
        import sqlite3

        self._path.touch(mode=0o600)
        # Opened anew each time: it costs a fraction of a millisecond, and a file that was put in
        # its place is noticed.
        with closing(sqlite3.connect(self._path, timeout=patience, isolation_level=None)) as file:
            # Nothing in it outlives the machine, so nothing has to reach the disk.
            file.execute("PRAGMA synchronous = OFF")
            file.execute("BEGIN IMMEDIATE")
            file.execute(_SCHEMA)
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

    def _state(self, file: "sqlite3.Connection", now: float) -> State:
        row = file.execute(
            "SELECT state FROM budget WHERE address = ?", (self._address,)
        ).fetchone()
        state: State | None = None if row is None else load_json(row[0])
        if state is None or state["asked_at"] > now:
            return new_state(uuid.uuid4().hex, now, settling=False)
        return state
