"""Which database a URL names."""

import re
from pathlib import Path
from urllib.parse import unquote

from .._ground import Hidden, checks
from ..errors import InvalidParameterError
from ._database import Database
from ._duckdb_file import DuckDBFile
from ._postgresql import PostgreSQL

DEFAULT_DATABASE = "oncehub.duckdb"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_FILE_SCHEME = "duckdb:///"


def database_of(url: str | Path, *, schema: str | None = None) -> Database:
    """The database at a URL, or the DuckDB file of that name.

    `postgresql://user@host/database` (a schema of its own there: `oncehub` unless `schema` says
    otherwise), `duckdb:///account.duckdb` (in the current folder; `duckdb:////srv/account.duckdb`
    is elsewhere) or a path.

    Raises `InvalidParameterError`.
    """
    if isinstance(url, Path):
        return DuckDBFile(_no_schema(checks.local_path(url, "database"), schema))
    hidden = Hidden(url)
    del url
    return _named(hidden, schema)


def _named(hidden: Hidden, schema: str | None) -> Database:
    scheme = _scheme(hidden)
    if scheme in ("postgresql", "postgres"):
        return PostgreSQL(hidden.value, schema)
    if scheme == "duckdb":
        file = str(hidden.value).partition(_FILE_SCHEME)[2]
        if not file:
            raise InvalidParameterError(
                "database", "expected a file, such as duckdb:///oncehub.duckdb"
            )
        return DuckDBFile(_no_schema(Path(unquote(file)), schema))
    if scheme:
        raise InvalidParameterError(
            "database",
            f"{scheme}:// isn't known; expected duckdb:///FILE, postgresql://... or a file",
        )
    return DuckDBFile(_no_schema(checks.local_path(hidden.value, "database"), schema))


def _scheme(hidden: Hidden) -> str:
    """In small letters; empty for a path."""
    scheme = _SCHEME.match(str(hidden.value))
    return scheme[1].lower() if scheme else ""


def _no_schema(path: Path, schema: str | None) -> Path:
    if schema is not None:
        raise InvalidParameterError("schema", "is for PostgreSQL; a file of DuckDB's needs none")
    if path.is_dir():
        raise InvalidParameterError("database", f"{path} is a folder, not a file")
    return path
