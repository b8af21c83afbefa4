"""The record of what agents changed: in the log, and in a file where one is wanted.

It names tools, ids and outcomes, and nobody.
"""

import os
from pathlib import Path

from .._ground import Clock, dump_json, fields, logger, open_private, text_in_milliseconds
from ..errors import ConfigurationError


class Audit:
    """Writes a line for the beginning and for the end of each change."""

    def __init__(self, clock: Clock, path: Path | None) -> None:
        self._clock = clock
        self._path = path
        if path is not None:
            _append(path, b"")

    def record(self, tool: str, about: str, outcome: str) -> None:
        """`outcome` is begun, done, refused or unknown. Raises `ConfigurationError`."""
        told = {"tool": tool, "object_id": about, "outcome": outcome}
        logger.info("%s of %s by an agent: %s", tool, about, outcome, extra=fields(**told))
        if self._path is not None:
            line = {"time": text_in_milliseconds(self._clock.date()), **told}
            _append(self._path, dump_json(line) + b"\n")


def _append(path: Path, line: bytes) -> None:
    try:
        file = open_private(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(file, line)
        finally:
            os.close(file)
    except OSError as error:
        raise ConfigurationError(
            f"audit: {path}: {error.strerror}; nothing is changed without a record"
        ) from None
