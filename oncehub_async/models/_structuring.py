"""Models from JSON data, by a function for each class that is written when it is first needed.

A page of 100 bookings is some 500 objects and 5,000 fields, so that what is done for each field
decides how fast a list is read. The function for `OneTimeLink` reads

    def structure_OneTimeLink(data, _):
        if type(data) is not dict:
            raise misfit("an object", data)
        values = defaults | data
        model = draft()
        try:
            value = values["id"]
            if type(value) is not str or not value:
                value = hook_id(value, type_id)
            model.id = value
            value = values["url"]
            if type(value) is not str and value is not None:
                value = hook_url(value, type_url)
            model.url = value
            value = values["creation_time"]
            if value is not None:
                value = hook_creation_time(value, type_creation_time)
            model.creation_time = value
        except UnheldValue as error:
            return keep(error, first_unset(model), data)
        except ModelError as error:
            raise error.within(first_unset(model)) from None
        model.unknown_fields = (
            {} if len(values) == 3 else {k: v for k, v in data.items() if k not in defaults}
        )
        model.__class__ = cls
        return model

What is of a field's own type passes without a call; the rest is for cattrs' hook for that type to
make, or to refuse. To set the fields of a frozen class costs more than all else together, hence
`draft`: the same class without the freeze, which the model is of until it is complete. Fields are
set in their order, so that the one that misfits is the first that isn't set. `keep` makes the model
without a time or number that its field can't hold, and puts that one among the unknown fields.
"""

import linecache
from collections.abc import Callable, Mapping
from types import CodeType, FunctionType, NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

import attrs

from ..errors import ModelError
from ._base import Model
from ._values import UnheldValue, model_error

if TYPE_CHECKING:
    from cattrs import Converter

Structure = Callable[[Any, Any], Any]
"""What cattrs calls a structure hook: makes an object of a type from JSON data."""

_UNKNOWN = "unknown_fields"
_PLAIN = (str, bool, int, float)
_FUNCTION = """\
def structure_{cls}(data, _):
    if type(data) is not dict:
        raise misfit("an object", data)
    values = defaults | data
    model = draft()
    try:
{fields}
    except UnheldValue as error:
        return keep(error, first_unset(model), data)
    except ModelError as error:
        raise error.within(first_unset(model)) from None
    model.unknown_fields = (
        {{}} if len(values) == {number} else {{k: v for k, v in data.items() if k not in defaults}}
    )
    model.__class__ = cls
    return model
"""
_FIELD = """\
        value = values["{name}"]
        if {unfinished}:
            value = hook_{name}(value, type_{name})
        model.{name} = value"""


def is_model(cls: Any) -> bool:
    """Whether a type is one of the models."""
    return isinstance(cls, type) and issubclass(cls, Model)


def model_structure(cls: type[Model], converter: "Converter") -> Structure:
    """The function that makes models of a class.

    It raises `ModelError` where a value is not of the documented type or an object has no id.
    """
    fields = [each for each in attrs.fields(attrs.resolve_types(cls)) if each.name != _UNKNOWN]
    _refuse_code_of_its_own(cls, fields)
    defaults = {each.name: "" if each.default is attrs.NOTHING else each.default for each in fields}
    scope: dict[str, Any] = {
        "ModelError": ModelError,
        "UnheldValue": UnheldValue,
        "cls": cls,
        "draft": _draft(cls),
        "defaults": defaults,
        "first_unset": lambda model: next(name for name in defaults if not hasattr(model, name)),
        "misfit": model_error,
    }
    code = "\n".join([_field(field, converter, scope) for field in fields])
    source = _FUNCTION.format(cls=cls.__name__, fields=code or "        pass", number=len(fields))
    structure = _compiled(source, f"<structure of {cls.__module__}.{cls.__qualname__}>", scope)
    scope["keep"] = _keeper(structure, cls, defaults)
    return _respelling(structure, cls._other_spellings) if cls._other_spellings else structure


def _field(field: "attrs.Attribute[Any]", converter: "Converter", scope: dict[str, Any]) -> str:
    """The code that sets a field. What it refers to is put into the scope."""
    name, type_ = field.name, field.type
    members = [each for each in members_of(type_) if each is not NoneType]
    if len(members) == 1:
        type_ = members[0]
    hook = converter.get_structure_hook(type_)
    plain = next((each.__name__ for each in members if each in _PLAIN), None)
    if field.default is attrs.NOTHING:
        hook = _required(hook)
        unfinished = f"type(value) is not {plain} or not value" if plain else "True"
    else:
        unlike = f"type(value) is not {plain} and " if plain else ""
        unfinished = f"{unlike}value is not None"
    scope |= {f"hook_{name}": hook, f"type_{name}": type_}
    return _FIELD.format(name=name, unfinished=unfinished)


def _keeper(
    structure: Structure, cls: type[Model], defaults: Mapping[str, Any]
) -> Callable[[UnheldValue, str, Any], Model]:
    def keep(error: UnheldValue, name: str, data: dict[str, Any]) -> Model:
        if defaults[name] is not None:
            raise error.within(name) from None  # it has to be there
        made = structure({key: value for key, value in data.items() if key != name}, cls)
        kept = {key: data[key] for key in data if key == name or key in made.unknown_fields}
        changes: dict[str, Any] = {name: error.nearest, _UNKNOWN: kept}
        kept_model: Model = attrs.evolve(made, **changes)
        return kept_model

    return keep


def members_of(type_: Any) -> tuple[Any, ...]:
    """The types of a union; of any other type, that type."""
    return get_args(type_) if get_origin(type_) in (Union, UnionType) else (type_,)


def _required(hook: Structure) -> Structure:
    def structure(value: Any, type_: Any) -> Any:
        # An empty id says as little as none.
        if value == "":
            raise ModelError("", "is missing")
        return hook(value, type_)

    return structure


def _draft(cls: type[Model]) -> type[Any]:
    """A class of the same layout whose objects can be filled, and then be made into `cls`."""
    slots = {"__slots__": cls.__dict__["__slots__"]} if "__slots__" in cls.__dict__ else {}
    thawed = {name: getattr(object, name) for name in ("__init__", "__setattr__", "__delattr__")}
    return type(f"{cls.__name__}Draft", cls.__bases__, slots | thawed)


def _refuse_code_of_its_own(cls: type[Model], fields: "list[attrs.Attribute[Any]]") -> None:
    # It would have to run for each object, in `__init__`, which is what is done without here.
    defaults = (NoneType, type(attrs.NOTHING), *_PLAIN)
    if hasattr(cls, "__attrs_post_init__") or any(
        field.converter or field.validator or type(field.default) not in defaults
        for field in fields
    ):
        raise TypeError(f"{cls.__name__}: a model has no converters, validators or factories")


def _respelling(structure: Structure, spellings: Mapping[str, str]) -> Structure:
    """The same for a class some of whose fields have a second name at the vendor's."""

    def structure_respelled(data: Any, type_: Any) -> Any:
        if type(data) is dict:
            for theirs, ours in spellings.items():
                if theirs in data:
                    either = data[theirs] if data.get(ours) is None else data[ours]
                    data = {k: v for k, v in data.items() if k != theirs} | {ours: either}
        return structure(data, type_)

    return structure_respelled


def _compiled(source: str, file: str, scope: dict[str, Any]) -> Structure:
    """The function in a source text, which tracebacks show like any other."""
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    constants = compile(source, file, "exec").co_consts
    return FunctionType(next(each for each in constants if isinstance(each, CodeType)), scope)
