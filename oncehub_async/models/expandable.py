"""Fields that hold an id, or the object where it was asked for (`expand=`)."""

from typing import Protocol, overload


class HasId(Protocol):
    """An object of the API that has an id of its own."""

    @property
    def id(self) -> str: ...


@overload
def id_of(value: None) -> None: ...
@overload
def id_of(value: str | HasId) -> str: ...
@overload
def id_of(value: str | HasId | None) -> str | None: ...
def id_of(value: str | HasId | None) -> str | None:
    """The id behind an expandable field, whether it was expanded, deleted or neither.

        id_of(booking.owner)

    Source: https://developers.oncehub.com/docs/expanding-responses
    """
    return value if value is None or isinstance(value, str) else value.id
