"""What an agent passes to a tool, compared with what the tool takes."""

from collections.abc import Mapping
from typing import Any

from .._ground import did_you_mean, dump_any_json
from ..errors import InvalidParameterError, ModelError
from ..models import Model, from_dict
from ..resources import ContactFields
from ._agent_tools import Tool

_MOST_BYTES = 8_000
"""So that a plan has room for all that it is about."""
_TYPES = {"string": str, "boolean": bool, "object": dict, "array": list}
_EXPECTED = {
    "string": "a text",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}

_IDENTIFIERS = ("email", "mobile_phone")
_NAMES = ("first_name", "last_name")
_CONTACT = (*_NAMES, *_IDENTIFIERS, *ContactFields.__annotations__)
_NO_TEXTS = {
    "employees": (int, "a whole number"),
    "has_consent": (bool, "true or false"),
    "terms_of_sevice": (bool, "true or false"),
    "custom_fields": (dict, "an object"),
}
"""Fields of contacts that hold something else, by the vendor's names."""


def checked(tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call. Raises `InvalidParameterError`, which names the one at fault."""
    try:
        size = len(dump_any_json(given))
    except (TypeError, ValueError, RecursionError):
        raise InvalidParameterError("arguments", "hold what JSON can't express") from None
    if size > _MOST_BYTES:
        raise InvalidParameterError(
            "arguments", f"are longer than {_MOST_BYTES:,} bytes: shorten them"
        )
    known = tool.announced().input_schema["properties"]
    for name, value in given.items():
        if name not in known:
            raise InvalidParameterError(name, f"is not known; {did_you_mean(name, known)}")
        kind = known[name].get("type", "string")
        if not isinstance(value, _TYPES[kind]):
            raise InvalidParameterError(name, f"expected {_EXPECTED[kind]}")
        allowed = known[name].get("enum")
        if allowed is not None and value not in allowed:
            raise InvalidParameterError(name, did_you_mean(value, allowed))
    for name in tool.required:
        if name not in given:
            raise InvalidParameterError(name, "is missing")
    return dict(given)


def contact_fields(given: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
    """The fields of a contact. Raises `InvalidParameterError`, which names the one at fault."""
    for name, value in given.items():
        if name not in _CONTACT:
            raise InvalidParameterError(
                f"fields.{name}", f"is not known; {did_you_mean(name, _CONTACT)}"
            )
        if name in _IDENTIFIERS and not is_new:
            raise InvalidParameterError(f"fields.{name}", "can't be changed by the API")
        kind, expected = _NO_TEXTS.get(name, (str, "a text"))
        # Only when it is added can a field be left open by null.
        if type(value) is not kind and not (value is None and is_new):
            raise InvalidParameterError(f"fields.{name}", f"expected {expected}")
        if name in _NAMES and not value:
            raise InvalidParameterError(f"fields.{name}", "is empty")
    if not given:
        raise InvalidParameterError("fields", "is empty: pass what to set")
    if is_new:
        _check_new(given)
    return dict(given)


def _check_new(fields: Mapping[str, Any]) -> None:
    for name in _NAMES:
        if name not in fields:
            raise InvalidParameterError(f"fields.{name}", "is missing")
    if not any(fields.get(name) for name in _IDENTIFIERS):
        raise InvalidParameterError("fields.email", "pass an email or a mobile_phone")


def hours_of(given: list[Any], cls: type[Any], name: str) -> list[Any]:
    """Days or dates of that class. Raises `InvalidParameterError`, which says where."""
    made: list[Model] = []
    for at, each in enumerate(given):
        try:
            made.append(from_dict(each, cls, at=f"{name}[{at}]"))
        except ModelError as error:
            raise InvalidParameterError(name, str(error)) from None
    return made
