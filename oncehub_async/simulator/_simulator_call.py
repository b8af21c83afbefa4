"""A request as an operation sees it."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import attrs

from .._ground import load_json
from ._data.kind import Body
from ._service_answers import SimulatedAnswer, invalid
from ._state import AccountState


@attrs.frozen
class Call:
    """One call of an operation: `now` is milliseconds since 1970, `id` that of the path."""

    state: AccountState
    now: int
    id: str = ""
    query: Mapping[str, str] = attrs.field(factory=dict)
    repeated: frozenset[str] = frozenset()
    """Query parameters that came more than once."""
    raw_body: bytes = b""

    def fields(self) -> Body:
        """The JSON object in the body; no body is an empty one.

        Raises ApiError (400) for anything else.
        """
        if not self.raw_body.strip():
            return {}
        try:
            body = load_json(self.raw_body)
        except ValueError:
            raise invalid("The request body is not valid JSON.", "body") from None
        if not isinstance(body, dict):
            raise invalid("The request body must be a JSON object.", "body")
        if not _nests_at_most(body, _DEEPEST):
            raise invalid(f"The request body is nested deeper than {_DEEPEST} levels.", "body")
        return body

    def refuse_unknown_parameters(self, known: frozenset[str]) -> None:
        """Raise ApiError (400) for a query parameter that isn't known or came twice."""
        for name in self.query:
            if name not in known:
                raise invalid(f"Received unknown parameter: {name}", name)
            if name in self.repeated:
                raise invalid(f"Received more than one value for parameter: {name}", name)


# JSON can be read deeper than it can be written: what is stored has to fit into every answer.
_DEEPEST = 50


def _nests_at_most(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_nests_at_most(one, levels - 1) for one in inner)


Handler = Callable[[Call], SimulatedAnswer | Coroutine[Any, Any, SimulatedAnswer]]


@attrs.frozen
class SimulatedOperation:
    """One of the vendor's operations: its id, method, path template, and what it does.

    `product` is the one of the two products that it belongs to, None for both.
    """

    id: str
    method: str
    path: str
    handle: Handler = attrs.field(repr=False)
    product: str | None = None
