"""Where to look for a person."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from .._client import OnceHub
from .._ground import Hidden, addresses_in, checks, plain_address
from ..errors import InvalidParameterError
from ..export import BrokenFileError, ManifestError


def _hidden(key: str | None) -> Hidden | None:
    return None if key is None else Hidden(key)


def _databases(urls: Sequence[str | Path]) -> tuple[str | Path, ...]:
    return tuple(urls)


def _inboxes(places: Sequence[str]) -> tuple[str, ...]:
    return tuple(places)


def _folders(folders: Sequence[str | Path]) -> tuple[Path, ...]:
    paths = tuple(checks.local_path(each, "export") for each in folders)
    for each in paths:
        if each.exists() and not each.is_dir():
            raise InvalidParameterError("export", f"{each} is a file, not a folder")
    return paths


@contextmanager
def in_folder(folder: str | Path) -> Iterator[None]:
    """Name the export in what is told of its files: there may be several."""
    try:
        yield
    except (ManifestError, BrokenFileError) as error:
        raise type(error)(f"{folder}: {error}") from None
    except OSError as error:
        error.filename = error.filename or str(folder)
        raise


@attrs.frozen(kw_only=True)
class PersonPlaces:
    """The account, and what was made of it: synced databases, folders of exports, inboxes.

    - `oncehub`: a client; None leaves the account alone.
    - `databases`: what `oncehub_async.sync.database_of` takes; a schema of PostgreSQL's that isn't
      `oncehub` stands in the URL (`?schema=NAME`).
    - `exports`: folders.
    - `inboxes`: files, or URLs of PostgreSQL.
    - `hash_key`: with which columns of the databases were hashed, where they were.
    """

    oncehub: OnceHub | None = attrs.field(default=None, repr=False)
    databases: Sequence[str | Path] = attrs.field(default=(), converter=_databases, repr=False)
    exports: Sequence[str | Path] = attrs.field(default=(), converter=_folders)
    inboxes: Sequence[str] = attrs.field(default=(), converter=_inboxes, repr=False)
    hash_key: Any = attrs.field(default=None, converter=_hidden, repr=False)

    @property
    def key(self) -> str | None:
        """The key of the hashes."""
        return None if self.hash_key is None else str(self.hash_key.value)


def checked_email(email: str) -> str:
    """An e-mail address, as it is compared. Raises `InvalidParameterError`."""
    plain = plain_address(checks.filled_text(email, "email"))
    if plain not in addresses_in(plain) or plain.count("@") != 1:
        raise InvalidParameterError("email", "expected an e-mail address, such as ann@example.com")
    return plain
