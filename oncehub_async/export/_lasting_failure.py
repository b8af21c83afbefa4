"""Whether what failed would fail again: then the same command is no remedy."""

from ..errors import (
    ConnectError,
    InvalidParameterError,
    RateLimitError,
    ResponseError,
    ServerError,
)
from ._formats import BrokenFileError
from ._spool import SpoolError


def is_lasting(error: Exception) -> bool:
    """Whether the same would end the same, as long as nobody changes anything."""
    match error:
        case RateLimitError() | ServerError():
            return False
        case ResponseError():
            return error.type is not None  # the service says so itself, and no gateway
        case ConnectError():
            return not error.can_be_repeated
    return isinstance(error, BrokenFileError | InvalidParameterError | SpoolError)
