"""What an answer means: data, or which error. Pure rules over a status, headers and bytes.

Source: https://help.oncehub.com/developers/overview/error-handling, https://help.oncehub.com/developers/overview/request-ids
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import attrs
from multidict import CIMultiDictProxy

from .._ground import load_json
from ..errors import (
    AuthenticationError,
    BadRequestError,
    ConflictError,
    GoneError,
    InvalidResponseError,
    NotFoundError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    ResponseError,
    ServerError,
    UnexpectedStatusError,
    UnprocessableError,
)
from .error_text import param_name, without_personal_data
from .request import Request
from .retry_after import http_date, retry_after

REQUEST_ID_HEADER = "Request-Id"
_LONGEST_MESSAGE = 500
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@attrs.frozen(repr=False)
class RawAnswer:
    """A complete answer of the service."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def links(self) -> str:
        """The Link headers in one."""
        return ", ".join(self.headers.getall("Link", []))

    @property
    def request_id(self) -> str | None:
        return self.headers.get(REQUEST_ID_HEADER) or None


def read(request: Request, answer: RawAnswer, wall_time: datetime | None = None) -> Any:
    """The JSON data of a success, of which some have none.

    Raises the `ResponseError` of the status, or `InvalidResponseError` where a success's body
    is no JSON.
    """
    if not 200 <= answer.status <= 299:
        raise response_error(request, answer, wall_time or datetime.now(UTC))
    if request.may_be_answered_with_nothing and not answer.body:
        return request.nothing
    try:
        return load_json(answer.body)
    except ValueError:
        raise InvalidResponseError(
            f"the answer to a {answer.status} is not JSON ({_look(answer.body)})",
            method=request.method,
            path=request.path,
            status=answer.status,
            request_id=answer.request_id,
        ) from None


def response_error(request: Request, answer: RawAnswer, wall_time: datetime) -> ResponseError:
    """The error for a status that is not a success, whatever the body holds."""
    body = _error_body(answer.body)
    kind, message, param = (_text(body.get(name)) for name in ("type", "message", "param"))
    cls = error_class(answer.status)
    if message is not None:
        said = without_personal_data(message[:_LONGEST_MESSAGE], param)
    else:
        said = f"no message ({_look(answer.body)})"
    named = param_name(param)
    details = f" (param {named})" if named else ""
    if answer.status in _REDIRECTS:
        said = "a redirect, which is not followed since it would carry the API key elsewhere"
    return cls(
        f"{answer.status} {kind or ''}".rstrip() + f": {said}{details}",
        method=request.method,
        path=request.path,
        status=answer.status,
        type=kind,
        message=message,
        param=param,
        request_id=answer.request_id,
        retry_after=retry_after(answer.headers, _sent(answer, wall_time)),
    )


def _sent(answer: RawAnswer, wall_time: datetime) -> datetime:
    """When the answer was sent, by the clock that its dates are of; ours may differ."""
    return http_date(answer.headers.get("Date", "")) or wall_time


def _error_body(body: bytes) -> Mapping[str, Any]:
    try:
        data = load_json(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _look(body: bytes) -> str:
    """What kind of thing a body is, without quoting it."""
    if not body.strip():
        return "empty body"
    start = body[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<")):
        return f"an HTML page of {len(body)} bytes"
    try:
        body.decode()
    except UnicodeDecodeError:
        return f"{len(body)} bytes that are not UTF-8"
    return f"{len(body)} bytes of another form"


_BY_STATUS: dict[int, type[ResponseError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    422: UnprocessableError,
    429: RateLimitError,
}


def error_class(status: int) -> type[ResponseError]:
    """The class for a status that is not a success."""
    if 500 <= status <= 599:
        return ServerError
    return _BY_STATUS.get(status, UnexpectedStatusError)
