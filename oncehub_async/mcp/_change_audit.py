"""The record of what agents changed: in the log, and in a file where one is wanted.

It names tools, ids and outcomes, and nobody.
"""

import os
import traceback
from pathlib import Path

from .._ground import Clock, dump_json, fields, logger, open_private, text_in_milliseconds
from ..errors import ConfigurationError


class Audit:
    """Writes a line for the beginning and for the end of each change."""

    def __init__(self, clock: Clock, path: Path | None) -> None:
        self._clock = clock
        self._path = path
        self._append(b"")

    def begin(self, tool: str, about: str) -> None:
        """Before a change. Raises `ConfigurationError`: then it mustn't be made."""
        self._record(tool, about, "begun")

    def end(self, tool: str, about: str, outcome: str) -> list[str]:
        """After a change, which is done, refused or unknown: what to say if that isn't written."""
        try:
            self._record(tool, about, outcome)
        except ConfigurationError as error:
            logger.error("the end of a change isn't in the record: %s", error)
            return ["the record of changes can't be written: tell whoever runs this server"]
        return []

    def _record(self, tool: str, about: str, outcome: str) -> None:
        told = {"tool": tool, "object_id": about, "outcome": outcome}
        logger.info("%s of %s by an agent: %s", tool, about, outcome, extra=fields(**told))
        line = {"time": text_in_milliseconds(self._clock.date()), **told}
        self._append(dump_json(line) + b"\n")

    def _append(self, line: bytes) -> None:
        if self._path is None:
            return
        try:
            file = open_private(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(file, line)
            finally:
                os.close(file)
        except OSError as error:
            raise ConfigurationError(
                f"audit: {self._path}: {error.strerror}; nothing is changed without a record"
            ) from None


def told_unexpected(tool: str, error: Exception) -> str:
    """What an agent is told of an error that nobody foresaw; the log gets its kind and place.

    Neither gets its text, which may quote data of people.
    """
    kind, place = type(error).__name__, None
    for frame, line in traceback.walk_tb(error.__traceback__):
        place = f"{Path(frame.f_code.co_filename).name}:{line}"
    logger.error(
        "%s failed unexpectedly: %s at %s",
        tool,
        kind,
        place,
        extra=fields(tool=tool, error_type=kind, error_place=place),
    )
    return f"this server failed unexpectedly ({kind}; its log says where)"
