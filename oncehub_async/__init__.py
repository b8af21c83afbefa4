"""An asyncio client for OnceHub: the whole API, within its rate limits, typed.

async with OnceHub() as oncehub:
    async for booking in oncehub.bookings.list(status="scheduled"):
        print(booking.id, booking.starting_time)
"""

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
from .listing import Listing, Page
from .models import id_of
from .parameters import UNSET, Unset
from .resources import KeyValidation
from .retry import RetryPolicy
from .version import __version__

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
    "__version__",
    "id_of",
]
