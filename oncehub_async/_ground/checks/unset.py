"""What an update leaves as it is."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

from ...errors import InvalidParameterError

T = TypeVar("T")


class Unset(Enum):
    """The type of `UNSET`, for annotations."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""In an update: leave the field as it is. (None sets it to null.)"""


def given(fields: Mapping[str, T | Unset]) -> dict[str, T]:
    """The fields that are not to be left as they are."""
    return {name: value for name, value in fields.items() if not isinstance(value, Unset)}


def some_given(fields: Mapping[str, T | Unset]) -> dict[str, T]:
    """As `given`, for an update, which has to change something."""
    result = given(fields)
    if not result:
        raise InvalidParameterError("body", "nothing to update; pass at least one field")
    return result
