"""An asyncio client for OnceHub: the whole API, within its rate limits, typed.

async with OnceHub() as oncehub:
    async for booking in oncehub.bookings.list(status="scheduled"):
        print(booking.id, booking.starting_time)
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .attempts import Attempt, AttemptHook
from .budget import Budget, Limits, Outcome, Permit, Priority, RateBudget
from .client import OnceHub, Resources
from .clock import Clock
from .errors import (
    AuthenticationError,
    BadRequestError,
    ClientStateError,
    ConfigurationError,
    ConflictError,
    ConnectError,
    ConnectionLostError,
    DeadlineExceededError,
    DeletedObjectError,
    GoneError,
    InvalidParameterError,
    InvalidResponseError,
    NetworkError,
    NotFoundError,
    OnceHubError,
    OutcomeUnknownError,
    PaginationError,
    PaymentRequiredError,
    PermissionDeniedError,
    RateLimitError,
    RequestError,
    RequestTimeoutError,
    ResponseError,
    ServerError,
    UnconfirmedError,
    UnexpectedStatusError,
    UnprocessableError,
)
from .retry import RetryPolicy
from .version import __version__

if TYPE_CHECKING:
    from .listing import Listing
    from .models import id_of
    from .page import Page
    from .parameters import UNSET, Unset
    from .resources import KeyValidation
    from .walk import Walk

__all__ = [
    "UNSET",
    "Attempt",
    "AttemptHook",
    "AuthenticationError",
    "BadRequestError",
    "Budget",
    "ClientStateError",
    "Clock",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "DeletedObjectError",
    "GoneError",
    "InvalidParameterError",
    "InvalidResponseError",
    "KeyValidation",
    "Limits",
    "Listing",
    "NetworkError",
    "NotFoundError",
    "OnceHub",
    "OnceHubError",
    "Outcome",
    "OutcomeUnknownError",
    "Page",
    "PaginationError",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "Permit",
    "Priority",
    "RateBudget",
    "RateLimitError",
    "RequestError",
    "RequestTimeoutError",
    "Resources",
    "ResponseError",
    "RetryPolicy",
    "ServerError",
    "UnconfirmedError",
    "UnexpectedStatusError",
    "UnprocessableError",
    "Unset",
    "Walk",
    "__version__",
    "id_of",
]

# What needs the models is imported when it is first used; the rest is there at once.
_LATER = {
    "UNSET": "parameters",
    "KeyValidation": "resources",
    "Listing": "listing",
    "Page": "page",
    "Unset": "parameters",
    "Walk": "walk",
    "id_of": "models",
    "models": "models",
    "resources": "resources",
}


if not TYPE_CHECKING:  # type checkers would take it as a promise that every name exists

    def __getattr__(name: str) -> object:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = import_module(f".{_LATER[name]}", __name__)
        value = module if name == _LATER[name] else getattr(module, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
