"""What an operation answers: an object, or an error in the service's own words."""

from typing import Any, Literal

import attrs

ErrorType = Literal[
    "authentication_error", "invalid_request_error", "rate_limit_error", "api_error"
]


@attrs.frozen
class SimulatedAnswer:
    """A status, what goes into the body as JSON, and headers beyond the usual ones."""

    body: Any
    status: int = 200
    headers: dict[str, str] = attrs.field(factory=dict)


@attrs.frozen
class ApiError(Exception):
    """A refusal, as the vendor's schema `Error` shows it."""

    status: int
    type: ErrorType
    message: str
    param: str | None = None

    @property
    def answer(self) -> SimulatedAnswer:
        """The error as it is sent."""
        body = {"type": self.type, "message": self.message}
        if self.param is not None:
            body["param"] = self.param
        return SimulatedAnswer(body, self.status)


def invalid(message: str, param: str | None = None, status: int = 400) -> ApiError:
    """An `invalid_request_error`: 400 and most other statuses carry this type."""
    return ApiError(status, "invalid_request_error", message, param)


def not_found(noun: str, id: str, param: str = "id") -> ApiError:
    """404 `No such booking: '123'`"""
    return invalid(f"No such {noun}: '{id}'", param, 404)


def missing(param: str) -> ApiError:
    """400 for a required field that isn't there."""
    return invalid("Required fields are missing.", param)


INVALID_KEY = ApiError(401, "authentication_error", "Invalid API key.")
NO_API_ACCESS = ApiError(
    403,
    "authentication_error",
    "Your account plan does not support API access. To use the OnceHub API, you must upgrade to "
    "the Enterprise plan.",
)
RATE_LIMITED = ApiError(429, "rate_limit_error", "Request rate limit exceeded")
UNEXPECTED = ApiError(500, "api_error", "An unexpected error occurred. Please try again later.")
