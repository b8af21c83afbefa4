"""What every resource does: send a request of an operation, and give models."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import attrs

from .._http import Caller, Operation, Reply, Request, json_body, without_none
from .._lists import Listing, PageSource, model_item
from .._rate import Priority
from ..errors import DeletedObjectError, ModelError
from ..models import Deleted, Model, from_dict

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@attrs.frozen(eq=False, repr=False)
class Resource:
    """A part of the API. Each method is one of the vendor's operations."""

    _caller: Caller
    _priority: Priority | None = None
    """None: single calls are interactive, walks through lists are bulk work."""

    async def _call(
        self,
        operation: Operation,
        cls: type[M],
        *,
        id: str | None = None,
        query: Mapping[str, str | None] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> M:
        request = _request(operation, id, query, body)
        return await self._send(request, lambda reply: _object(request, reply, cls))

    async def _call_for_array(
        self, operation: Operation, cls: type[M], *, id: str, query: Mapping[str, str | None]
    ) -> list[M]:
        return await self._send(
            _request(operation, id, query, None), lambda reply: _array(reply, cls)
        )

    async def _send(self, request: Request, decode: Callable[[Reply], T]) -> T:
        priority = Priority.INTERACTIVE if self._priority is None else self._priority
        return await self._caller.call(request, decode, priority)

    def _listing(
        self, operation: Operation, cls: type[M], query: Mapping[str, str | None]
    ) -> Listing[M]:
        walk = Priority.BULK if self._priority is None else self._priority
        single = Priority.INTERACTIVE if self._priority is None else self._priority
        source = PageSource(self._caller, operation, model_item(cls))
        by_time = "creation_time.gt" in query
        return Listing(source, without_none(query), walk, single, by_time)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _request(
    operation: Operation,
    id: str | None,
    query: Mapping[str, str | None] | None,
    body: Mapping[str, Any] | None,
) -> Request:
    return Request(
        operation,
        id=id,
        query=without_none(query or {}),
        body=None if body is None else json_body(body),
    )


def _object(request: Request, reply: Reply, cls: type[M]) -> M:
    data = reply.data
    if cls is not Deleted and isinstance(data, dict) and data.get("deleted") is True:
        raise DeletedObjectError(
            "the object has been deleted",
            method=request.method,
            path=request.path,
            status=reply.status,
            request_id=reply.request_id,
            id=str(data.get("id")),
            object_type=data.get("object"),
        )
    return from_dict(data, cls)


def _array(reply: Reply, cls: type[M]) -> list[M]:
    if not isinstance(reply.data, list):
        raise ModelError("", "expected an array")
    return [from_dict(item, cls, at=f"[{i}]") for i, item in enumerate(reply.data)]
