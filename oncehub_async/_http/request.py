"""A request to one operation of the API, before it touches the network."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import attrs
from yarl import URL

from .._ground import dump_any_json
from ..errors import InvalidParameterError


@attrs.frozen
class Operation:
    """One of the vendor's operations, such as GET /bookings/{id}."""

    method: str
    path: str

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once.

        A GET changes nothing; a PATCH sets the same values again; a DELETE finds nothing left to
        delete. Every POST of this API creates something or sends messages to people.
        """
        return self.method != "POST"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@attrs.frozen
class Request:
    """An operation with its arguments. Ids, filters and bodies stay out of its repr."""

    operation: Operation
    id: str | None = attrs.field(default=None, repr=False)
    query: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    literal_path: str | None = attrs.field(default=None, repr=False, kw_only=True)
    """Where the caller wrote the path: as it is sent."""
    shown_path: str | None = attrs.field(default=None, kw_only=True)
    """... and what of it may stand in errors."""

    @property
    def method(self) -> str:
        return self.operation.method

    @property
    def path(self) -> str:
        """The path below the base URL, with the id in it, without the query; for errors."""
        if self.shown_path is not None:
            return self.shown_path
        if self.id is None:
            return self.operation.path
        return self.operation.path.replace("{id}", quote(self.id, safe=""))

    def url(self, base: URL) -> URL:
        """The whole URL."""
        query = f"?{urlencode(self.query, quote_via=quote)}" if self.query else ""
        path = self.path if self.literal_path is None else self.literal_path
        return URL(f"{base}{path}{query}", encoded=True)

    @property
    def may_be_answered_with_nothing(self) -> bool:
        return self.method == "DELETE" or self.literal_path is not None

    @property
    def nothing(self) -> Any:
        """The data of an answer that holds none."""
        return None if self.literal_path is not None else {"id": self.id, "deleted": True}


def json_body(fields: Mapping[str, Any]) -> bytes:
    """The body of a request. Raises `InvalidParameterError` for what JSON can't express."""
    for name, value in fields.items():
        try:
            dump_any_json(value)
        except (TypeError, ValueError):
            raise InvalidParameterError(name, "holds a value that JSON can't express") from None
    return dump_any_json(dict(fields))


def without_none(query: Mapping[str, str | None]) -> dict[str, str]:
    """The parameters that have a value."""
    return {name: value for name, value in query.items() if value is not None}
