"""The tables of a synced account, made from the models: one wide table for each object.

A field is a column. The fields of an object inside it are columns, too, with its name before
theirs (`form_submission_email`); a field that can be expanded holds the id; lists and free values
are JSON. So a field that a model gets is a column from then on, and nobody writes one by hand.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache

import attrs

from ..models import LISTED, SIGNING_SECRETS, FieldMeaning, Model, meanings_of


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
    return Table(resource, model, (*_columns(model, ()), *_OURS, *more), about)


TABLES: tuple[str, ...] = tuple(LISTED)
"""The names of all tables, which are those of the client's resources."""


def _columns(model: type[Model], path: tuple[str, ...]) -> Iterator[Column]:
    for field in meanings_of(model):
        if field.name in SIGNING_SECRETS:
            continue
        there = (*path, field.name)
        if field.holds == "object":
            for inner in field.models:
                yield from _columns(inner, there)
        else:
            yield _column(there, field)


def _column(path: tuple[str, ...], field: FieldMeaning) -> Column:
    is_list = field.holds in ("texts", "objects")
    return Column(
        name="_".join(path),
        kind=ColumnKind.JSON if is_list else ColumnKind(field.holds),
        path=path,
        comment=_comment(path, field),
        holds_texts=field.holds == "texts",
    )


def _comment(path: tuple[str, ...], field: FieldMeaning) -> str:
    """What the field means, behind the vendor's name of it where the column has another."""
    named = f"`{'.'.join(path)}`. " if len(path) > 1 else ""
    listed = ", ".join(each.value for each in field.values)
    return f"{named}{field.meaning}{f' Listed: {listed}.' if listed else ''}"
