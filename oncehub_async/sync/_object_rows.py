"""Rows from objects: nothing that a guest types stops it, and nothing of it is lost.

What a column can't hold as it is leaves the nearest value there (or none), and the original in the
row's `_unfit`, as JSON text, which takes everything.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import attrs

from .._ground import dump_json, has_finer_digits, read_time
from ..models import SIGNING_SECRETS
from ._column_policy import NO_POLICY, ColumnPolicy
from ._tables import DELETED, UNFIT, UNKNOWN_FIELDS, Column, ColumnKind, Table

Row = tuple[Any, ...]
"""The values of a table's columns, in their order; JSON as text. None for `_synced_at`, which the
database sets."""

_REPLACEMENT = "\ufffd"
_UNHELD = re.compile("[\x00\ud800-\udfff]")
# In a JSON text both stand as escapes. An escaped backslash before them is none of theirs, and a
# whole pair is a character.
_ESCAPES = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(?P<unheld>\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2}))"
)
# PostgreSQL's numbers have 131,072 digits before the point and 16,383 after it.
_BEYOND_NUMERIC = re.compile(r"[\d.][eE][+-]?\d{4,}|\d{10000}")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Held(NamedTuple):
    """What a column holds of a value, and whether that is all of it."""

    value: Any
    exactly: bool = True


def row_of(table: Table, data: Mapping[str, Any], policy: ColumnPolicy = NO_POLICY) -> Row:
    """The row of an object, as the service sent it. It can't fail whatever is in it, but an id."""
    plan = _plan(table)
    values: list[Any] = [None] * len(table.columns)
    unfit: dict[str, Any] = {}
    unknown = _take(plan.tree, data, (), values, unfit)
    values[plan.places[DELETED]] = False
    if policy.passes_unnamed:
        if unknown:
            values[plan.places[UNKNOWN_FIELDS]] = json_text(unknown, UNKNOWN_FIELDS, unfit)
        if unfit:
            values[plan.places[UNFIT]] = dump_json(unfit).decode()
        return tuple(values)
    return tuple(
        policy.treated(table.name, column, value)
        for column, value in zip(table.columns, values, strict=True)
    )


ColumnTree = Mapping[str, Any]
"""By the vendor's name, a column or the tree of an object's fields."""


@cache
def tree_of(table: Table) -> ColumnTree:
    """The columns of a table where an object has them."""
    tree: dict[str, Any] = {}
    for column in table.columns:
        branch = tree
        for name in column.path[:-1]:
            branch = branch.setdefault(name, {})
        if column.path:
            branch[column.path[-1]] = column
    return tree


class _Leaf(NamedTuple):
    """Where a field's value goes, and how; None for JSON."""

    place: int
    name: str
    hold: Callable[[Any], Held] | None


@attrs.frozen
class _Plan:
    """What is worked out once for each table: a million rows are made of it."""

    tree: Mapping[str, Any]
    """By the vendor's name, a leaf or the tree of an object's fields."""
    places: Mapping[str, int]


@cache
def _plan(table: Table) -> _Plan:
    places = {name: place for place, name in enumerate(table.names)}
    return _Plan(_leaves(tree_of(table), places), places)


def _leaves(tree: ColumnTree, places: Mapping[str, int]) -> dict[str, Any]:
    return {
        name: _Leaf(places[each.name], each.name, _HOLDS.get(each.kind))
        if isinstance(each, Column)
        else _leaves(each, places)
        for name, each in tree.items()
    }


def _take(
    tree: Mapping[str, Any],
    data: Mapping[str, Any],
    path: tuple[str, ...],
    values: list[Any],
    unfit: dict[str, Any],
) -> dict[str, Any]:
    """Put an object's fields into their columns; gives those that have none."""
    unknown: dict[str, Any] = {}
    for name, value in data.items():
        known = tree.get(name)
        if known is None:
            if name not in SIGNING_SECRETS:
                unknown[name] = value
        elif value is None:
            continue
        elif isinstance(known, _Leaf):
            if known.hold is None:
                values[known.place] = json_text(value, known.name, unfit)
                continue
            values[known.place], exactly = known.hold(value)
            if not exactly:
                unfit[known.name] = value
        elif isinstance(value, dict):
            inner = _take(known, value, (*path, name), values, unfit)
            if inner:
                unknown[name] = inner
        else:
            unfit["_".join((*path, name))] = value
    return unknown


def json_text(value: Any, name: str, unfit: dict[str, Any]) -> str | None:
    """JSON as both databases take it; where that isn't all of it, it is among what is unfit."""
    text = dump_json(value).decode()
    if _BEYOND_NUMERIC.search(text):
        unfit[name] = value
        return None
    if "\\u" in text:
        held = _ESCAPES.sub(lambda found: _REPLACEMENT if found["unheld"] else found[0], text)
        if held != text:
            unfit[name] = value
        return held
    return text


def held_text(value: str) -> Held:
    """A text without what no database's text holds."""
    if value.isprintable() or _UNHELD.search(value) is None:
        return Held(value)
    return Held(_UNHELD.sub(_REPLACEMENT, value), exactly=False)


def _text(value: Any) -> Held:
    return held_text(value) if isinstance(value, str) else _NOTHING


def _id(value: Any) -> Held:
    """An id, or that of an object that was expanded; what else is in the object has its own row."""
    if isinstance(value, dict):
        value = value.get("id")
    return _text(value)


def _integer(value: Any) -> Held:
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is int and _SMALLEST <= value <= _LARGEST:
        return Held(value)
    return _NOTHING


def _number(value: Any) -> Held:
    if type(value) is float:
        return Held(value)
    if type(value) not in (int, Decimal):
        return _NOTHING
    try:
        near = float(value)
    except OverflowError:
        return _NOTHING
    if near in (float("inf"), float("-inf")):
        return _NOTHING
    return Held(near, exactly=near == value)


def _boolean(value: Any) -> Held:
    return Held(value) if type(value) is bool else _NOTHING


def _time(value: Any) -> Held:
    time = read_time(value)
    if time is None:
        return _NOTHING
    return Held(time, exactly=not has_finer_digits(value))


_NOTHING = Held(None, exactly=False)
_HOLDS = {
    ColumnKind.TEXT: _text,
    ColumnKind.ID: _id,
    ColumnKind.INTEGER: _integer,
    ColumnKind.NUMBER: _number,
    ColumnKind.BOOLEAN: _boolean,
    ColumnKind.TIME: _time,
}
