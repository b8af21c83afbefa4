"""JSON to models and back, by cattrs: nothing coerced, nothing dropped.

Built when it is first needed; importing the package costs nothing of it.
"""

import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin

import attrs
import orjson
from cattrs import Converter
from cattrs.errors import BaseValidationError, IterableValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override
from cattrs.preconf.orjson import make_converter
from cattrs.v import transform_error

from .base import Model
from .deleted import Deleted

M = TypeVar("M", bound=Model)

_PREFIXES = {"Contact": "CTC", "User": "USR", "Team": "TM"}
_JSON_NAMES = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


class ModelError(ValueError):
    """Data that is not of a model's form; `at` is the place, such as `data[3].contact.id`.

    Neither the text nor a repr shows the data.
    """

    def __init__(self, at: str, problem: str) -> None:
        super().__init__(f"{at or 'the object'}: {problem}")
        self.at = at
        self.problem = problem


class _Misfit(ValueError):
    """A value that is not of a field's type."""


def _misfit(expected: str, value: object) -> _Misfit:
    return _Misfit(f"expected {expected}, got {_JSON_NAMES.get(type(value), 'something else')}")


def from_dict(data: object, cls: type[M], *, at: str = "") -> M:
    """A model from JSON data (as `json.loads` gives it).

    Raises `ModelError` where a value is not of the documented type or an object has no id;
    missing and null fields become None. `at` is the path of `data` itself, for the error.
    """
    try:
        return _converter().structure(data, cls)
    except (BaseValidationError, _Misfit, KeyError) as error:
        place, problem = _describe(error)
        raise ModelError(_joined(at, place), problem) from None


def to_dict(model: Model) -> dict[str, Any]:
    """The model as JSON data, with its unknown fields; what is None is null."""
    result: dict[str, Any] = _converter().unstructure(model)
    return result


def to_json(model: Model) -> bytes:
    """The model as JSON text in UTF-8, with its unknown fields; what is None is null."""
    return orjson.dumps(to_dict(model))


def time_text(time: datetime) -> str:
    """An aware time in the vendor's notation: UTC, with `Z`, milliseconds only where needed."""
    precision = "auto" if time.microsecond % 1000 else "milliseconds"
    if not time.microsecond:
        precision = "seconds"
    return time.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _describe(error: Exception) -> tuple[str, str]:
    if not isinstance(error, BaseValidationError):
        return "", _problem(error)
    text = transform_error(error, "$", lambda leaf, _type: _problem(leaf))[0]
    problem, _, place = text.rpartition(" @ ")
    return place.removeprefix("$").removeprefix("."), problem


def _problem(error: BaseException) -> str:
    if isinstance(error, KeyError):
        return "is missing"
    return str(error) if isinstance(error, _Misfit) else type(error).__name__


def _joined(outer: str, inner: str) -> str:
    return outer + inner if not outer or not inner or inner[0] == "[" else f"{outer}.{inner}"


@cache
def _converter() -> Converter:
    converter: Converter = make_converter()
    converter.register_structure_hook(str, _exactly(str))
    converter.register_structure_hook(bool, _exactly(bool))
    converter.register_structure_hook(int, _integer)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(datetime, _time)
    converter.register_structure_hook(date, _date)
    converter.register_unstructure_hook(datetime, time_text)
    converter.register_structure_hook_factory(_is_model, _model_structurer)
    converter.register_unstructure_hook_factory(_is_model, _model_unstructurer)
    converter.register_structure_hook_factory(_is_array, _array_structurer)
    converter.register_structure_hook_factory(_is_expandable, _expandable_structurer)
    return converter


def _exactly(cls: type[Any]) -> Callable[[Any, Any], Any]:
    expected = _JSON_NAMES[cls]

    def structure(value: Any, _type: Any) -> Any:
        if type(value) is cls:
            return value
        raise _misfit(expected, value)

    return structure


def _integer(value: Any, _type: Any) -> int:
    # JSON does not tell 30 from 30.0.
    if type(value) is int or (type(value) is float and value.is_integer()):
        return int(value)
    raise _misfit("an integer", value)


def _number(value: Any, _type: Any) -> float:
    if type(value) is float or type(value) is int:
        return value
    raise _misfit("a number", value)


