"""What the fields of models mean, by the docstrings that stand below them.

There is no second text: the documentation site, the comments on a synced database's columns,
docs/data-dictionary.md and `oncehub describe` all say what stands in these files. They are read as
text when somebody asks, for Python keeps no docstring of an attribute.
"""

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import pairwise
from types import NoneType
from typing import Any, get_args, get_origin

import attrs

from . import _enumerations
from ._base import Deleted, Model
from ._structuring import is_model, members_of

_UNKNOWN_FIELDS = "unknown_fields"
_CLASS = re.compile(r"`([A-Z]\w+)`")
_HOLDS: Mapping[Any, str] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "boolean",
    datetime: "time",
    date: "date",
    Any: "JSON",
}


@attrs.frozen(kw_only=True)
class ValueMeaning:
    """A value that a field is documented to have, and what it means."""

    value: str
    meaning: str


@attrs.frozen(kw_only=True)
class FieldMeaning:
    """A field of a model: what it holds and what that means."""

    name: str
    holds: str
    """id, text, integer, number, boolean, time (in UTC), date, texts, object, objects or JSON."""
    meaning: str
    """In a sentence or more; empty where the package is installed without its source text."""
    values: tuple[ValueMeaning, ...] = ()
    """The documented values, where they are listed; the vendor may add others."""
    is_expandable: bool = False
    """Whether it holds an id, or the object if that is asked for."""
    models: tuple[type[Model], ...] = ()
    """Of the object or objects inside, or those that it can expand to."""


def meanings_of(model: type[Model]) -> tuple[FieldMeaning, ...]:
    """The fields of a model in their order, each with what it means.

        for field in meanings_of(Booking):
            print(field.name, field.holds, field.meaning)

    What is inside a field has meanings, too: `meanings_of` each of its `models`.
    """
    return tuple(
        _field(model, attribute.name, attribute.type)
        for attribute in attrs.fields(attrs.resolve_types(model))
        if attribute.name != _UNKNOWN_FIELDS
    )


def values_of(listed: type[StrEnum]) -> tuple[ValueMeaning, ...]:
    """The documented values of an enumeration, each with what it means."""
    told = _docstrings(listed.__module__)
    return tuple(
        ValueMeaning(value=each.value, meaning=told.get((listed.__name__, each.name), ""))
        for each in listed
    )


def _field(model: type[Model], name: str, annotation: Any) -> FieldMeaning:
    meaning = _docstrings(model.__module__).get((model.__name__, name), "")
    members = [each for each in members_of(annotation) if each is not NoneType]
    is_expandable = Deleted in members
    return FieldMeaning(
        name=name,
        holds="id" if is_expandable or annotation is str else _holds(members[0]),
        meaning=meaning,
        values=tuple(value for each in _listed_in(meaning) for value in values_of(each)),
        is_expandable=is_expandable,
        models=tuple(_models_in(members)),
    )


def _holds(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return "objects" if is_model(get_args(kind)[0]) else "texts"
    return "object" if is_model(kind) else _HOLDS[kind]


def _models_in(members: list[Any]) -> Iterator[type[Model]]:
    for each in members:
        item = get_args(each)[0] if get_origin(each) is tuple else each
        if is_model(item) and item is not Deleted:
            yield item


def _listed_in(meaning: str) -> Iterator[type[StrEnum]]:
    """The enumerations that a docstring names, as in "a `BookingStatus`"."""
    for name in _CLASS.findall(meaning):
        found = getattr(_enumerations, name, None)
        if isinstance(found, type) and issubclass(found, StrEnum):
            yield found


@cache
def _docstrings(module: str) -> Mapping[tuple[str, str], str]:
    """What stands below the attributes of a module's classes, by class and attribute."""
    try:
        source = inspect.getsource(sys.modules[module])
    except OSError:  # only compiled files were installed
        return {}
    return {
        (cls.name, name): " ".join(text.split())
        for cls in ast.parse(source).body
        if isinstance(cls, ast.ClassDef)
        for statement, below in pairwise(cls.body)
        if (name := _assigned(statement)) and (text := _text(below))
    }


def _assigned(statement: ast.stmt) -> str:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
            return name
    return ""


def _text(statement: ast.stmt) -> str:
    match statement:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return text
    return ""
