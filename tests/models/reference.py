"""The rules of `from_dict` once more, by cattrs' own general functions: slow, and independent."""

import types
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.errors import BaseValidationError, IterableValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, override
from cattrs.v import transform_error

from oncehub_async.errors import ModelError
from oncehub_async.models import Deleted, Model
from oncehub_async.models import _values as hooks
from oncehub_async.models._values import model_error

M = TypeVar("M", bound=Model)
Hook = Callable[[Any, Any], Any]
PREFIXES = {"Contact": "CTC", "User": "USR", "Team": "TM"}
OBJECTS = {"BookingCalendar": "booking_calendar", "BookingPage": "booking_page", "MasterPage": "master_page", "EventType": "event_type"}  # fmt: skip


def from_dict(data: object, cls: type[M]) -> M:
    """A model from JSON data, or `ModelError`."""
    try:
        return _converter().structure(data, cls)
    except (BaseValidationError, ModelError) as error:
        if isinstance(error, ModelError):
            raise
        text = transform_error(error, "$", lambda leaf, _type: _problem(leaf))[0]
        problem, _, place = text.rpartition(" @ ")
        raise ModelError(place.removeprefix("$").removeprefix("."), problem) from None


def _problem(error: BaseException) -> str:
    return error.problem if isinstance(error, ModelError) else "is missing"


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=True)
    for cls, hook in (
        (str, hooks.string),
        (bool, hooks.boolean),
        (int, hooks.integer),
        (float, hooks.number),
        (datetime, hooks.time),
        (date, hooks.calendar_date),
    ):
        converter.register_structure_hook(cls, hook)
    converter.register_structure_hook_factory(_is_model, _model)
    converter.register_structure_hook_factory(_is_array, _array)
    converter.register_structure_hook_factory(_is_expandable, _expandable)
    return converter


def _is_model(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Model)


def _model(cls: type[Model], converter: Converter) -> Hook:
    known = set(attrs.fields_dict(cls)) - {"unknown_fields"}
    id_field = attrs.fields_dict(cls).get("id")
    generated = make_dict_structure_fn(
        cls, converter, unknown_fields=override(struct_hook=lambda value, _type: value)
    )

    def structure(value: Any, _type: Any) -> Any:
        if type(value) is not dict:
            raise model_error("an object", value)
        value = dict(value)
        for theirs, ours in cls._other_spellings.items():
            if theirs in value:
                other = value.pop(theirs)
                value[ours] = other if value.get(ours) is None else value[ours]
        if id_field is not None and id_field.default is attrs.NOTHING and value.get("id") == "":
            del value["id"]
        odd = _unheld(cls, value, converter)
        unknown = {key: each for key, each in value.items() if key not in known or key in odd}
        return generated({**value, **odd, "unknown_fields": unknown}, cls)

    return structure


def _unheld(cls: type[Model], value: dict[str, Any], converter: Converter) -> dict[str, Any]:
    """The optional times and numbers that their fields can't hold, with what they hold instead."""
    odd = {}
    for field in attrs.fields(cls):
        kind = next((each for each in get_args(field.type) if each in hooked), None)
        if kind is not None and field.default is None and value.get(field.name) is not None:
            try:
                hooked[kind](value[field.name], kind)
            except hooks.UnheldValue as error:
                odd[field.name] = error.nearest
            except ModelError:
                pass
    return odd


hooked: dict[Any, Hook] = {int: hooks.integer, float: hooks.number, datetime: hooks.time, date: hooks.calendar_date}  # fmt: skip


def _is_array(cls: Any) -> bool:
    return get_origin(cls) is tuple


def _array(cls: Any, converter: Converter) -> Hook:
    item = get_args(cls)[0]
    hook = converter.get_structure_hook(item)

    def structure(value: Any, _type: Any) -> Any:
        if type(value) is not list:
            raise model_error("an array", value)
        made = []
        for index, element in enumerate(value):
            try:
                if element is not None:
                    made.append(hook(element, item))
            except (BaseValidationError, ModelError) as error:
                error.add_note(IterableValidationNote("", index, item))
                raise IterableValidationError("", [error], item) from None
        return tuple(made)

    return structure


def _is_expandable(cls: Any) -> bool:
    return get_origin(cls) in (Union, types.UnionType) and Deleted in get_args(cls)


def _expandable(cls: Any, converter: Converter) -> Hook:
    members = [each for each in get_args(cls) if _is_model(each) and each is not Deleted]
    names = [OBJECTS.get(each.__name__, each.__name__.lower()) for each in members]

    def structure(value: Any, _type: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        if not isinstance(value, dict):
            raise model_error("an id or an object", value)
        if value.get("deleted") is True:
            return converter.structure(value, Deleted)
        for name, member in zip(names, members, strict=True):
            if value.get("object") == name or len(members) == 1:
                return converter.structure(value, member)
        for member in members:
            if str(value.get("id")).split("-")[0] == PREFIXES[member.__name__]:
                return converter.structure(value, member)
        raise ModelError("", f"expected an object of type {' or '.join(names)}")

    return structure
