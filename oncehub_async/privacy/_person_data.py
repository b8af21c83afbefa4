"""What was found of a person: object by object, and where."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import attrs

from .._ground import dump_json, text_in_seconds, time_text


class PlaceKind(StrEnum):
    """What kind of place something was found in."""

    ACCOUNT = "account"
    DATABASE = "database"
    EXPORT = "export"
    INBOX = "inbox"


@attrs.frozen(repr=False)
class FoundAt:
    """What one place keeps of a person."""

    place: str
    """Such as `duckdb:///oncehub.duckdb`; without a password."""
    kind: PlaceKind
    found: Mapping[str, Sequence[Mapping[str, Any]]]
    """By table, file or type of event."""

    @property
    def count(self) -> int:
        """How many objects."""
        return sum(map(len, self.found.values()))


@attrs.frozen(repr=False)
class PersonData:
    """All that was found of a person."""

    email: str
    made: datetime
    """When it was looked for, by our clock."""
    places: Sequence[FoundAt]
    by_hand: Sequence[str]
    """What else there is, or may be, and where to look for it."""

    @property
    def count(self) -> int:
        """How many objects, in all places."""
        return sum(each.count for each in self.places)

    def as_dict(self) -> dict[str, Any]:
        """As JSON data; times are texts."""
        return {
            "person": self.email,
            "made": text_in_seconds(self.made),
            "places": [
                {
                    "place": each.place,
                    "kind": str(each.kind),
                    "found": {
                        name: [written(item) for item in items]
                        for name, items in each.found.items()
                    },
                }
                for each in self.places
            ],
            "by_hand": list(self.by_hand),
        }

    def as_json(self) -> bytes:
        """As JSON text, indented."""
        return dump_json(self.as_dict(), indent=True) + b"\n"


def written(value: Any) -> Any:
    """The same as JSON data, without what is null: rows hold times, and a null in most columns."""
    if isinstance(value, Mapping):
        parts = {str(name): written(each) for name, each in value.items()}
        return {name: each for name, each in parts.items() if each is not None}
    if isinstance(value, list | tuple):
        return [written(each) for each in value]
    return time_text(value) if isinstance(value, datetime) else value