def _time(value: Any, _type: Any) -> datetime | None:
    if value == "":
        return None  # the vendor's samples have empty texts where there is nothing
    if type(value) is not str:
        raise _misfit("a time", value)
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise _Misfit("expected an ISO 8601 time, got another string") from None
    # The API's times are in UTC; one that came without a zone is in UTC too.
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def _date(value: Any, _type: Any) -> date:
    if type(value) is not str:
        raise _misfit("a date", value)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _Misfit("expected an ISO 8601 date, got another string") from None


def _is_model(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, Model)


def _model_structurer(cls: type[Model], converter: Converter) -> Callable[[Any, Any], Model]:
    known = frozenset(field.name for field in attrs.fields(cls)) - {"unknown_fields"}
    spellings = cls._other_spellings
    needs_id = "id" in known and attrs.fields_dict(cls)["id"].default is attrs.NOTHING
    generated = make_dict_structure_fn(
        cls,
        converter,
        _cattrs_detailed_validation=True,
        unknown_fields=override(struct_hook=lambda value, _type: value),
    )

    def structure(value: Any, _type: Any) -> Model:
        if type(value) is not dict:
            raise _misfit("an object", value)
        for theirs, ours in spellings.items():
            if theirs in value:
                either = value[theirs] if value.get(ours) is None else value[ours]
                value = {k: v for k, v in value.items() if k != theirs} | {ours: either}
        if needs_id and value.get("id") == "":
            value = {k: v for k, v in value.items() if k != "id"}
        unknown = {key: value[key] for key in value.keys() - known}
        if unknown:
            value = value | {"unknown_fields": {k: v for k, v in value.items() if k in unknown}}
        model: Model = generated(value, cls)
        return model

    return structure


def _model_unstructurer(cls: type[Model], converter: Converter) -> Callable[[Any], Any]:
    generated = make_dict_unstructure_fn(cls, converter, unknown_fields=override(omit=True))

    def unstructure(model: Model) -> dict[str, Any]:
        result: dict[str, Any] = generated(model)
        result.update(model.unknown_fields)
        return result

    return unstructure


def _is_array(cls: Any) -> bool:
    return get_origin(cls) is tuple


def _array_structurer(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    # cattrs would take any iterable, the letters of a string included.
    item = get_args(cls)[0]
    hook = converter.get_structure_hook(item)

    def structure(value: Any, _type: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise _misfit("an array", value)
        # A null among ids or addresses says nothing.
        try:
            return tuple([hook(element, item) for element in value if element is not None])
        except (BaseValidationError, _Misfit):
            for index, element in enumerate(value):
                _structure_at(index, element, hook, item)
            raise

    return structure


def _structure_at(index: int, element: Any, hook: Callable[[Any, Any], Any], item: Any) -> None:
    """Structure an element to find out whether it is the one that misfits."""
    try:
        if element is not None:
            hook(element, item)
    except (BaseValidationError, _Misfit) as error:
        error.add_note(IterableValidationNote("", index, item))
        raise IterableValidationError("", [error], item) from None


def _is_expandable(cls: Any) -> bool:
    return get_origin(cls) in (Union, types.UnionType) and Deleted in get_args(cls)


def _expandable_structurer(cls: Any, converter: Converter) -> Callable[[Any, Any], Any]:
    members = [member for member in get_args(cls) if _is_model(member) and member is not Deleted]
    by_type = {_object_name(member): member for member in members}

    def structure(value: Any, _type: Any) -> Any:
        if value is None or type(value) is str:
            return value
        if type(value) is not dict:
            raise _misfit("an id or an object", value)
        if value.get("deleted") is True:
            return converter.structure(value, Deleted)
        member = by_type.get(str(value.get("object"))) or _by_prefix(value.get("id"), members)
        if member is None:
            raise _Misfit(f"expected an object of type {' or '.join(by_type)}")
        return converter.structure(value, member)

    return structure


def _by_prefix(id: object, members: list[type[Model]]) -> type[Model] | None:
    """The model for an object that doesn't say, or not as documented, what it is."""
    if len(members) == 1:
        return members[0]
    prefix = str(id).partition("-")[0]
    return next((each for each in members if _PREFIXES.get(each.__name__) == prefix), None)


def _object_name(cls: type[Any]) -> str:
    """The value of `object` for a model: BookingCalendar -> booking_calendar."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")
