"""What a walk gives: the new items of one page, and where in the list they belong."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import attrs

from .pagination import NOTHING_FOLLOWS, Following
from .placing import Unordered
from .stretch import Mark
from .territory import Addition

T = TypeVar("T", covariant=True)


@attrs.frozen(eq=False, repr=False)
class Piece(Generic[T]):
    """The new items of one page."""

    addition: Addition
    items: tuple[T, ...]
    marks: Sequence[Mark]
    """Their places; none where the list isn't in the order of its creation times."""
    older_than: datetime | None = None
    """The time that the page was asked for with, if it was asked for by time."""
    following: Following = NOTHING_FOLLOWS
    """Where the service says that the list goes on."""
    request_id: str | None = None
    ordered: bool = True
    """Whether the list is in that order, as far as it was seen."""


def marks_of(data: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """The places of objects. Raises `Unordered` where one doesn't say when it was created."""
    return [Mark(str(each["id"]), _created(each.get("creation_time"))) for each in data]


def _created(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None:
        raise Unordered("an object doesn't say when it was created")
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
