"""The fields of each resource's objects, as the models have them.

Every format derives its columns from these, so that they are the same for every account and every
export: they change only when a model does. Signing secrets are left out: a file of webhooks is no
place for the keys of their signatures.
"""

import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import Any, Union, get_args, get_origin

import attrs

from ...models import LISTED, SIGNING_SECRETS, Deleted, Model


def without_secrets(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object as files may hold it."""
    if SIGNING_SECRETS.isdisjoint(item):
        return item
    return {name: value for name, value in item.items() if name not in SIGNING_SECRETS}


UNKNOWN_FIELDS = "unknown_fields"
"""The last column: what has no column, or doesn't fit into the one that it has."""


class FieldKind(Enum):
    """What a field holds."""

    TEXT = auto()
    INTEGER = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    TIME = auto()
    TEXTS = auto()
    """An array of texts."""
    ID = auto()
    """The id in an expandable field, whether it was expanded or not."""
    EXPANDED = auto()
    """The object in an expandable field that was expanded."""
    OBJECT = auto()
    """An object with fields of its own."""
    OBJECTS = auto()
    """An array of such objects."""
    ANY_TEXT = auto()
    """Any JSON value, for the eye: a text as it is, all else as JSON."""
    ANY_JSON = auto()
    """Any JSON value, exactly."""


@attrs.frozen
class Field:
    """A field, or one of the two columns that an expandable field or a free value has."""

    name: str
    kind: FieldKind
    source: str
    """What the service calls it."""
    fields: tuple["Field", ...] = ()
    """Those of `OBJECT` and `OBJECTS`."""


@cache
def fields_of(resource: str) -> tuple[Field, ...]:
    """The fields of a resource's objects, in the order of their columns. Raises `KeyError`."""
    return _fields(LISTED[resource])


def _fields(model: type[Model]) -> tuple[Field, ...]:
    return tuple(
        field
        for attribute in attrs.fields(model)
        if attribute.name != UNKNOWN_FIELDS and attribute.name not in SIGNING_SECRETS
        for field in _columns(attribute.name, attribute.type)
    )


def _columns(name: str, annotation: Any) -> tuple[Field, ...]:
    if annotation is Any:
        return (
            Field(name, FieldKind.ANY_TEXT, name),
            Field(f"{name}_json", FieldKind.ANY_JSON, name),
        )
    members = _without_none(annotation)
    if Deleted in members:
        return (
            Field(name, FieldKind.ID, name),
            Field(f"{name}_expanded", FieldKind.EXPANDED, name),
        )
    (member,) = members
    if get_origin(member) is tuple:
        return (_array(name, get_args(member)[0]),)
    if issubclass(member, Model):
        return (Field(name, FieldKind.OBJECT, name, _fields(member)),)
    return (Field(name, _SIMPLE[member], name),)


def _array(name: str, item: Any) -> Field:
    if item is str:
        return Field(name, FieldKind.TEXTS, name)
    return Field(name, FieldKind.OBJECTS, name, _fields(item))


def _without_none(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return (annotation,)
    return tuple(each for each in get_args(annotation) if each is not types.NoneType)


_SIMPLE: Mapping[type[Any], FieldKind] = {
    str: FieldKind.TEXT,
    int: FieldKind.INTEGER,
    float: FieldKind.NUMBER,
    bool: FieldKind.BOOLEAN,
    datetime: FieldKind.TIME,
}
