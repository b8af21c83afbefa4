"""Places of a shared budget that can't be one, or hold something else: told in a line."""

import asyncio
import json
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ResponseError

from oncehub_async import (
    ConfigurationError,
    FileBudget,
    Priority,
    RedisBudget,
    RequestOutcome,
    budget_at,
)
from oncehub_async._rate.redis_budget import _lasting, _reason
from tests.servers import new_name, redis_url

ANSWERED = RequestOutcome(answered=True)


async def used(budget: FileBudget | RedisBudget) -> None:
    """One request leaves."""
    async with budget:
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis://:{}/x@host:6379/0", "%2F"),
        ("redis://:12/{}@host:6379/0", "%2F"),
        ("redis://12/{}@host:6379/0", "%2F"),
        ("redis://me:12#{}@host:6379/0", "%23"),
        ("redis://me:12?{}@host:6379/0", "%3F"),
        ("redis://host:6379/0#{}", "%23"),
        ("redis://host:6379/{}", "number of a database"),
        ("redis://host:6379/1/2", "number of a database"),
        ("redis://host:6379/-1", "number of a database"),
        ("redis://host:6379/0 ", "not a URL"),
        ("redis://host:6379 ", "not a URL"),
        ("redis://host?db={}", "option"),
        ("redis://host?timeout=5&x={}", "option"),
        ("redis://host?retry={}", "option"),
        ("rediss://host?ssl_cert_reqs={}", "option"),
        ("redis://host?encoding={}", "option"),
        ("unix:///run/redis.sock?db={}", "option"),
        ("budget.internal:6379", "redis://"),
        ("budget.internal:6379/0", "redis://"),
        ("{}@budget.internal:6379/0", "redis://"),
        ("{}@budget.internal", "redis://"),
    ],
)
async def test_slips_in_an_address_are_told(url: str, problem: str) -> None:
    """Before anything is sent, and without what may be a password."""
    with pytest.raises(ConfigurationError, match=problem) as refused:
        await used(budget_at(url.format("secret-word")))
    assert "secret-word" not in str(refused.value)
    assert str(refused.value).startswith("budget: ")


async def test_a_link_to_a_budget_is_that_budget(tmp_path: Path) -> None:
    """Also before it is there."""
    (tmp_path / "link").symlink_to(tmp_path / "budget")
    await used(FileBudget(tmp_path / "link"))
    assert (tmp_path / "budget").stat().st_mode & 0o777 == 0o600
    await used(FileBudget(tmp_path / "budget"))
    with closing(sqlite3.connect(tmp_path / "budget")) as file:
        kept = file.execute("SELECT state FROM budget").fetchone()[0]
    assert len(json.loads(kept)["places"]) == 2


async def test_a_path_with_a_colon_is_a_path_all_the_same(tmp_path: Path) -> None:
    """Where it says where it is."""
    path = tmp_path / "budget.internal:6379"
    await used(budget_at(str(path)))
    assert path.is_file()


async def test_a_database_that_the_server_does_not_have() -> None:
    """Told at the first call: it would be waited for in vain."""
    url = redis_url().rpartition("/")[0]
    with pytest.raises(ConfigurationError, match="has no database of that number"):
        await used(RedisBudget(f"{url}/999999"))


async def test_it_is_closed_at_whichever_moment() -> None:
    """The client takes a cancellation while it connects for a connection."""
    for turns in range(40):
        budget = RedisBudget(redis_url(), address="closed at once")
        async with asyncio.timeout(10):
            async with budget:
                for _ in range(turns):
                    await asyncio.sleep(0)


@pytest.fixture
def key() -> Iterator[tuple[Any, str]]:
    import redis

    address = new_name("budget")
    with closing(redis.Redis.from_url(redis_url(), decode_responses=True)) as server:
        yield server, address
        server.delete(f"oncehub-budget:{address}")


async def test_a_key_that_holds_something_else(key: tuple[Any, str]) -> None:
    """It is left alone, and told by its name."""
    server, address = key
    name = f"oncehub-budget:{address}"
    server.lpush(name, "another program's")
    with pytest.raises(ConfigurationError, match=f"{name} holds something else") as refused:
        await used(RedisBudget(redis_url(), address=address))
    assert "DEL" in str(refused.value)
    assert server.lrange(name, 0, -1) == ["another program's"]


def test_what_a_server_says_tells_no_question() -> None:
    """It may quote what was asked; and what stays so is told from what passes."""
    unknown = ResponseError("unknown command 'EVALSHA', with args beginning with: 'secret' ")
    assert _reason(unknown, is_answer=True) == "ResponseError: unknown command 'EVALSHA'"
    full = "command not allowed when used memory > 'maxmemory'. script: 44af, on @user_script:12."
    assert _lasting(full, "key") is None
    assert _reason(ResponseError(full), is_answer=True).endswith("'maxmemory'.")
    forbidden = "The user executing the script can't run this command or subcommand"
    assert "lets its user not do" in str(_lasting(forbidden, "key"))


@pytest.mark.parametrize("state", ["", "no JSON", "[]", "5", "null", '{"zero": 1}'])
async def test_a_state_that_is_none_begins_anew(state: str, key: tuple[Any, str]) -> None:
    """As if it were lost: those who knew it tell what they have sent."""
    server, address = key
    name = f"oncehub-budget:{address}"
    async with RedisBudget(redis_url(), address=address) as budget:
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)
        server.set(name, state)
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)
        assert len(json.loads(server.get(name))["places"]) == 2


@pytest.mark.parametrize("state", ["", "no JSON", "[]", "5", "null", '{"asked_at": 1}'])
async def test_a_state_in_a_file_that_is_none_begins_anew(state: str, tmp_path: Path) -> None:
    """The same."""
    path = tmp_path / "budget"
    async with FileBudget(path) as budget:
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)
        with closing(sqlite3.connect(path, isolation_level=None)) as file:
            file.execute("UPDATE budget SET state = ?", (state,))
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)
    with closing(sqlite3.connect(path)) as file:
        kept = file.execute("SELECT state FROM budget").fetchone()[0]
    assert len(json.loads(kept)["places"]) == 2


@pytest.mark.parametrize(
    "table",
    ["CREATE TABLE mine (x)", "CREATE TABLE budget (a, b)", "CREATE VIEW budget AS SELECT 1"],
)
async def test_a_database_of_another_program_is_left_alone(table: str, tmp_path: Path) -> None:
    """Nothing is put into it."""
    path = tmp_path / "inbox.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute(table)
    os.utime(path, (1, 1))
    before = path.read_bytes()
    with pytest.raises(ConfigurationError, match="holds something else"):
        await used(FileBudget(path))
    assert path.read_bytes() == before
    assert path.stat().st_mtime == 1


async def test_a_damaged_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    """Nobody can read it again."""
    path = tmp_path / "budget"
    await used(FileBudget(path))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    with pytest.raises(ConfigurationError, match=r"is damaged; remove it"):
        await used(FileBudget(path))


async def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A device forgets all, and a pipe never answers."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, Path("/dev/null")):
        with pytest.raises(ConfigurationError, match="is no file"):
            await used(FileBudget(place))


async def test_a_file_that_can_not_be_made_is_told_at_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It would be waited for in vain."""
    around = tmp_path / "around"
    around.symlink_to(around)
    for place in (around, tmp_path / ("x" * 300), Path("/sys/kernel/oncehub-budget")):
        with caplog.at_level(logging.WARNING), pytest.raises(ConfigurationError, match="budget: "):
            await used(FileBudget(place))
    assert not caplog.records
