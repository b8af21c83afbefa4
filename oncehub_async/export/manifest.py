"""What an export's `manifest.json` says about its files."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import orjson

from ..models.converter import time_text
from .files import replace_file

MANIFEST_NAME = "manifest.json"
FORMAT = 1


@attrs.define(kw_only=True)
class ResourceEntry:
    """What became of one resource."""

    file: str | None = None
    """The file's name; None as long as it is not complete."""
    complete: bool = False
    """True only if the list was swept to its last page and all of it is in the file."""
    available: bool = True
    """False where the account doesn't have the resource (the other product's)."""
    count: int = 0
    pages: int = 0
    bytes: int = 0
    sha256: str | None = None
    oldest_creation_time: str | None = None
    newest_creation_time: str | None = None
    high_water_mark: str | None = None
    """From where on changes are missing: the latest `last_updated_time` (`creation_time` where
    there is none) in the file, or when the export started if that was earlier or the file is
    empty, since an object can change after its page was read. Take some minutes of overlap from
    there."""
    started: str | None = None
    """When its export started."""
    arguments: Mapping[str, str] = attrs.Factory(dict)
    """The filters that were sent."""
    error: str | None = None
    """Why it is not complete, in one line."""


@attrs.define(kw_only=True)
class Manifest:
    """What became of an export."""

    tool: str
    started: str
    finished: str | None = None
    resources: dict[str, ResourceEntry] = attrs.Factory(dict)

    @property
    def complete(self) -> bool:
        """Whether every resource that the account has is complete."""
        return all(entry.complete or not entry.available for entry in self.resources.values())

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "format": FORMAT,
            "tool": self.tool,
            "started": self.started,
            "finished": self.finished,
            "complete": self.complete and self.finished is not None,
            "resources": {name: attrs.asdict(entry) for name, entry in self.resources.items()},
        }

    def write(self, folder: Path) -> None:
        """Put it into the folder, as a whole or not at all."""
        text = orjson.dumps(self.as_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        replace_file(folder / MANIFEST_NAME, text)


def read_entries(folder: Path) -> dict[str, ResourceEntry]:
    """What an earlier export in this folder has complete; nothing where there is none."""
    try:
        data = orjson.loads((folder / MANIFEST_NAME).read_bytes())
        entries = {name: ResourceEntry(**entry) for name, entry in data["resources"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: entry for name, entry in entries.items() if entry.complete}


def now_text() -> str:
    """This moment, in the vendor's notation."""
    return time_text(datetime.now(UTC).replace(microsecond=0))
