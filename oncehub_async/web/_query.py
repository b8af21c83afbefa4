"""Query strings: taken apart without losing anything, and put together for any text.

https://url.spec.whatwg.org/#application/x-www-form-urlencoded
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote_plus

import attrs

from .._ground import checks


@attrs.frozen
class QueryParameter:
    """A name and its value, decoded; `raw` is how the two stand in the link."""

    name: str
    value: str = attrs.field(repr=False)
    raw: str = attrs.field(repr=False, eq=False)


def folded(name: str) -> str:
    """A parameter's name as it is compared: OnceHub reads names in upper and lower case alike."""
    return name.lower()


def parse_query(query: str) -> tuple[QueryParameter, ...]:
    """The parameters in their order; what is not UTF-8 is decoded with U+FFFD in its place."""
    return tuple(_parse_pair(pair) for pair in query.split("&") if pair)


def _parse_pair(raw: str) -> QueryParameter:
    name, _, value = raw.partition("=")
    return QueryParameter(unquote_plus(name), unquote_plus(value), raw)


def query_parameter(name: str, value: object, param: str) -> QueryParameter:
    """A parameter with any text as its value; `param` names it in the error."""
    text = checks.any_text(value, param)
    return QueryParameter(name, text, f"{encode(name, param)}={encode(text, param)}")


def encode(text: str, param: str) -> str:
    """Percent-encoded UTF-8: only letters, digits and `-._~` stand for themselves.

    A space becomes `%20`, for `+` is a space to some readers and a plus to others.
    """
    return quote(checks.encodable(text, param), safe="")


def changed(
    parameters: Iterable[QueryParameter], changes: Mapping[str, QueryParameter | None]
) -> tuple[QueryParameter, ...]:
    """What is set takes the place of what was there, else comes last; None takes it out.

    Of a name that stood there several times, in whatever case, only the new one is left.
    """
    open_changes = {folded(name): change for name, change in changes.items()}
    changing = frozenset(open_changes)
    result = []
    for parameter in parameters:
        if (name := folded(parameter.name)) not in changing:
            result.append(parameter)
        elif (replacement := open_changes.pop(name, None)) is not None:
            result.append(replacement)
    return (*result, *(added for added in open_changes.values() if added is not None))


def query_text(parameters: Iterable[QueryParameter]) -> str:
    """The query string, without a question mark."""
    return "&".join(parameter.raw for parameter in parameters)
