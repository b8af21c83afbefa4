"""Files that DuckDB makes beside its own, for nobody but who may read that.

DuckDB makes each file with the modes that the process gives to any file; so what it is to write
into is there before, or in a folder that nobody else can enter.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .._ground import PRIVATE, open_private

_PUT_ASIDE = "duckdb_temp_*"


def create_database(duckdb: Any, path: Path, layout: str) -> None:
    """Make a database without tables. Raises `OSError` and DuckDB's errors."""
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        new = Path(folder, "new.duckdb")
        file = str(new).replace("'", "''")
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"ATTACH '{file}' AS new ({layout})")
        new.chmod(PRIVATE)
        new.replace(path)


def prepare_log(path: Path) -> None:
    """Make the log into which DuckDB writes what is committed, if there is none.

    It is as readable as the database. Raises `OSError`.
    """
    with suppress(FileExistsError):
        descriptor = open_private(
            path.with_name(f"{path.name}.wal"), os.O_WRONLY | os.O_CREAT | os.O_EXCL
        )
        try:
            os.chmod(descriptor, stat.S_IMODE(path.stat().st_mode))
        finally:
            os.close(descriptor)


def prepare_folder(path: Path) -> None:
    """Make the folder for what DuckDB has to put aside. Raises `OSError`."""
    path.mkdir(mode=0o700, exist_ok=True)


def empty_folder(path: Path) -> None:
    """Delete what a kill has left of that: rows, which no one would ever read.

    Nobody else may have the database open: other programs put theirs there, too. Raises `OSError`.
    """
    for each in path.glob(_PUT_ASIDE):
        each.unlink(missing_ok=True)


def remove_folder(path: Path) -> None:
    """Remove it, if nothing is in it."""
    with suppress(OSError):
        path.rmdir()
