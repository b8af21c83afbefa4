"""A request that no method of the package knows: any path below the base URL."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from yarl import URL

from .._ground import checks, dump_any_json
from ..errors import InvalidParameterError
from .request import Operation, Request

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
QueryValue = str | int | float | bool | datetime | Iterable[str] | None

_EXAMPLE = "expected one below the base URL, such as '/bookings/BKNG-J4FR05BKEWEX'"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\")
# What is in a path may be a person's: only words and ids get into errors, only words into logs.
_WORD = re.compile(r"[a-z]+(?:[-_][a-z]+)*|v\d{1,3}")
_ID = re.compile(r"[A-Z]{2,8}-[A-Z0-9]+")
_STAYS = "/%:@!$&'()*+,;=~-._"


def any_request(
    base_url: URL,
    method: str,
    path: str,
    query: Mapping[str, QueryValue] | None = None,
    json: Any = None,
) -> Request:
    """The request that a caller wrote out. Raises `InvalidParameterError`."""
    verb = _method(method)
    segments = _below(base_url, path).split("/")
    if verb == "GET" and json is not None:
        raise InvalidParameterError("json", "a GET has no body; pass query=")
    return Request(
        Operation(verb, "/".join(_in_logs(segment) for segment in segments)),
        query=_query({} if query is None else query),
        body=None if json is None else _body(json),
        literal_path="/".join(quote(segment, safe=_STAYS) for segment in segments),
        shown_path="/".join(_in_errors(segment) for segment in segments),
    )


def _method(method: object) -> str:
    verb = method.upper() if isinstance(method, str) else method
    return checks.choice(verb, METHODS, "method")


def _below(base_url: URL, path: object) -> str:
    """The path after the base URL's, with a slash before it."""
    text = checks.required_text(path, "path")
    base = str(base_url)
    if text == base or text.startswith((f"{base}/", f"{base}?")):
        text = text[len(base) :]
    if _SCHEME.match(text):
        raise InvalidParameterError("path", f"leads elsewhere; {_EXAMPLE}")
    if "?" in text or "#" in text:
        raise InvalidParameterError("path", "holds '?' or '#'; pass query= for the parameters")
    if not text.isprintable() or "\\" in text or text != text.strip():
        raise InvalidParameterError("path", f"holds spaces at an end or odd signs; {_EXAMPLE}")
    text = text if text.startswith("/") else f"/{text}"
    # A server takes %2e for a dot, some even after another round of decoding.
    if any(unquote(unquote(segment)) in (".", "..") for segment in text.split("/")):
        raise InvalidParameterError("path", f"holds '.' or '..' between slashes; {_EXAMPLE}")
    return text


def _in_logs(segment: str) -> str:
    return segment if not segment or _WORD.fullmatch(segment) else "{id}"


def _in_errors(segment: str) -> str:
    return segment if not segment or _WORD.fullmatch(segment) or _ID.fullmatch(segment) else "…"


def _query(query: object) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in checks.mapping(query, "query", "names to values").items():
        checks.required_text(name, "query")
        if value is not None:
            values[name] = _query_value(value, f"query[{name!r}]")
    return values


def _query_value(value: object, param: str) -> str:
    match value:
        case str():
            return value if value == "" else checks.required_text(value, param)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _body(value, param).decode()
        case datetime():
            return str(checks.moment(value, param))
        case Iterable() if not isinstance(value, bytes | Mapping):
            return ",".join(checks.texts(value, param))
    raise InvalidParameterError(
        param,
        "expected text, a number, True or False, an aware datetime or several texts, "
        f"got {type(value).__name__}",
    )


def _body(json: object, param: str = "json") -> bytes:
    try:
        return dump_any_json(json)
    except (TypeError, ValueError):
        raise InvalidParameterError(param, "holds a value that JSON can't express") from None
