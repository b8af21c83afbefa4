"""JSON to models and back, by cattrs: nothing coerced, nothing dropped.

Built when it is first needed; importing the package costs nothing of it.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin

import attrs

from .._ground import dump_any_json, read_time, time_text
from ..errors import ModelError
from . import _values as values
from ._base import Deleted, Model
from ._structuring import Structure, is_model, members_of, model_structure
from ._values import model_error

if TYPE_CHECKING:
    from cattrs import Converter

M = TypeVar("M", bound=Model)

_PREFIXES = {"contact": "CTC", "user": "USR", "team": "TM"}


def from_dict(data: object, cls: type[M], *, at: str = "") -> M:
    """A model from JSON data (as `json.loads` gives it).

    Missing and null fields become None. So does a time or number that its field can't hold (a
    text that is no time, a moment beyond the years 1 to 9999, half a minute in a field of whole
    ones), which stays in `unknown_fields` as it came; where only digits are too many, the field
    has the nearest value. Raises `ModelError` where another value is not of the documented type
    or an object has no id. `at` is the path of `data` itself, for the error.
    """
    try:
        model: M = structure_of(cls)(data, cls)
    except ModelError as error:
        raise error.within(at) from None
    return model


def to_dict(model: Model) -> dict[str, Any]:
    """The model as JSON data, with its unknown fields; what is None is null."""
    result: dict[str, Any] = _converter().unstructure(model)
    return result


def to_json(model: Model) -> bytes:
    """The model as JSON text in UTF-8, with its unknown fields; what is None is null."""
    return dump_any_json(to_dict(model))


def _generated(cls: type[Model]) -> Structure:
    return _converter().get_structure_hook(cls)


structure_of: Callable[[Any], Structure] = cache(_generated)
"""The function that makes models of a class, generated when it is first asked for."""


@cache
def _converter() -> "Converter":
    from cattrs.preconf.orjson import make_converter

    converter: Converter = make_converter()
    converter.register_structure_hook(str, values.string)
    converter.register_structure_hook(bool, values.boolean)
    converter.register_structure_hook(int, values.integer)
    converter.register_structure_hook(float, values.number)
    converter.register_structure_hook(datetime, values.time)
    converter.register_structure_hook(date, values.calendar_date)
    converter.register_unstructure_hook(datetime, time_text)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook_factory(is_model, model_structure)
    converter.register_unstructure_hook_factory(is_model, _model_unstructurer)
    converter.register_structure_hook_factory(_is_array, _array_structurer)
    converter.register_structure_hook_factory(_is_expandable, _expandable_structurer)
    return converter


def _model_unstructurer(cls: type[Model], converter: "Converter") -> Callable[[Any], Any]:
    from cattrs.gen import make_dict_unstructure_fn, override

    fields = attrs.fields(attrs.resolve_types(cls))
    # JSON data stays what it is, however deep.
    any_json = {
        each.name: override(unstruct_hook=lambda data: data) for each in fields if each.type is Any
    }
    overrides: dict[str, Any] = {**any_json, "unknown_fields": override(omit=True)}
    generated = make_dict_unstructure_fn(cls, converter, **overrides)

    def unstructure(model: Model) -> dict[str, Any]:
        result: dict[str, Any] = generated(model)
        for name, sent in model.unknown_fields.items():
            if name not in result or _says_no_more(getattr(model, name), sent):
                result[name] = sent
        return result

    return unstructure


def _says_no_more(value: Any, sent: Any) -> bool:
    """Whether a field still holds what could be held of what was sent."""
    if isinstance(value, datetime):
        return value == read_time(sent)
    return value is None or (isinstance(sent, Decimal) and value == float(sent))


def _is_array(cls: Any) -> bool:
    return get_origin(cls) is tuple


def _array_structurer(cls: Any, converter: "Converter") -> Structure:
    # cattrs would take any iterable, the letters of a string included.
    item = get_args(cls)[0]
    hook = converter.get_structure_hook(item)

    def structure(value: Any, _type: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise model_error("an array", value)
        if not value:
            return ()
        made: list[Any] = []
        nulls = 0
        try:
            for element in value:
                if element is None:
                    nulls += 1  # says nothing among ids or addresses
                else:
                    made.append(hook(element, item))
        except ModelError as error:
            raise error.within(f"[{len(made) + nulls}]") from None
        return tuple(made)

    return structure


def _is_expandable(cls: Any) -> bool:
    return Deleted in members_of(cls) and cls is not Deleted


def _expandable_structurer(cls: Any, converter: "Converter") -> Structure:
    models = [each for each in members_of(cls) if is_model(each) and each is not Deleted]
    deleted, *hooks = [converter.get_structure_hook(each) for each in (Deleted, *models)]
    by_object = dict(zip(map(_object_name, models), hooks, strict=True))
    # For an object that doesn't say, or not as documented, what it is.
    by_prefix = {_PREFIXES.get(name): hook for name, hook in by_object.items()}
    otherwise = hooks[0] if len(hooks) == 1 else None

    def structure(value: Any, type_: Any) -> Any:
        if value is None or type(value) is str:
            return value
        if type(value) is not dict:
            raise model_error("an id or an object", value)
        if value.get("deleted") is True:
            return deleted(value, type_)
        hook = by_object.get(str(value.get("object"))) or otherwise
        if hook is None:
            hook = by_prefix.get(str(value.get("id")).partition("-")[0])
        if hook is None:
            raise ModelError("", f"expected an object of type {' or '.join(by_object)}")
        return hook(value, type_)

    return structure


def _object_name(cls: type[Any]) -> str:
    """The value of `object` for a model: BookingCalendar -> booking_calendar."""
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")
