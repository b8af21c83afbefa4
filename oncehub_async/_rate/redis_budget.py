"""A budget for many processes and hosts, kept by a Redis or Valkey server on its own clock."""

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from yarl import URL

from .._ground import Clock, Hidden, checks, dump_json, load_json
from .._printable import printable
from ..errors import ConfigurationError
from .budget_store import StoreGoneError
from .outage import ended
from .process_share import SharedBudget
from .rate_budget import Limits
from .shared_messages import Ask, SharedRules, Told
from .shared_state import SETTLING

if TYPE_CHECKING:
    from redis.asyncio import Redis

_PATIENCE = 2.0
"""Seconds for an answer of the server, or a connection to it."""
_RECONNECT = 0.2
_NO_SUCH_DATABASE = (
    "DB index is out of range",
    "invalid DB index",
    "SELECT is not allowed in cluster mode",
)
"""As servers of several versions say it."""
_LONGEST_REASON = 100
_DATABASE = re.compile(r"/?|/\d+")
_JUST_STARTED = 5.0
"""Seconds since the server began, in which not everybody has come back to it."""


class RedisBudget(SharedBudget):
    """One budget for all processes, on any host, that name the same server.

        async with RedisBudget("redis://budget.internal/0") as budget, OnceHub(budget=budget):
            ...

    - `url`: redis://, rediss:// or unix://, of a Redis 6 or Valkey server or newer; one key is
      used. Needs the extra "redis".
    - `limits`: as for `Budget`; the same in all processes.
    - `account`: a name for the OnceHub account; those of the same name share its 5 requests a
      second.
    - `address`: a name for the address that the requests come from; those of the same name share
      its 200 in five minutes, whichever account they are for. Hosts that reach OnceHub from
      different addresses name theirs.

    While the server can't be reached, each process sends at most its part of what all of them had
    used; one that hasn't reached it yet waits.

    Raises `ConfigurationError` for an address that can't be one, or where the extra is missing.
    """

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        *,
        account: str = "",
        address: str = "",
        clock: Clock | None = None,
    ) -> None:
        hidden = Hidden(url)
        del url
        self._store = _RedisStore(hidden, address)
        super().__init__(limits, clock=clock, account=account)


