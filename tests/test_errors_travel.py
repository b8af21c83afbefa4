"""Errors go from process to process (pools, task queues) and are copied: whole, all of them."""

import asyncio
import copy
import inspect
import pickle
import pkgutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from typing import Any

import attrs
import pytest

import oncehub_async
from oncehub_async import (
    ConnectionLostError,
    InvalidParameterError,
    ModelError,
    OnceHubError,
    OutcomeUnknownError,
    RequestError,
    RetryPolicy,
)
from oncehub_async.simulator import Account, Simulator
from oncehub_async.webhooks import SignatureError
from oncehub_async.webhooks._webhook_errors import SignatureProblem

DETAILS: dict[str, Any] = {
    "status": 429,
    "type": "rate_limit_error",
    "message": "Zu viele für 'carrie@example.com' \ud83d",
    "param": "limit",
    "request_id": "req-1",
    "retry_after": 1.5,
}
WHERE = {"method": "GET", "path": "/bookings/BKNG-1"}
MADE: dict[str, Callable[[type[Any]], BaseException]] = {
    "RequestError": lambda cls: cls("went wrong", **WHERE, **DETAILS, at="data[3].id", id="X-1"),
    "SignatureError": lambda cls: cls(SignatureProblem.TOO_OLD, "it is 400 s old"),
    "InvalidParameterError": lambda cls: cls("limit", "expected a number from 1 to 100"),
    "UnheldValue": lambda cls: cls("expected a time", nearest="2026"),
    "ModelError": lambda cls: cls("data[3].contact.id", "expected a string, got a number"),
    "OnceHubError": lambda cls: cls("went wrong\x1b[31m", **DETAILS),
    "RetryLater": lambda cls: cls(12.5, "the CRM asks to wait"),
    "ApiError": lambda cls: cls(400, "invalid_request_error", "No.", "limit"),
    "RateLimited": lambda cls: cls(2.5),
    "MethodNotAllowed": lambda cls: cls("GET, POST"),
    "UnfittingValue": lambda cls: cls("the nearest"),
    "TooManyValuesError": lambda cls: cls(1000),
    "Exception": lambda cls: cls("a reason"),
}
"""By the nearest class of each one's ancestors that is named here."""


def all_errors() -> Iterator[type[BaseException]]:
    """Every exception class in the package, wherever it is."""
    seen = set()
    for module in pkgutil.walk_packages(oncehub_async.__path__, "oncehub_async."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, BaseException) and value not in seen:
                seen.add(value)
                if value.__module__.startswith("oncehub_async"):
                    yield value


def made(cls: type[BaseException]) -> BaseException:
    error = next(MADE[each.__name__](cls) for each in cls.__mro__ if each.__name__ in MADE)
    error.add_note("while the accounts were read")
    return error


def pickled(protocol: int) -> Callable[[Any], Any]:
    return lambda error: pickle.loads(pickle.dumps(error, protocol))


def state(error: BaseException) -> dict[str, Any]:
    """All that it shows: its own attributes, those of attrs, and those of its classes."""
    names = {name for name in dir(error) if not name.startswith("__")}
    values = {name: getattr(error, name, None) for name in names}
    return {name: each for name, each in values.items() if not callable(each)}


WAYS: dict[str, Callable[[Any], Any]] = {
    **{f"pickle {protocol}": pickled(protocol) for protocol in range(6)},
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "twice": lambda error: copy.deepcopy(pickle.loads(pickle.dumps(error))),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cls", tuple(all_errors()), ids=lambda cls: cls.__name__)
def test_an_error_arrives_as_it_left(cls: type[BaseException], way: str) -> None:
    """Of the same class, with the same text, attributes and notes."""
    error = made(cls)
    arrived = WAYS[way](error)
    assert arrived is not error
    assert type(arrived) is cls
    assert (str(arrived), repr(arrived), arrived.args) == (str(error), repr(error), error.args)
    if not attrs.has(cls):  # those are of one process: how the simulator tells itself of refusals
        assert arrived.__notes__ == error.__notes__
    assert state(arrived) == state(error)


def test_what_was_made_is_worth_a_look() -> None:
    """The errors above have attributes that could be lost."""
    assert len(list(all_errors())) > 50
    shown = state(made(oncehub_async.RateLimitError))
    assert DETAILS.items() <= shown.items()
    assert isinstance(made(SignatureError), SignatureError)


@pytest.mark.parametrize("way", WAYS)
def test_what_it_came_of_arrives_too(way: str) -> None:
    """`__cause__` says what went wrong with a change whose outcome isn't known."""
    error = OutcomeUnknownError("sent", **WHERE)
    error.__cause__ = ConnectionLostError("the connection broke", **WHERE)
    arrived = WAYS[way](error)
    assert type(arrived.__cause__) is ConnectionLostError
    assert str(arrived.__cause__) == str(error.__cause__)
    assert arrived.__suppress_context__ == error.__suppress_context__


class _Unpicklable(Exception):
    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("not to be pickled")


def test_what_others_raised_never_keeps_an_error_from_arriving() -> None:
    """It may hold sockets and the like; then it stays behind."""
    error = OnceHubError("went wrong")
    error.__cause__ = _Unpicklable()
    arrived = pickle.loads(pickle.dumps(error))
    assert str(arrived) == "went wrong"
    assert arrived.__cause__ is None


class OwnError(RequestError):
    """A user's own, made in a way of its own."""

    def __init__(self, account: int) -> None:
        super().__init__(f"account {account}", **WHERE)
        self.account = account


@pytest.mark.parametrize("way", WAYS)
def test_users_own_errors_arrive_too(way: str) -> None:
    """Whatever their constructors take."""
    arrived = WAYS[way](OwnError(7))
    assert (type(arrived), arrived.account, str(arrived)) == (OwnError, 7, str(OwnError(7)))


def test_what_is_made_of_an_error_that_arrived_is_whole() -> None:
    """It is no empty shell: its methods work."""
    arrived = pickle.loads(pickle.dumps(ModelError("contact.id", "expected a string")))
    assert str(arrived.within("data[3]")) == "data[3].contact.id: expected a string"


def _fails_in_a_pool() -> None:
    raise InvalidParameterError("limit", "expected a number from 1 to 100")


def _asks_in_a_pool(url: str, key: str) -> None:
    async def ask() -> None:
        async with oncehub_async.OnceHub(
            key, base_url=url, retry=RetryPolicy(attempts=1)
        ) as oncehub:
            await oncehub.bookings.get("BKNG-NOTTHERE")

    asyncio.run(ask())


async def test_an_error_out_of_a_process_pool() -> None:
    """With all that the service said."""
    async with Simulator(Account(bookings=10), limits=None) as sim:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            with pytest.raises(oncehub_async.NotFoundError) as caught:
                await loop.run_in_executor(pool, _asks_in_a_pool, sim.url, sim.api_key)
            with pytest.raises(InvalidParameterError) as refused:
                await loop.run_in_executor(pool, _fails_in_a_pool)
    assert (caught.value.status, caught.value.type) == (404, "invalid_request_error")
    assert caught.value.request_id
    assert caught.value.path == "/bookings/BKNG-NOTTHERE"
    assert refused.value.param == "limit"
