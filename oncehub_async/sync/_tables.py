"""The tables of a synced account, made from the models: one wide table for each object.

A field is a column. The fields of an object inside it are columns, too, with its name before
theirs (`form_submission_email`); a field that can be expanded holds the id; lists and free values
are JSON. So a field that a model gets is a column from then on, and nobody writes one by hand.
"""

import re
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin

import attrs

from ..models import LISTED, SIGNING_SECRETS, Deleted, Model


class ColumnKind(Enum):
    """What a column holds."""

    TEXT = "text"
    ID = "id"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    JSON = "JSON"


@attrs.frozen
class Column:
    """A column of a table."""

    name: str
    kind: ColumnKind
    path: tuple[str, ...]
    """Where the vendor's object has it; nothing for what the sync adds."""
    comment: str
    holds_texts: bool = False
    """Whether it is a list of texts."""

    @property
    def is_ours(self) -> bool:
        """Whether the sync adds it."""
        return not self.path


UNKNOWN_FIELDS = "unknown_fields"
UNFIT = "_unfit"
DELETED = "_deleted"
DELETED_SEEN_AT = "_deleted_seen_at"
SYNCED_AT = "_synced_at"
MERGED_INTO = "_merged_into"

_OURS = (
    Column(
        UNKNOWN_FIELDS,
        ColumnKind.JSON,
        (),
        "Fields that the vendor sent beyond the documented ones, where the object has them.",
    ),
    Column(
        UNFIT,
        ColumnKind.TEXT,
        (),
        "JSON text: by column, the value as it was sent, where the column can't hold it exactly "
        "(U+0000, half an emoji, a number beyond 64 bits, a text that is no time).",
    ),
    Column(DELETED, ColumnKind.BOOLEAN, (), "Whether the object has been deleted; its row stays."),
    Column(DELETED_SEEN_AT, ColumnKind.TIME, (), "When the sync found that it has been deleted."),
    Column(SYNCED_AT, ColumnKind.TIME, (), "When the sync wrote this row as it is now."),
)
_OF_CONTACTS = (
    Column(
        MERGED_INTO,
        ColumnKind.ID,
        (),
        "The contact that has this deleted one's email address or mobile phone now, which is what "
        "a merge in the web application leaves.",
    ),
)


@attrs.frozen(eq=False)
class Table:
    """The table of one resource; there is one of each, which `table_of` gives."""

    name: str
    model: type[Model]
    columns: tuple[Column, ...]
    comment: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(each.name for each in self.columns)

    @property
    def tells_changes(self) -> bool:
        """Whether its objects say when they were last updated, and can be asked for by that."""
        return "last_updated_time" in self.names

    def column(self, name: str) -> Column | None:
        """A column by its name."""
        return next((each for each in self.columns if each.name == name), None)


@cache
def table_of(resource: str) -> Table:
    """The table of a resource. Raises `KeyError`."""
    model = LISTED[resource]
    more = _OF_CONTACTS if resource == "contacts" else ()
    about = " ".join((model.__doc__ or "").split())
    return Table(resource, model, (*_columns(model, (), ""), *_OURS, *more), about)


TABLES: tuple[str, ...] = tuple(LISTED)
"""The names of all tables, which are those of the client's resources."""


def _columns(model: type[Model], path: tuple[str, ...], around: str) -> tuple[Column, ...]:
    about = f"{around} {model.__doc__ or ''}"
    return tuple(
        column
        for attribute in attrs.fields(attrs.resolve_types(model))
        if attribute.name != UNKNOWN_FIELDS and attribute.name not in SIGNING_SECRETS
        for column in _column((*path, attribute.name), attribute.type, about)
    )


def _column(path: tuple[str, ...], annotation: Any, about: str) -> tuple[Column, ...]:
    members = members_of(annotation)
    if annotation is not Any and Deleted not in members:
        (member,) = members
        if isinstance(member, type) and issubclass(member, Model):
            return _columns(member, path, "")
    kind = _kind(annotation, members)
    if path == ("id",):
        kind = ColumnKind.ID
    texts = get_origin(members[0]) is tuple and get_args(members[0])[0] is str
    return (Column("_".join(path), kind, path, _comment(path, kind, about), texts),)


def _kind(annotation: Any, members: tuple[Any, ...]) -> ColumnKind:
    if annotation is Any or get_origin(members[0]) is tuple:
        return ColumnKind.JSON
    return ColumnKind.ID if Deleted in members else _SIMPLE[members[0]]


def members_of(annotation: Any) -> tuple[Any, ...]:
    """The types of a union but None; of any other type, that type."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return (annotation,)
    return tuple(each for each in get_args(annotation) if each is not types.NoneType)


_SIMPLE: Mapping[type[Any], ColumnKind] = {
    str: ColumnKind.TEXT,
    int: ColumnKind.INTEGER,
    float: ColumnKind.NUMBER,
    bool: ColumnKind.BOOLEAN,
    datetime: ColumnKind.TIME,
}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[`A-Z])")
_SAYS: Mapping[ColumnKind, str] = {
    ColumnKind.TEXT: "A text.",
    ColumnKind.ID: "An id.",
    ColumnKind.INTEGER: "A whole number.",
    ColumnKind.NUMBER: "A number.",
    ColumnKind.BOOLEAN: "True or false.",
    ColumnKind.TIME: "A time, in UTC.",
    ColumnKind.JSON: "JSON.",
}


def _comment(path: tuple[str, ...], kind: ColumnKind, about: str) -> str:
    """The vendor's name of a field, and what the model's docs say of it."""
    sentences = _SENTENCE.split(" ".join(about.split()))
    told = [each for each in sentences if f"`{path[-1]}`" in each]
    return " ".join([f"{'.'.join(path)}.", *(told or [_SAYS[kind]])])
