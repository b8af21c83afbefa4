"""Takes a request in and gives an answer back: key, limits, operation. It knows no HTTP library."""

import inspect
from collections.abc import Mapping
from urllib.parse import parse_qsl

import attrs

from ._account_settings import Account
from ._faults import Fault
from ._keys import Keys
from ._list_faults import after, before
from ._listing.list_answers import ListOperation
from ._operations.operations_table import Match, MethodNotAllowed, match
from ._rate_limits import RateLimiter
from ._service_answers import (
    INVALID_KEY,
    NO_API_ACCESS,
    RATE_LIMITED,
    ApiError,
    SimulatedAnswer,
    invalid,
)
from ._simulator_call import Call, SimulatedOperation
from ._state import AccountState

PREFIX = "/v2"


@attrs.frozen
class Arrival:
    """What a request shows when it arrives, before its body is read."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    address: str


@attrs.frozen
class RateLimited(Exception):
    """The request came too early, by `wait` seconds."""

    wait: float


class RequestHandler:
    """One account's service, without the wire."""

    def __init__(
        self, account: Account, state: AccountState, keys: Keys, limiter: RateLimiter | None
    ):
        self._account, self._state, self._keys, self._limiter = account, state, keys, limiter

    def admit(self, arrival: Arrival, now: float) -> None:
        """Count a request that arrived at `now` seconds. Raises RateLimited and ApiError."""
        known = arrival.headers.get("API-Key") in self._keys
        if self._limiter:
            wait = self._limiter.arrive(now, "account" if known else None, arrival.address)
            if wait:
                raise RateLimited(wait)
        if not known:
            raise INVALID_KEY
        if not self._account.api_access:
            raise NO_API_ACCESS

    def route(self, arrival: Arrival) -> Match:
        """The operation that is meant. Raises ApiError (404) and MethodNotAllowed."""
        path = arrival.raw_path
        if not path.startswith(PREFIX + "/"):
            raise invalid(f"Unrecognized request URL: {arrival.method} {path}", status=404)
        return match(self._account, arrival.method, path.removeprefix(PREFIX))

    async def answer(
        self, arrival: Arrival, found: Match, body: bytes, now: int, faults: tuple[Fault, ...]
    ) -> SimulatedAnswer:
        """Do what is asked for, at `now` milliseconds since 1970."""
        query, repeated = _query(arrival.raw_query)
        call = Call(self._state, now, found.id, query, repeated, body)
        listing = found.operation.handle
        if not isinstance(listing, ListOperation):
            return await _run(found.operation, call)
        for fault in faults:
            call = before(fault, listing, call)
        answer = await _run(found.operation, call)
        for fault in faults:
            answer = after(fault, listing, call, answer)
        return answer


def refusal(error: Exception) -> SimulatedAnswer:
    """The answer to a request that couldn't be served."""
    if isinstance(error, ApiError):
        return error.answer
    if isinstance(error, MethodNotAllowed):
        answer = invalid("Method not allowed", status=405).answer
        return attrs.evolve(answer, headers={"Allow": error.allow})
    if isinstance(error, RateLimited):
        return RATE_LIMITED.answer
    raise error


async def _run(operation: SimulatedOperation, call: Call) -> SimulatedAnswer:
    try:
        answer = operation.handle(call)
        return await answer if inspect.isawaitable(answer) else answer
    except ApiError as error:
        return error.answer


def _query(text: str) -> tuple[dict[str, str], frozenset[str]]:
    """The first value of each parameter, and the names of those with more."""
    query: dict[str, str] = {}
    repeated = set()
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        if name in query:
            repeated.add(name)
        query.setdefault(name, value)
    return query, frozenset(repeated)
