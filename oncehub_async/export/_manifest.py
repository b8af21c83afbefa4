"""What an export's `manifest.json` says about its files."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import attrs

from .._ground import Clock, dump_json, text_in_seconds, time_text
from ._files import replace_file
from ._formats import ENDINGS

MANIFEST_NAME = "manifest.json"
CHANGES_ENDING = ".changes.jsonl"
TABLE_ENDINGS = tuple(f".changes{each}" for each in ENDINGS if not each.startswith(".jsonl"))
"""Of the changes in the export's own format, which are made anew from the former."""
FORMAT = 2


@attrs.define(kw_only=True)
class Changes:
    """What `--watch` has added to one resource since it was exported."""

    file: str
    count: int = 0
    """Lines."""
    bytes: int = 0
    """As many bytes, with that hash, are safe on disk; a kill can leave some more."""
    sha256: str | None = None
    high_water_mark: str | None = None
    """From where on changes are missing, less the overlap; None for resources whose objects tell
    no time."""
    rounds: int = 0
    """How often the service was asked for all changes, and they were read to the last page."""
    last_round: str | None = None
    """When the latest of these rounds began."""


@attrs.define(kw_only=True)
class ResourceEntry:
    """What became of one resource."""

    file: str | None = None
    """The file's name; None as long as it is not complete."""
    complete: bool = False
    """True only if the list was read to its last page and all of it is in the file."""
    available: bool = True
    """False where the account doesn't have the resource (the other product's)."""
    error: str | None = None
    """Why it is not complete, in one line."""
    spool: str | None = None
    """The file with what was fetched so far, from which the same command goes on."""
    format: str = "jsonl"
    compression: str = "none"
    arguments: Mapping[str, str] = attrs.Factory(dict)
    """The filters that were sent."""
    count: int = 0
    """Objects."""
    pages: int = 0
    bytes: int = 0
    sha256: str | None = None
    oldest_creation_time: str | None = None
    newest_creation_time: str | None = None
    high_water_mark: str | None = None
    """From where on changes are missing: the latest `last_updated_time` (`creation_time` where
    there is none) on the page that was read first, or when the export started if that was earlier,
    since an object can change after its page was read. Take some minutes of overlap from there.
    None where that page tells no time."""
    started: str | None = None
    """When its export started; it stays when an interrupted export goes on."""
    finished: str | None = None
    earlier_count: int | None = None
    """How many objects the same export had before, in this folder."""
    began: str | None = None
    """When the account's oldest object was created, by what the folder had before."""
    changes: Changes | None = None
    """What `--watch` has added since; None if it wasn't watched."""

    def is_same_export(self, other: Self) -> bool:
        """Whether both are exports of the same into files of the same kind."""
        return (self.arguments, self.format, self.compression) == (
            other.arguments,
            other.format,
            other.compression,
        )


@attrs.define(kw_only=True)
class Manifest:
    """What became of an export."""

    tool: str
    started: str
    finished: str | None = None
    overwrite: bool = False
    """Whether it replaces an older export in the same folder."""
    resources: dict[str, ResourceEntry] = attrs.Factory(dict)

    @property
    def complete(self) -> bool:
        """Whether every resource that the account has is complete."""
        return all(entry.complete or not entry.available for entry in self.resources.values())

    @property
    def is_finished(self) -> bool:
        """Whether the export ended, and with everything."""
        return self.complete and self.finished is not None

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "format": FORMAT,
            "tool": self.tool,
            "started": self.started,
            "finished": self.finished,
            "complete": self.is_finished,
            "overwrite": self.overwrite,
            "resources": {name: attrs.asdict(entry) for name, entry in self.resources.items()},
        }

    def write(self, folder: Path) -> None:
        """Put it into the folder, as a whole or not at all. Raises `OSError`."""
        text = dump_json(self.as_dict(), indent=True) + b"\n"
        replace_file(folder / MANIFEST_NAME, text)


def text_of(time: datetime | None) -> str | None:
    """A time in the vendor's notation."""
    return None if time is None else time_text(time)


def now_text(clock: Clock) -> str:
    """This moment, in the vendor's notation."""
    return text_in_seconds(clock.date())
