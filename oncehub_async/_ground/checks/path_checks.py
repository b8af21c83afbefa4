"""Paths of this machine, and what to do who names a URL instead."""

import os
import re
from pathlib import Path

from ...errors import ConfigurationError, InvalidParameterError
from ..hidden import Hidden

# A Path has made one slash of two; one letter in front is a drive of Windows.
_ADDRESS = re.compile(r"""["'\s]*([a-z][a-z0-9+.-]+):[/\\]""", re.IGNORECASE)
# What somebody writes who forgets a colon or a slash of a URL; no path is meant.
_PASSWORD = re.compile(r":[^/\\\s@]+@|//[^/\\\s@]+@")
_NEITHER = "is neither a path nor a URL, and isn't shown, for it may hold a password"
# As a whole name: a folder may well be called "a...b".
_PLACEHOLDER = re.compile(r"\.{3,}|…+|<.*>")
_MEANT = "... and <...> stand in examples for a name of your own; write that name"
_DATABASES = ("postgres", "mysql", "mariadb", "duckdb", "sqlite", "snowflake", "bigquery", "mssql")


def local_path(value: object, param: str) -> Path:
    """A path on this machine, with what `~` stands for put in.

    Raises `InvalidParameterError` for a URL, of which only a well-known scheme is shown: there can
    be a password in it. A name such as `...`, copied from an example, is refused as well.
    """
    if not isinstance(value, str | os.PathLike):
        raise InvalidParameterError(param, f"expected a path, got {type(value).__name__}")
    text = os.fsdecode(value)
    if _PASSWORD.search(text):
        is_url = _ADDRESS.match(text)
        scheme = is_url[1].lower() if is_url else ""
        del value, text, is_url  # no local of a traceback may hold a password
        raise InvalidParameterError(param, _remedy(scheme) if scheme else _NEITHER)
    if not text or "\0" in text:
        raise InvalidParameterError(param, "expected a path, which has at least one character")
    if address := _ADDRESS.match(text):
        raise InvalidParameterError(param, _remedy(address[1].lower()))
    if any(map(_PLACEHOLDER.fullmatch, Path(text).parts)):
        raise InvalidParameterError(param, _MEANT)
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InvalidParameterError(
            param, "the home folder that ~ stands for isn't known; write the whole path"
        ) from None


def local_path_setting(value: object, name: str) -> Path:
    """As `local_path`, of a setting: raises `ConfigurationError`."""
    hidden = Hidden(value)
    del value
    try:
        return local_path(hidden.value, name)
    except InvalidParameterError as error:
        raise ConfigurationError(str(error)) from None


def _remedy(scheme: str) -> str:
    """What to do instead of writing to a URL."""
    if scheme.startswith(_DATABASES):
        return (
            "is the URL of a database; files are written into a folder of this machine: name "
            "a folder, or see oncehub sync, which writes into PostgreSQL and DuckDB"
        )
    if scheme == "file":
        return "is a URL; write it as a path, such as /data/oncehub"
    storage = " and copy it from there with the storage's own tool (aws s3 sync, gsutil rsync)"
    copied = storage if scheme in ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss") else ""
    return f"is a URL; only files of this machine can be used: name a path here{copied}"
