"""Everything that can go wrong, in one tree.

    OnceHubError
    ├── ConfigurationError              the client can't be built like this (also a ValueError)
    ├── InvalidParameterError           refused before a request was spent (also a ValueError)
    ├── ClientStateError                used before it was opened or after it was closed
    ├── UnconfirmedError                a page told of a booking that isn't so
    ├── ModelError                      data that is not of a model's form (also a ValueError)
    └── RequestError                    a call failed
        ├── NetworkError                no complete answer came
        │   ├── ConnectError            nothing was sent
        │   ├── ConnectionLostError     the connection broke after that
        │   └── RequestTimeoutError     no answer in time (also a TimeoutError)
        ├── InvalidResponseError        an answer came that can't be read
        ├── ResponseError               the service said no
        │   ├── BadRequestError         400
        │   ├── AuthenticationError     401
        │   ├── PaymentRequiredError    402
        │   ├── PermissionDeniedError   403
        │   ├── NotFoundError           404
        │   ├── ConflictError           409
        │   ├── GoneError               410
        │   ├── UnprocessableError      422
        │   ├── RateLimitError          429
        │   ├── ServerError             5xx
        │   └── UnexpectedStatusError   anything else
        ├── DeletedObjectError          the object that was asked for has been deleted
        ├── PaginationError             a list does not lead to its end
        ├── DeadlineExceededError       the time for the whole call is over (also a TimeoutError)
        │   └── StillRateLimitedError   ... after nothing but 429s (also a RateLimitError)
        └── OutcomeUnknownError         sent, but whether the service acted on it can't be known

The vendor's `type` does not follow from the status (a 403 can be an `authentication_error` or an
`invalid_request_error`), so both are on the error.
Source: https://help.oncehub.com/developers/overview/error-handling
"""

from typing import Any as _Any

from ._printable import printable as _printable

__all__ = [
    "AuthenticationError",
    "BadRequestError",
    "ClientStateError",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "DeletedObjectError",
    "GoneError",
    "InvalidParameterError",
    "InvalidResponseError",
    "ModelError",
    "NetworkError",
    "NotFoundError",
    "OnceHubError",
    "OutcomeUnknownError",
    "PaginationError",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "RateLimitError",
    "RequestError",
    "RequestTimeoutError",
    "ResponseError",
    "ServerError",
    "StillRateLimitedError",
    "UnconfirmedError",
    "UnexpectedStatusError",
    "UnprocessableError",
]


class OnceHubError(Exception):
    """The root of every error of this package.

    Attributes that don't apply are None. `message` is the vendor's own text and may quote what
    the caller sent; the error's text (`str(error)`) leaves personal data out, and is one line with
    escapes in place of what a terminal would obey.
    """

    status: int | None = None
    type: str | None = None
    message: str | None = None
    param: str | None = None
    request_id: str | None = None
    method: str | None = None
    path: str | None = None

    def __init__(self, text: str, **details: _Any) -> None:
        super().__init__(_printable(text))
        for name, value in details.items():
            setattr(self, name, value)

    def __reduce__(self) -> tuple[_Any, ...]:
        # An error crosses process borders (multiprocessing, task queues) with its attributes, and
        # with what it came of; what others raised may hold sockets and the like, and stays behind.
        state = {**self.__dict__, "args": self.args}
        if isinstance(self.__cause__, OnceHubError):
            state["__cause__"] = self.__cause__
        return (_unpickled, (type(self),), state)


def _unpickled(kind: type[OnceHubError]) -> OnceHubError:
    """An error to be filled: what it was made with is not needed again."""
    return kind.__new__(kind)


class ConfigurationError(OnceHubError, ValueError):
    """The client can't be built like this: a key, URL or setting is missing or wrong."""


class InvalidParameterError(OnceHubError, ValueError):
    """An argument that the service would refuse; nothing was sent. `param` names it."""

    def __init__(self, param: str, text: str) -> None:
        super().__init__(f"{param}: {text}", param=param, message=text)


class ClientStateError(OnceHubError, RuntimeError):
    """The client is used before it was opened or after it was closed."""


