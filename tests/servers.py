"""The servers that some tests need: PostgreSQL and Redis, where they can be reached.

Where one can't, its tests are skipped, and say so; with ONCEHUB_REQUIRE_SERVERS=1 (as in CI) they
fail instead. ONCEHUB_TEST_POSTGRES and ONCEHUB_TEST_REDIS name other addresses.
"""

import asyncio
import os
import secrets
import socket
from functools import cache
from urllib.parse import urlsplit

import pytest

POSTGRES_VARIABLE = "ONCEHUB_TEST_POSTGRES"
REDIS_VARIABLE = "ONCEHUB_TEST_REDIS"
REQUIRED_VARIABLE = "ONCEHUB_REQUIRE_SERVERS"
_POSTGRES = "postgresql://postgres@127.0.0.1:5432/test"
_REDIS = "redis://127.0.0.1:6379/0"
_PATIENCE = 5.0


def postgres_url() -> str:
    """The URL of a PostgreSQL database to make schemas in; skips or fails where there is none."""
    url = os.environ.get(POSTGRES_VARIABLE, _POSTGRES)
    return _available(url, POSTGRES_VARIABLE, _postgres_problem(url))


def redis_url() -> str:
    """The URL of a Redis to make keys in, with a prefix; skips or fails where there is none."""
    url = os.environ.get(REDIS_VARIABLE, _REDIS)
    return _available(url, REDIS_VARIABLE, _redis_problem(url))


def new_name(purpose: str) -> str:
    """A name for a schema or a prefix that no other test has."""
    return f"oncehub_test_{purpose}_{secrets.token_hex(6)}"


def _available(url: str, variable: str, problem: str | None) -> str:
    if problem is None:
        return url
    shown = urlsplit(url)._replace(query="").geturl()
    reason = f"{shown} can't be reached ({problem}); {variable} names another"
    if os.environ.get(REQUIRED_VARIABLE) == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@cache
def _postgres_problem(url: str) -> str | None:
    import asyncpg

    async def connect() -> None:
        connection = await asyncpg.connect(url, timeout=_PATIENCE)
        await connection.close()

    try:
        with asyncio.Runner() as runner:
            runner.run(connect())
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        return type(error).__name__
    return None


@cache
def _redis_problem(url: str) -> str | None:
    parts = urlsplit(url)
    try:
        address = (parts.hostname or "127.0.0.1", parts.port or 6379)
        with socket.create_connection(address, timeout=_PATIENCE) as connection:
            connection.sendall(b"PING\r\n")
            answer = connection.recv(64)
    except OSError as error:
        return type(error).__name__
    return None if answer.startswith((b"+PONG", b"-NOAUTH")) else "it isn't Redis"
