"""`--set data.status=canceled`: fields of an event that are to have other values."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, get_args, get_type_hints

from .._ground import checks, did_you_mean, load_json
from ..errors import InvalidParameterError
from ..models import Booking, Conversation, Model, meanings_of

_OPTION = "--set"
_INSIST = "--unlisted sets it all the same"
_MODELS: dict[str, type[Model]] = {"booking": Booking, "conversation": Conversation}


def set_fields(event: dict[str, Any], settings: Sequence[str], *, unlisted: bool) -> None:
    """Change an event in place.

    A value is JSON, or else a text; where a text was, it is a text. Raises `InvalidParameterError`
    for what is no PATH=VALUE, and, unless `unlisted`, for a field that OnceHub doesn't list.
    """
    for setting in settings:
        path, equals, text = setting.partition("=")
        names = path.strip().split(".")
        if not equals or not all(names):
            raise InvalidParameterError(
                _OPTION, f"'{setting}': expected FIELD=VALUE such as data.status=canceled"
            )
        _set(event, names, text, unlisted=unlisted)


def _set(event: dict[str, Any], names: Sequence[str], text: str, *, unlisted: bool) -> None:
    inside: Any = event
    models: list[type[Model]] = []
    for place, name in enumerate(names):
        whole = ".".join(names[: place + 1])
        if isinstance(inside, list):
            key: Any = _index(inside, name, whole)
        elif isinstance(inside, dict):
            if not unlisted:
                _refuse_unlisted(inside, models, name, whole)
            key = name
        else:
            above = ".".join(names[:place])
            raise InvalidParameterError(_OPTION, f"{above} is no object, and has no '{name}'")
        owners = models if isinstance(inside, dict) else []
        models = _models_of(models, name, event) if isinstance(inside, dict) else models
        if place == len(names) - 1:
            value = _value(text, _there(inside, key))
            if not unlisted:
                _refuse_unlisted_value(owners, name, value, whole)
            inside[key] = value
        else:
            if _there(inside, key) is None:
                inside[key] = {}
            inside = inside[key]


def _there(inside: Any, key: Any) -> object:
    return inside.get(key) if isinstance(inside, dict) else inside[key]


def _index(inside: list[Any], name: str, whole: str) -> int:
    if not name.isascii() or not name.isdigit() or int(name) > len(inside):
        raise InvalidParameterError(
            _OPTION, f"'{whole}': there are {len(inside)}; name one by its number, from 0 on"
        )
    if int(name) == len(inside):
        inside.append(None)
    return int(name)


def _value(text: str, before: object) -> Any:
    try:
        value = load_json(text)
    except ValueError:
        return text
    # An id that looks like a number is none.
    return text if isinstance(before, str) and isinstance(value, int | float | bool) else value


def _refuse_unlisted(
    inside: dict[str, Any], models: Sequence[type[Model]], name: str, whole: str
) -> None:
    listed = [*inside, *(field for model in models for field in _fields(model))]
    if name not in listed:
        raise InvalidParameterError(
            _OPTION, f"'{whole}' is no field of an event; {did_you_mean(name, listed)} ({_INSIST})"
        )


def _refuse_unlisted_value(
    owners: Sequence[type[Model]], name: str, value: object, whole: str
) -> None:
    """What no handler would ever see: a status that there isn't, a time that is none."""
    if not isinstance(value, str):
        return
    meanings = [each for owner in owners for each in meanings_of(owner) if each.name == name]
    listed = [each.value for meaning in meanings for each in meaning.values]
    if listed and value not in listed:
        hint = f"{did_you_mean(value, listed)} ({_INSIST})"
        raise InvalidParameterError(_OPTION, f"'{value}' is no {whole}; {hint}")
    if datetime in _kinds_of(owners, name):
        try:
            checks.written_time(value, _OPTION)
        except InvalidParameterError:
            raise InvalidParameterError(
                _OPTION,
                f"{whole}: '{value}' is no time such as 2026-01-31T08:00:00Z ({_INSIST})",
            ) from None


def _fields(model: type[Model]) -> Iterator[str]:
    yield from (
        name for name in get_type_hints(model) if name[0] != "_" and name != "unknown_fields"
    )


def _models_of(
    models: Sequence[type[Model]], name: str, event: dict[str, Any]
) -> list[type[Model]]:
    """Which models a field's value can have."""
    if not models:
        family = str(event.get("type")).partition(".")[0]
        return [_MODELS[family]] if name == "data" and family in _MODELS else []
    return [each for each in _kinds_of(models, name) if issubclass(each, Model)]


def _kinds_of(models: Sequence[type[Model]], name: str) -> list[type]:
    """Of which types a field of these models can be."""
    hints = [get_type_hints(model).get(name) for model in models]
    return [each for hint in hints for each in _classes(hint)]


def _classes(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for each in get_args(hint):
        yield from _classes(each)
