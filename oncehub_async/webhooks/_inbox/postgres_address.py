"""Where an inbox in PostgreSQL is: its URL, and what may be said of it."""

import importlib
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from ..._ground import Hidden, checks
from ...errors import ConfigurationError
from .._webhook_errors import InboxError

SCHEMES = ("postgresql", "postgres")
DEFAULT_SCHEMA = "oncehub_inbox"

_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,47}")
_TELLS_NO_DATA = ("08", "25", "28", "3D", "3F", "40", "42501", "42704", "53", "55", "57", "58")
"""SQLSTATEs whose messages are about the server, and not about what is in a row."""


class PostgresAddress:
    """A schema of a database; its repr and `shown` tell neither user nor password."""

    def __init__(self, url: object, schema: str | None, name: str = "url") -> None:
        hidden = Hidden(url)
        del url
        if not isinstance(hidden.value, str):
            raise ConfigurationError(f"{name}: expected postgresql://..., as text")
        problem = checks.database_url_problem(hidden.value)
        if problem is None and urlsplit(hidden.value).scheme not in SCHEMES:
            problem = "expected postgresql://USER@HOST/DATABASE"
        if problem is not None:
            raise ConfigurationError(f"{name}: {problem}")
        parts = urlsplit(hidden.value)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        host = parts.hostname
        self.schema: str = schema or options.pop("schema", None) or DEFAULT_SCHEMA
        options.pop("schema", None)
        self._url = Hidden(urlunsplit(parts._replace(query=urlencode(options))))
        self.shown: str = f"postgresql://{host or ''}{unquote(parts.path)} ({self.schema})"
        del parts, options
        if not _SCHEMA.fullmatch(self.schema):
            raise ConfigurationError(
                "schema: expected small letters, digits and underscores, 48 at most, "
                "and not pg_ in front"
            )
        self.asyncpg: Any = _asyncpg(name)

    def __repr__(self) -> str:
        return getattr(self, "shown", "postgresql://")

    def sql(self, statement: str) -> str:
        """A statement with the schema put in, where the names of tables begin with @."""
        return statement.replace("@", f'"{self.schema}".')

    async def connect(self, patience: float, **how: Any) -> Any:
        """A connection. Raises the client's errors, and the operating system's."""
        return await self.asyncpg.connect(
            self._url.value, timeout=patience, command_timeout=patience, **how
        )

    @property
    def failures(self) -> tuple[type[Exception], ...]:
        """What the client raises when the server can't be used; a time-out is an OSError."""
        errors = self.asyncpg
        return errors.PostgresError, errors.InterfaceError, errors.InternalClientError, OSError

    @property
    def any_failure(self) -> tuple[type[Exception], ...]:
        """Those, and what it raises for values that it can't send."""
        return *self.failures, ValueError, TypeError

    def trouble(self, error: BaseException) -> InboxError:
        """The error that tells of it; texts of the server's may quote what is in a row."""
        state = str(getattr(error, "sqlstate", "") or "")
        if state:
            told = f": {error}" if state.startswith(_TELLS_NO_DATA) else ""
            return InboxError(f"{self.shown}: {type(error).__name__} ({state}){told}")
        if isinstance(error, self.asyncpg.exceptions.ClientConfigurationError):
            # Its own text may quote any part of the URL.
            return InboxError(f"{self.shown}: an option of the URL can't be used, such as sslmode")
        why = getattr(error, "strerror", None) or type(error).__name__
        if type(error) is ConnectionError:
            why = str(error)  # the client's own, such as of a server without TLS
        return InboxError(f"{self.shown}: {why}")


def _asyncpg(name: str) -> Any:
    try:
        return importlib.import_module("asyncpg")
    except ModuleNotFoundError:
        raise ConfigurationError(
            f"{name}: PostgreSQL needs an extra: pip install 'oncehub-async[postgres]'"
        ) from None
