"""What all models share: frozen, forgiving about what is missing, silent about people.

Beside it, what several of them hold: ids or the objects in their place (`expand=`), what is left
of a deleted object, and fields that an account added to its own objects.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, overload

import attrs


@attrs.frozen(kw_only=True, repr=False)
class Model:
    """An object of the API.

    Every field may be missing or null in an answer and is None then; only an `id` must be there.
    `unknown_fields` holds what the vendor sent beyond the documented fields; it comes out again
    when the object is dumped. A repr names ids, states and times, and nothing about people.
    """

    _shown: ClassVar[tuple[str, ...]] = ("id",)
    _other_spellings: ClassVar[Mapping[str, str]] = {}

    unknown_fields: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    """What the vendor sent beyond the documented fields, by name, and what a field can't hold."""

    def __repr__(self) -> str:
        values = ((name, getattr(self, name, None)) for name in self._shown)
        shown = ", ".join(f"{name}={value!r}" for name, value in values if value is not None)
        return f"{type(self).__name__}({shown})"


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

    Source: https://help.oncehub.com/developers/overview/expanding-responses
    """
    return value if value is None or isinstance(value, str) else value.id


@attrs.frozen(kw_only=True, repr=False)
class Deleted(Model):
    """An object that has been deleted: its id, and perhaps its type.

    It is the answer to a deletion, and stands where a deleted object is expanded inside another.
    Source: https://help.oncehub.com/developers/overview/deleted-resources
    """

    _shown = ("id", "object")

    id: str
    """The id that the deleted object had."""
    object: str | None = None
    """The kind of object that it was, such as "user"."""
    deleted: bool | None = True
    """True: the object has been deleted."""


@attrs.frozen(kw_only=True, repr=False)
class CustomField(Model):
    """A custom field's name and its value, which can be any JSON value."""

    _shown = ("name",)

    name: str | None = None
    """The field's name, as the account has it in its field library."""
    value: Any = attrs.field(default=None, hash=False)
    """What was filled in: a text, a list of texts where several can be chosen, or any other JSON
    value.
    """
