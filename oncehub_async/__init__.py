"""An asyncio client for OnceHub: the whole API, within its rate limits, typed.

async with OnceHub() as oncehub:
    async for booking in oncehub.bookings.list(status="scheduled"):
        print(booking.id, booking.starting_time)
"""

__version__ = "0.2.0"

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

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
    ModelError,
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
    StillRateLimitedError,
    UnconfirmedError,
    UnexpectedStatusError,
    UnprocessableError,
)

if TYPE_CHECKING:
    from ._client import OnceHub, Resources
    from ._ground import UNSET, Clock, Unset
    from ._http import (
        AttemptHook,
        CallSpan,
        CallTracing,
        KeyProvider,
        RequestAttempt,
        RetryPolicy,
        StartedCall,
    )
    from ._lists import Listing, Page, Walk
    from ._rate import (
        Budget,
        FileBudget,
        Forecast,
        Limits,
        Permit,
        Priority,
        RateBudget,
        RedisBudget,
        RequestOutcome,
        Room,
        SharedBudget,
        TellingBudget,
        budget_at,
    )
    from .models import id_of
    from .resources import KeyValidation

__all__ = [
    "UNSET",
    "AttemptHook",
    "AuthenticationError",
    "BadRequestError",
    "Budget",
    "CallSpan",
    "CallTracing",
    "ClientStateError",
    "Clock",
    "ConfigurationError",
    "ConflictError",
    "ConnectError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "DeletedObjectError",
    "FileBudget",
    "Forecast",
    "GoneError",
    "InvalidParameterError",
    "InvalidResponseError",
    "KeyProvider",
    "KeyValidation",
    "Limits",
    "Listing",
    "ModelError",
    "NetworkError",
    "NotFoundError",
    "OnceHub",
    "OnceHubError",
    "OutcomeUnknownError",
    "Page",
    "PaginationError",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "Permit",
    "Priority",
    "RateBudget",
    "RateLimitError",
    "RedisBudget",
    "RequestAttempt",
    "RequestError",
    "RequestOutcome",
    "RequestTimeoutError",
    "Resources",
    "ResponseError",
    "RetryPolicy",
    "Room",
    "ServerError",
    "SharedBudget",
    "StartedCall",
    "StillRateLimitedError",
    "TellingBudget",
    "UnconfirmedError",
    "UnexpectedStatusError",
    "UnprocessableError",
    "Unset",
    "Walk",
    "__version__",
    "budget_at",
    "id_of",
]

# The rest is imported when it is first used: it needs aiohttp, which `oncehub --help` doesn't.
_LATER = {
    "_client": ("OnceHub", "Resources"),
    "_ground": ("UNSET", "Clock", "Unset"),
    "_http": (
        "AttemptHook",
        "CallSpan",
        "CallTracing",
        "KeyProvider",
        "RequestAttempt",
        "RetryPolicy",
        "StartedCall",
    ),
    "_lists": ("Listing", "Page", "Walk"),
    "_rate": (
        "Budget",
        "FileBudget",
        "Forecast",
        "Limits",
        "Permit",
        "Priority",
        "RateBudget",
        "RedisBudget",
        "RequestOutcome",
        "Room",
        "SharedBudget",
        "TellingBudget",
        "budget_at",
    ),
    "models": ("id_of",),
    "resources": ("KeyValidation",),
}
_ROOM_OF = {name: room for room, names in _LATER.items() for name in names}
_MODULES = ("models", "resources")


if not TYPE_CHECKING:  # type checkers would take it as a promise that every name exists

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return _import_module(f".{name}", __name__)
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(_import_module(f".{_ROOM_OF[name]}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOM_OF, *_MODULES})


del TYPE_CHECKING  # what stands here without an underscore is for users
