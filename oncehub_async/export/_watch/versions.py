"""Which versions of which objects an export has, and up to when it misses none."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

import attrs

from ..._ground import dump_json
from .._formats.exported_rows import moment

_DIGEST_BYTES = 16
VERSION_TIMES = {
    "bookings": "last_updated_time",
    "contacts": "last_updated_time",
    # Text messages never change.
    "sms_notifications": "creation_time",
}
"""The time that tells an object's versions apart, and by which changes can be asked for. The other
resources have none; they are a page or two, which is read whole."""


@attrs.frozen
class Version:
    """What tells two states of an object apart: when it changed, or else all that it holds."""

    time: datetime | None
    digest: bytes | None = None
    from_the_future: bool = attrs.field(default=False, eq=False)
    """Whether our clock hadn't reached its time when it was seen."""

    def follows(self, other: "Version | None") -> bool:
        """Whether this is a state that whoever has the other doesn't have yet.

        An older one isn't: a service that answers from several places may show it once more. But
        a time that lay in the future says nothing about what came after it: whatever else the
        object says next follows, also with an earlier time.
        """
        if other is None or other.time is None or self.time is None or other.from_the_future:
            return self != other
        return self.time > other.time


@attrs.define(eq=False)
class KnownVersions:
    """The versions that are in the files, as far as a round can bring them again.

    `field` names the time by which a resource's objects tell their versions apart; None for
    resources without one, and objects that lack theirs are told apart by what they hold.
    """

    field: str | None
    latest: datetime | None = None
    """The latest time that was seen so far."""
    _versions: dict[str, Version] = attrs.Factory(dict)

    def version_of(self, data: Mapping[str, Any], now: datetime) -> Version:
        """The version that an object has; `now` is when it was seen, by our clock."""
        time = None if self.field is None else moment(data.get(self.field))
        if time is not None:
            return Version(time, from_the_future=time > now)
        return Version(None, blake2b(dump_json(data), digest_size=_DIGEST_BYTES).digest())

    def has(self, id: str, version: Version) -> bool:
        """Whether this version, or a later one, is in the files."""
        return not version.follows(self._versions.get(id))

    def note(self, id: str, version: Version) -> None:
        """It is the last one in the files now."""
        self._versions[id] = version

    def see(self, version: Version, now: datetime) -> None:
        """Take its time into account for `latest`, unless it lies in the future."""
        if version.time is not None and version.time <= now:
            self.latest = max(self.latest or version.time, version.time)

    def forget(self, until: datetime | None) -> None:
        """Versions up to a time won't be asked for again."""
        if until is not None:
            self._versions = {
                key: version
                for key, version in self._versions.items()
                if version.time is None or version.time > until
            }

    def __len__(self) -> int:
        return len(self._versions)


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
