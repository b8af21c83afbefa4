"""One call to the service: its key, its attempts, its answer."""

from .api_key import KEY_VARIABLE, ApiKey, KeyProvider, KeySource
from .base_url import URL_VARIABLE, choose_base_url, choose_proxy, is_loopback
from .call import Caller, Reply
from .literal_request import QueryValue, any_request
from .request import Operation, Request, json_body, without_none
from .request_attempt import AttemptHook, CallSpan, CallTracing, RequestAttempt, StartedCall
from .retry import RetryPolicy
from .transport import Transport, open_session

__all__ = [
    "KEY_VARIABLE",
    "URL_VARIABLE",
    "ApiKey",
    "AttemptHook",
    "CallSpan",
    "CallTracing",
    "Caller",
    "KeyProvider",
    "KeySource",
    "Operation",
    "QueryValue",
    "Reply",
    "Request",
    "RequestAttempt",
    "RetryPolicy",
    "StartedCall",
    "Transport",
    "any_request",
    "choose_base_url",
    "choose_proxy",
    "is_loopback",
    "json_body",
    "open_session",
    "without_none",
]