class _RedisStore:
    def __init__(self, url: Hidden, address: str) -> None:
        self._url = url
        self.name = _printable_address(url)
        self._key = f"oncehub-budget:{address}"
        self._redis: Redis | None = None
        self._script: Any = None
        self._listener: asyncio.Task[None] | None = None
        self._started_at = float("-inf")
        """About when the server began, in seconds of this machine; where it doesn't say, it may
        have been at any time."""
        if find_spec("redis") is None:
            raise ConfigurationError(
                "budget: Redis needs an extra: pip install 'oncehub-async[redis]'"
            )

    async def open(self, on_lost: Callable[[], None]) -> None:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError

        try:
            redis: Any = Redis.from_url(
                self._url.value,
                decode_responses=True,
                socket_timeout=_PATIENCE,
                socket_connect_timeout=_PATIENCE,
                retry=Retry(NoBackoff(), 0),
            )
            # Options are looked at when a connection is made, and some when it is used.
            redis.connection_pool.make_connection().encoder.encode("")
        except (ValueError, TypeError, AttributeError, LookupError, RedisError):
            raise ConfigurationError(
                f"budget: {self.name}: an option of the URL, after the ?, can't be used"
            ) from None
        self._redis = redis
        self._script = self._redis.register_script(lua())
        self._listener = asyncio.create_task(self._listen(self._redis, on_lost))

    async def ask(self, ask: Ask, rules: SharedRules, patience: float | None = None) -> Told:
        from redis.exceptions import (
            AuthenticationError,
            NoPermissionError,
            RedisError,
            ResponseError,
        )

        settling = time.monotonic() - self._started_at < _JUST_STARTED + SETTLING
        try:
            async with asyncio.timeout(patience):
                answer = await self._script(
                    keys=[self._key],
                    args=[
                        dump_json(ask.as_list()),
                        dump_json(rules.as_list()),
                        uuid.uuid4().hex,
                        "1" if settling else "0",
                        "",
                    ],
                )
        except (AuthenticationError, NoPermissionError) as error:
            raise ConfigurationError(
                f"budget: {self.name} doesn't let us in ({type(error).__name__})"
            ) from None
        except (RedisError, OSError) as error:
            is_answer = isinstance(error, ResponseError)
            if is_answer and (lasting := _lasting(str(error), self._key)) is not None:
                raise ConfigurationError(f"budget: {self.name} {lasting}") from None
            raise StoreGoneError(_reason(error, is_answer=is_answer)) from None
        return Told(*load_json(answer))

    async def close(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            await ended(listener)
        if self._redis is not None:
            await self._redis.aclose()

    async def _listen(self, redis: "Redis", on_lost: Callable[[], None]) -> None:
        """Hear at once of a connection that ended, and of a state that was begun anew."""
        from redis.exceptions import RedisError

        before = False
        while True:
            with contextlib.suppress(RedisError, OSError):
                await self._read_uptime(redis)
                async with redis.pubsub(ignore_subscribe_messages=True) as news:
                    await news.subscribe(self._key)
                    if before:
                        on_lost()
                    before = True
                    while True:
                        if await news.get_message(timeout=None) is not None:
                            on_lost()
            await asyncio.sleep(_RECONNECT)

    async def _read_uptime(self, redis: "Redis") -> None:
        from redis.exceptions import ResponseError

        try:
            told = await redis.info("server")
        except ResponseError:
            # Who may not ask this may hear of losses all the same.
            self._started_at = float("inf")
        else:
            self._started_at = time.monotonic() - float(told["uptime_in_seconds"])


def _lasting(answer: str, key: str) -> str | None:
    """What a refusal means that stays until somebody does something."""
    if "WRONGTYPE" in answer or "wrong kind of value" in answer:
        return f"can't be used, for the key {key} holds something else; remove it (DEL)"
    if any(each in answer for each in _NO_SUCH_DATABASE):
        return "has no database of that number; use a smaller one, such as 0"
    if "executing the script can't" in answer:
        return f"lets its user not do all that is needed: +@all on keys and channels {key}"
    return None


def _reason(error: Exception, *, is_answer: bool) -> str:
    """Why an exchange failed, in a few words."""
    told: str | None
    if is_answer:
        # What follows the first comma may be what was asked.
        answer = str(error).partition(",")[0].partition(" script: ")[0]
        told = printable(answer)[:_LONGEST_REASON]
    else:
        told = getattr(error.__cause__, "strerror", None)
    return f"{type(error).__name__}: {told}" if told else type(error).__name__


def lua() -> str:
    """The script that the server runs."""
    from importlib.resources import files

    return files(__package__).joinpath("shared_state.lua").read_text("utf-8")


def _printable_address(hidden: Hidden) -> str:
    """A server's address without its password."""
    example = "expected something like redis://localhost:6379/0"
    if str(hidden.value) != str(hidden.value).strip():
        raise ConfigurationError("budget: not a URL, for it has a space at an end; remove that")
    text = Hidden(str(hidden.value))
    problem = checks.unescaped_problem(text.value) or checks.fragment_problem(text.value)
    if problem is not None:
        raise ConfigurationError(f"budget: {problem}")
    try:
        hidden = Hidden(URL(hidden.value))
    except (ValueError, TypeError):
        raise ConfigurationError(f"budget: not a URL; {example}") from None
    url = hidden.value
    is_socket = url.scheme == "unix"
    if url.scheme not in ("redis", "rediss", "unix") or not (url.host or (is_socket and url.path)):
        del url
        raise ConfigurationError(f"budget: not a redis URL; {example}")
    problem = checks.host_problem(url.raw_host) if url.raw_host else None
    if problem is None and not is_socket and not _DATABASE.fullmatch(url.raw_path):
        problem = f"expected the number of a database after the /; {example}"
    if problem is not None:
        del url
        raise ConfigurationError(f"budget: {problem}")
    return str(url.with_user(None).with_query(None)) if url.host else f"unix://{url.path}"
