"""What an agent passes to a tool, compared with what the tool takes."""

from collections.abc import Mapping
from typing import Any

from .._ground import did_you_mean, dump_any_json
from ..errors import InvalidParameterError
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
