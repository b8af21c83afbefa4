"""A file of DuckDB's, opened for a moment and closed again.

While a process has the file open for writing, no other can open it, not even to read. So it is
opened for what a round commits and closed right after it, and whoever wants to look finds it closed
most of the time. The storage version is pinned, so that older versions of DuckDB read it.
"""

import importlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from .._ground import sync_folder
from ..errors import InvalidParameterError
from ._private_duckdb import (
    create_database,
    empty_folder,
    prepare_folder,
    prepare_log,
    remove_folder,
)
from ._sync_errors import DatabaseBusyError, DatabaseFailedError

T = TypeVar("T")
P = ParamSpec("P")

EXTRA_IS_MISSING = "needs more packages: pip install 'oncehub-async[sync]'"
_NEW_FILE, _NEW_TABLES = "STORAGE_VERSION 'v1.0.0', BLOCK_SIZE 16384", "ROW_GROUP_SIZE 8192"
"""A table has sixty columns, and each holds a block, and its rows until a group of
them is full: with DuckDB's own sizes that takes 25 MB more, at no other speed."""
_MEMORY, _MORE, _AMPLE = "24MB", "48MB", "80%"
"""What DuckDB may take beside its code and catalog, and where that doesn't suffice, of the
machine's in the end. With 16 MB it lacks memory for 500 rows at once into a million, whose index it
reads nearly whole for them; three notes of 10 MB need more than 48."""
_THREADS = "1"
"""A second one takes 10 MB, and makes pages of rows no faster."""
_LONGEST_WAIT = 30.0
"""Seconds to wait for somebody who reads the file."""
_PAUSE = 0.05
_HELD, _LONGEST_HELD = 0.2, 3.0
"""Seconds for which it stays open after a commit, and in all: to open it takes as long again."""
_MOST_ROWS = 2_000
"""Rows that are written before it is closed: a thousand take 1.1 MB until then."""
_HELD_BY_ANOTHER = ("lock on file", "used by another process", "already attached")
"""In DuckDB's messages, which name blocks and paths as well."""
_NO_SPACE = "No space left on device"
ATTACHED = "account"
_COPY = ".erasing"