class UnconfirmedError(OnceHubError):
    """What a page said of a booking is not so, or can't be told to be so.

    `differing` names what is missing or not the same; empty where there is no such booking.
    """

    differing: tuple[str, ...] = ()


class ModelError(OnceHubError, ValueError):
    """Data that is not of a model's form; `at` is the place, such as `data[3].contact.id`.

    Neither the text nor a repr shows the data.
    """

    def __init__(self, at: str, problem: str) -> None:
        super().__init__(f"{at or 'the object'}: {problem}")
        self.at = at
        self.problem = problem

    def within(self, outer: str) -> "ModelError":
        """The same error, seen from the object that holds this one at `outer`."""
        dot = "." if outer and self.at and self.at[0] != "[" else ""
        return ModelError(f"{outer}{dot}{self.at}", self.problem)


class RequestError(OnceHubError):
    """A call failed. `method` and `path` tell which one."""

    def __init__(self, text: str, *, method: str, path: str, **details: _Any) -> None:
        super().__init__(text, method=method, path=path, **details)

    def __str__(self) -> str:
        id_first = f"[{self.request_id}] " if self.request_id else ""
        return _printable(f"{id_first}{self.method} {self.path}: {self.args[0]}")


class NetworkError(RequestError):
    """No complete answer came."""


class ConnectError(NetworkError):
    """No connection could be made; nothing was sent."""

    can_be_repeated: bool = True
    """False where another try can't help: a certificate that doesn't hold, a proxy's refusal."""


class ConnectionLostError(NetworkError):
    """The connection broke after the request was (perhaps) sent or while the answer was read."""


class RequestTimeoutError(NetworkError, TimeoutError):
    """The answer did not come in time."""


class InvalidResponseError(RequestError):
    """An answer came that can't be read: no JSON, or not of the documented form.

    `at` is the place in the answer, such as `data[3].contact.id`, or None.
    """

    at: str | None = None


class ResponseError(RequestError):
    """The service said no. `status`, `type`, `message`, `param` and `request_id` tell why."""

    retry_after: float | None = None
    """Seconds that the service asked to wait, where it did."""


class BadRequestError(ResponseError):
    """400: a parameter is wrong; `param` names it."""


class AuthenticationError(ResponseError):
    """401: the API key is not valid."""


class PaymentRequiredError(ResponseError):
    """402: the host has no seat assigned."""


class PermissionDeniedError(ResponseError):
    """403: the plan has no API access, or the object can't be changed through the API."""


class NotFoundError(ResponseError):
    """404: no such object, or a path of the product that the account doesn't have."""


class ConflictError(ResponseError):
    """409: exists already, or its state forbids the change."""


class GoneError(ResponseError):
    """410: the object to change has been deleted."""


class UnprocessableError(ResponseError):
    """422: understood, but not possible (a paid booking, an unpublished calendar, ...)."""


class RateLimitError(ResponseError):
    """429: more than 5 requests a second for the account or 200 in 5 minutes for the address."""


class ServerError(ResponseError):
    """5xx: the service, or a gateway before it, is in trouble."""


class UnexpectedStatusError(ResponseError):
    """A status that the API does not document, such as a redirect."""


class DeletedObjectError(RequestError):
    """The object that was asked for has been deleted. `id` and `object_type` name it."""

    id: str
    object_type: str | None = None


class PaginationError(RequestError):
    """A list does not lead to its end: a cursor came twice, or a page did not advance."""


class DeadlineExceededError(RequestError, TimeoutError):
    """The time for the whole call, waits for the rate budget included, is over.

    It ran out while waiting, not while a request was under way (which would be a
    `RequestTimeoutError` or an `OutcomeUnknownError`): what may not be done twice was not done.
    """


class StillRateLimitedError(DeadlineExceededError, RateLimitError):
    """The time for the whole call is over, and the last answer was a 429.

    `status`, `type`, `message`, `request_id` and `retry_after` are that refusal's.
    """


class OutcomeUnknownError(RequestError):
    """A change was sent, and whether the service acted on it can't be known.

    It was not repeated, so that nothing happens twice. Look (get the booking, list the calendar's
    bookings) before you try again. `__cause__` is what went wrong.
    """
