"""Keeps what a round found until all of it is there: in memory, or on disk where it is much."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import attrs

from ...json_text import dump_json
from .versions import Version

_IN_MEMORY = 8 << 20


@attrs.frozen
class _Place:
    version: Version
    start: int
    size: int

    def age(self) -> tuple[bool, datetime | int]:
        """Sorts the oldest change first; what tells no time comes last, as it came."""
        return (self.version.time is None, self.version.time or self.start)


@contextmanager
def round_buffer(folder: Path) -> Iterator["RoundBuffer"]:
    """A buffer, whose file (if it needs one) has no name: a kill leaves nothing behind."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(folder)) as file:
        yield RoundBuffer(file)


class RoundBuffer:
    """Objects with their versions."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places: dict[str, _Place] = {}

    def add(self, id: str, version: Version, data: Mapping[str, Any]) -> None:
        """Keep an object. Raises `OSError`."""
        line = dump_json(data) + b"\n"
        self._places[id] = _Place(version, self._file.tell(), len(line))
        self._file.write(line)

    def versions(self) -> Iterator[tuple[str, Version]]:
        """The ids and versions of all."""
        return ((key, place.version) for key, place in self._places.items())

    def lines(self) -> Iterator[bytes]:
        """All objects as JSON, those first that changed first. Raises `OSError`."""
        for place in sorted(self._places.values(), key=_Place.age):
            self._file.seek(place.start)
            yield self._file.read(place.size)

    def __len__(self) -> int:
        return len(self._places)