class OpenedDuckDB:
    """A file that is open while something is done in it, by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.shown = str(path)
        # Beside a link there would be another log, and a copy in the link's place.
        self.path = Path(os.path.realpath(path))
        self._aside = self.path.with_name(f"{self.path.name}.tmp")
        self._busy = threading.Lock()
        self._duckdb = _duckdb()
        self._memory = _MEMORY
        self._lacked_memory = False
        self._connection: Any = None
        self._opened_at = 0.0
        self._rows_since = 0
        self._closing: threading.Timer | None = None

    def with_room(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it, again where memory didn't suffice: all of it is undone by then."""
        for memory in (_MEMORY, _MORE, _AMPLE):
            self._lacked_memory = False
            try:
                return function(*args, **kwargs)
            except DatabaseFailedError:
                if not self._lacked_memory:
                    raise
            # Most is that of rows that were written before, as long as it was open.
            with self._busy:
                self._let_go()
                self._memory = memory
        return function(*args, **kwargs)

    def _failed(self, error: Exception) -> DatabaseFailedError:
        """Without its text, which may quote what is in a row."""
        of_memory = (self._duckdb.OutOfMemoryException, self._duckdb.TransactionException)
        self._lacked_memory = isinstance(error, of_memory)
        full = f": {_NO_SPACE}" if _NO_SPACE.lower() in str(error).lower() else ""
        return DatabaseFailedError(f"{self.shown}: DuckDB failed with {type(error).__name__}{full}")

    @contextmanager
    def connected(self, *, writing: bool = False) -> Iterator[Any]:
        """A connection and a transaction in it, which is committed at the end."""
        with self._busy:
            try:
                connection = self._held_connection()
                try:
                    connection.execute("BEGIN")
                    yield connection
                    if writing:
                        prepare_log(self.path)
                    connection.execute("COMMIT")
                except BaseException:
                    self._let_go()
                    raise
                self._let_go_soon()
            except self._duckdb.Error as error:
                raise self._failed(error) from None
            except OSError as error:
                raise DatabaseFailedError(f"{self.shown}: {error.strerror}") from None

    def count_rows(self, rows: int) -> None:
        """So many more rows are written into it."""
        self._rows_since += rows

    def close(self) -> None:
        """Let others open it."""
        with self._busy:
            if self._closing is not None:
                self._closing.cancel()
                self._closing = None
            self._let_go()

    def replace_by_copy(self) -> None:
        """Put a copy of what it holds in the file's place: DuckDB leaves old blocks as they are.

        Killed before that, the file is as it was.
        """
        copy = self.path.with_name(f"{self.path.name}{_COPY}")
        with self._busy, self._leaving_none(copy, Path(f"{copy}.wal")):
            self._let_go()
            self._copy_to(copy)
            with copy.open("rb") as written:
                os.fsync(written.fileno())
            copy.replace(self.path)
            sync_folder(self.path.parent)

    def _copy_to(self, copy: Path) -> None:
        connection = self._connect()
        try:
            connection.execute("CHECKPOINT")
            create_database(self._duckdb, copy, _NEW_FILE)
            file = str(copy).replace("'", "''")
            connection.execute(f"ATTACH '{file}' AS copied ({_NEW_TABLES})")
            prepare_log(copy)
            connection.execute(f"COPY FROM DATABASE {ATTACHED} TO copied")
            connection.execute("CHECKPOINT copied")
        finally:
            connection.close()
            remove_folder(self._aside)

    @contextmanager
    def _leaving_none(self, *files: Path) -> Iterator[None]:
        """Without these files from a kill before it, nor from a failure in it."""
        _remove(files)
        try:
            yield
        except BaseException as error:
            _remove(files)
            if isinstance(error, self._duckdb.Error):
                raise self._failed(error) from None
            if isinstance(error, OSError):
                raise DatabaseFailedError(f"{self.shown}: {error.strerror}") from None
            raise

    def refuse_other_file(self) -> None:
        """Somebody's file that isn't DuckDB's is left as it is, without a lock beside it."""
        try:
            with self.path.open("rb") as file:
                head = file.read(12)
        except OSError:
            return  # it isn't there; or what opens it tells why it can't be read
        if head[8:] != b"DUCK":
            raise unreadable(self.shown)

    def _held_connection(self) -> Any:
        """The one that is open, for what is committed shortly one after the other."""
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        is_long = time.monotonic() - self._opened_at > _LONGEST_HELD
        if self._connection is not None and (is_long or self._rows_since >= _MOST_ROWS):
            self._let_go()
            self._memory = _MEMORY
        if self._connection is None:
            self._connection, self._opened_at = self._connect(), time.monotonic()
            self._rows_since = 0
        return self._connection

    def _let_go_soon(self) -> None:
        closing = threading.Timer(_HELD, self._let_go_if_idle)
        closing.daemon = True
        self._closing = closing
        closing.start()

    def _let_go_if_idle(self) -> None:
        with self._busy:
            # While this waited for its turn, somebody may have gone on with it.
            if self._closing is threading.current_thread():
                self._closing = None
                self._let_go()
                self._memory = _MEMORY

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            remove_folder(self._aside)

    def _connect(self) -> Any:
        gives_up = time.monotonic() + _LONGEST_WAIT
        if self.path.parent.is_dir():
            prepare_folder(self._aside)
            if not self.path.exists():
                create_database(self._duckdb, self.path, _NEW_FILE)
        while True:
            # What it has to put aside goes beside the file, not into the current folder.
            connection = self._duckdb.connect(
                ":memory:",
                config={
                    "memory_limit": self._memory,
                    "threads": _THREADS,
                    "temp_directory": str(self._aside),
                    "autoinstall_known_extensions": "false",
                    "TimeZone": "UTC",
                },
            )
            file = str(self.path).replace("'", "''")
            try:
                connection.execute(f"ATTACH '{file}' AS {ATTACHED} ({_NEW_TABLES})")
                connection.execute(f"USE {ATTACHED}")
                empty_folder(self._aside)
            except self._duckdb.Error as error:
                connection.close()
                self._check_file(error)
                if time.monotonic() > gives_up:
                    raise DatabaseBusyError(
                        f"{self.shown} is open in another program; close it there"
                    ) from None
                time.sleep(_PAUSE)
            except BaseException:
                connection.close()
                raise
            else:
                return connection

    def _check_file(self, error: Exception) -> None:
        """Tell what waiting doesn't help against from somebody who has the file open."""
        if is_held_by_another(error):
            return
        if isinstance(error, self._duckdb.OutOfMemoryException):
            raise self._failed(error)
        if not self.path.parent.is_dir():
            raise DatabaseFailedError(f"{self.path.parent}: there is no such folder")
        if self.path.exists() and not os.access(self.path, os.W_OK):
            raise DatabaseFailedError(f"{self.shown}: permission denied")
        raise unreadable(self.shown, error)


def _remove(files: Iterable[Path]) -> None:
    for each in files:
        each.unlink(missing_ok=True)


def unreadable(shown: str, error: Exception | None = None) -> DatabaseFailedError:
    """What is wrong with a file that can't be opened."""
    if "corrupt" in str(error).lower():
        return DatabaseFailedError(f"{shown}: is damaged; take a copy, or sync anew")
    return DatabaseFailedError(
        f"{shown}: can't be opened; it is no database of DuckDB's, or of a later version"
    )


def is_held_by_another(error: Exception) -> bool:
    """Whether a file can't be opened since another program, or this one, has it open."""
    told = str(error).lower()
    return any(each in told for each in _HELD_BY_ANOTHER)


def _duckdb() -> Any:
    try:
        return importlib.import_module("duckdb")
    except ModuleNotFoundError:
        raise InvalidParameterError("database", f"DuckDB {EXTRA_IS_MISSING}") from None
