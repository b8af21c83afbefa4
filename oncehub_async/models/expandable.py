"""Fields that hold an id, or the object where it was asked for (`expand=`)."""

from typing import overload

from .base import Model


@overload
def id_of(value: None) -> None: ...
@overload
def id_of(value: str | Model) -> str: ...
@overload
def id_of(value: str | Model | None) -> str | None: ...
def id_of(value: str | Model | None) -> str | None:
    """The id behind an expandable field, whether it was expanded, deleted or neither.

        id_of(booking.owner)

    Source: https://developers.oncehub.com/docs/expanding-responses
    """
    if value is None or isinstance(value, str):
        return value
    own_id: str | None = getattr(value, "id", None)
    if own_id is None:
        raise TypeError(f"a {type(value).__name__} has no id")
    return own_id
