"""Which database a URL names."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from .._ground import checks
from ..errors import InvalidParameterError
from ._database import Database
from ._duckdb_file import DuckDBFile
from ._postgresql import PostgreSQL

DEFAULT_DATABASE = "oncehub.duckdb"
_FILE_SCHEME = "duckdb:///"


def database_of(url: str | Path, *, schema: str | None = None) -> Database:
    """The database at a URL, or the DuckDB file of that name.

    `postgresql://user@host/database` (a schema of its own there: `oncehub` unless `schema` says
    otherwise), `duckdb:///account.duckdb` (in the current folder; `duckdb:////srv/account.duckdb`
    is elsewhere) or a path.

    Raises `InvalidParameterError`.
    """
    if isinstance(url, Path):
        return DuckDBFile(_no_schema(url, schema))
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme in ("postgresql", "postgres"):
        return PostgreSQL(url, schema)
    if scheme == "duckdb":
        if not url.startswith(_FILE_SCHEME) or len(url) == len(_FILE_SCHEME):
            raise InvalidParameterError(
                "database", "expected a file, such as duckdb:///oncehub.duckdb"
            )
        return DuckDBFile(_no_schema(Path(unquote(url[len(_FILE_SCHEME) :])), schema))
    if scheme:
        raise InvalidParameterError(
            "database",
            f"{scheme}:// isn't known; expected duckdb:///FILE, postgresql://... or a file",
        )
    return DuckDBFile(_no_schema(checks.local_path(url, "database"), schema))


def _no_schema(path: Path, schema: str | None) -> Path:
    if schema is not None:
        raise InvalidParameterError("schema", "is for PostgreSQL; a file of DuckDB's needs none")
    if path.is_dir():
        raise InvalidParameterError("database", f"{path} is a folder, not a file")
    return path
