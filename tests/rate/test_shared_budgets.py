"""Budgets that real processes share: by Redis, and by a file. The service is strict."""

import asyncio
import json
import logging
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from oncehub_async import (
    Clock,
    ConfigurationError,
    FileBudget,
    OnceHub,
    Priority,
    RedisBudget,
    RequestOutcome,
    RetryPolicy,
    budget_at,
)
from oncehub_async._rate.redis_budget import lua
from oncehub_async._rate.shared_messages import Ask, PaceVerdict, Sent, SharedRules, Told
from oncehub_async._rate.shared_state import State, new_state, step
from oncehub_async.simulator import Account, Simulator
from tests.servers import new_name, redis_url

SPEED = 2.0
"""Five minutes are 150 seconds. A machine that holds a process up for a tenth of a second holds it
up for a fifth of one of the service's; on a clock that was eight times as fast, busy machines broke
what the budget reckons with."""
ANSWERED = RequestOutcome(answered=True)


@pytest.mark.parametrize("seed", range(25))
def test_the_server_does_what_the_rules_say(seed: int) -> None:
    """The script and the function give the same answers, whatever is asked."""
    import redis

    server = redis.Redis.from_url(redis_url(), decode_responses=True)
    script = server.register_script(lua())
    key = new_name("budget")
    pick = random.Random(seed)
    rules = SharedRules(
        per_second=pick.choice([1, 2, 5]),
        second=1.01,
        per_five_minutes=pick.choice([6, 20, 200]),
        five_minutes=pick.choice([8.0, 30.0]),
        reserve=pick.choice([0, 1, 3]),
        longest_delay=1.0,
    )
    state: State | None = None
    now, name, under_way = 0.0, "state 0", list[tuple[str, str, float]]()
    try:
        for number in range(100):
            now = round(now + pick.random() * pick.choice([0.01, 0.1, 1.0, 4.0]), 6)
            if pick.random() < 0.01:
                state, name = None, f"state {number}"
                server.delete(key)
            ask = _anything(pick, now, name, number, under_way)
            settling = pick.random() < 0.2
            if state is None:
                state = new_state(name, now, settling=settling)
            expected = attrs.astuple(step(state, ask, now, rules))
            arguments = [json.dumps(ask.as_list()), json.dumps(rules.as_list())]
            answer: Any = script(
                keys=[key], args=[*arguments, name, "1" if settling else "0", repr(now)]
            )
            # Lua knows no difference between an empty list and an empty object.
            got = [[] if each == {} else each for each in json.loads(answer)]
            assert _same(got, list(expected)), ask
            told = Told(*expected)
            under_way += [(each[0], ask.process, now + each[2]) for each in told.leave]
    finally:
        server.delete(key)
        server.close()


def test_a_server_whose_clock_is_set_back_begins_anew() -> None:
    """What was sent would count for as much longer; so all tell it what they have sent."""
    import redis

    server = redis.Redis.from_url(redis_url(), decode_responses=True)
    script, key = server.register_script(lua()), new_name("budget")
    rules = json.dumps(SharedRules(5, 1.01, 200, 300.01, 0, 1.0).as_list())

    def ask(now: float, state: str, **more: Any) -> Told:
        question = json.dumps(Ask("a", "", (1, 0), **more).as_list())
        answer: Any = script(keys=[key], args=[question, rules, state, "0", repr(now)])
        return Told(*json.loads(answer))

    try:
        assert ask(5000, "first").leave
        assert ask(4999, "other", known="first").state == "first"
        told = ask(1000, "second", known="first")
        assert [told.state, told.report, told.leave] == ["second", True, {}]
        ask(1000.1, "other", known="first", reported=())
        assert ask(1002, "other", known="second").leave
    finally:
        server.delete(key)
        server.close()


def _anything(
    pick: random.Random,
    now: float,
    name: str,
    number: int,
    under_way: list[tuple[str, str, float]],
) -> Ask:
    process = pick.choice("abcdef")
    settled, unused, verdicts = [], [], []
    for each in list(under_way):
        name_of_request, of, left = each
        if of != process or pick.random() > 0.6:
            continue
        under_way.remove(each)
        if pick.random() < 0.15:
            unused.append(name_of_request)
            continue
        settled.append(Sent(name_of_request, now - left, now - left - pick.random()))
        verdicts.append(PaceVerdict(now - left, pick.random() < 0.03, pick.choice([None, 2.0])))
    reported = (Sent(f"{process}.x{number}", pick.random() * 3, pick.random() * 2),)
    return Ask(
        process,
        pick.choice(["", "other"]),
        (pick.choice([0, 0, 1, 3]), pick.choice([0, 1, 7])),
        tuple(settled),
        tuple(unused),
        tuple(verdicts),
        pick.choice([None, name, "older"]),
        pick.choice([None, None, reported, ()]),
        tuple(
            Sent(f"{pick.choice('abcdefgh')}.{pick.randint(1, 60)}", ago, ago)
            for ago in [pick.random() * 9 for _ in range(pick.choice([0, 1, 5]))]
        ),
        pick.choice([1, 4]),
        pick.choice([0, 1, 2, 4, 8]),
        pick.choice([None, 0, 1, 2, 3]),
        pick.random() < 0.1,
    )


def _same(one: Any, other: Any) -> bool:
    """But for how many digits Lua writes."""
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool | str | None):
        return bool(one == other)
    return abs(float(one) - float(other)) < 1e-5


@attrs.define
class Workers:
    """Processes that share a budget."""

    budget: str
    address: str
    sim: Simulator
    booking: str
    all_of_them: list[asyncio.subprocess.Process] = attrs.Factory(list)

    async def start(self, kind: str) -> asyncio.subprocess.Process:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.rate.sharing_worker"),
            *(self.budget, self.sim.url, str(SPEED), kind),
            env={
                **os.environ,
                "KEY": self.sim.api_key,
                "BOOKING": self.booking,
                "ADDRESS": self.address,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.all_of_them.append(worker)
        return worker

    async def ready(self) -> None:
        for each in self.all_of_them:
            assert each.stdout is not None
            assert await each.stdout.readline() == b"ready\n"

    async def end(self) -> list[dict[str, Any]]:
        """What those tell that live."""
        ended = [each for each in self.all_of_them if each.returncode is None]
        return [json.loads((await each.communicate(b"\n"))[0]) for each in ended]


@asynccontextmanager
async def workers(budget: str) -> AsyncIterator[Workers]:
    clock = Clock(speed=SPEED)
    async with Simulator(Account(bookings=3), clock=clock) as sim:
        # Not by a request, which would be one more than those who share know of.
        booking = next(iter(sim.ids("bookings")))
        shared = Workers(budget, new_name("budget"), sim, booking)
        try:
            yield shared
        finally:
            for each in shared.all_of_them:
                if each.returncode is None:
                    each.kill()
                await each.wait()


class OwnRedis:
    """A Redis server of the test's own, which keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *settings: str) -> None:
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--dir", str(self.folder), *settings),
            ],
            stdout=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    async def hang(self, seconds: float) -> None:
        """Answer nobody for a while: connections stand, and what was asked is answered later."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def ready(self) -> None:
        for _ in range(100):
            with socket.socket() as connection:
                if connection.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            await asyncio.sleep(0.05)
        raise AssertionError("redis-server doesn't start")


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    redis_url()  # skips, or fails where servers are required
    if shutil.which("redis-server") is None:
        pytest.skip("there is no redis-server to start")
    server = OwnRedis(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.mark.timeout(300)  # more than five minutes of the service's time
async def test_eight_processes_three_deaths_and_a_restart(own_redis: OwnRedis) -> None:
    """No answer 429; the others go on, and people wait for at most a moment."""
    await own_redis.ready()
    async with workers(own_redis.url) as shared:
        for _ in range(7):
            await shared.start("bulk")
        await shared.start("person")
        await shared.ready()
        for each in shared.all_of_them[:3]:
            await asyncio.sleep(16 / SPEED)
            each.kill()
        own_redis.stop()
        await asyncio.sleep(0.5)
        own_redis.start()
        await own_redis.ready()
        await asyncio.sleep(320 / SPEED)
        *bulk, person = await shared.end()
        stats = shared.sim.stats
    assert stats.refused == 0
    assert stats.requests >= 300
    assert all(each["sent"] for each in bulk)
    assert person["sent"]


@pytest.mark.timeout(180)
async def test_eight_processes_and_a_server_that_hangs(own_redis: OwnRedis) -> None:
    """Twice, for longer than anybody waits: no answer 429, something is sent meanwhile, and soon
    afterwards as much as before."""
    await own_redis.ready()
    async with workers(own_redis.url) as shared:
        for _ in range(7):
            await shared.start("bulk")
        await shared.start("person")
        await shared.ready()
        await asyncio.sleep(15 / SPEED)
        before = shared.sim.stats.requests
        for seconds in (7.3, 12.1):
            await own_redis.hang(seconds)
            await asyncio.sleep(12 / SPEED)
        hung = shared.sim.stats.requests
        await asyncio.sleep(6 / SPEED)
        after = shared.sim.stats.requests
        await shared.end()
        stats = shared.sim.stats
    assert stats.refused == 0
    assert before >= 40
    assert hung - before >= 60
    assert after - hung >= 15


async def test_four_processes_of_one_host(tmp_path: Path) -> None:
    """The same without a server."""
    async with workers(str(tmp_path / "budget")) as shared:
        for _ in range(3):
            await shared.start("bulk")
        await shared.start("person")
        await shared.ready()
        await asyncio.sleep(24 / SPEED)
        shared.all_of_them[0].kill()
        await asyncio.sleep(96 / SPEED)
        *bulk, person = await shared.end()
        stats = shared.sim.stats
    assert stats.refused == 0
    assert stats.requests >= 180
    assert max(each["sent"] for each in bulk) <= 1.3 * min(each["sent"] for each in bulk)
    assert person["sent"]
    assert (tmp_path / "budget").stat().st_mode & 0o777 == 0o600


async def test_a_wrong_password_is_told_without_it(own_redis: OwnRedis) -> None:
    """Refused at the first call, with the server's name."""
    own_redis.stop()
    own_redis.start("--requirepass", "right-password")
    await own_redis.ready()
    url = own_redis.url.replace("redis://", "redis://:wrong-password@")
    async with RedisBudget(url) as budget:
        with pytest.raises(ConfigurationError, match="doesn't let us in") as refused:
            await budget.acquire(Priority.BULK)
        assert "wrong-password" not in f"{refused.value} {budget!r}"
    async with RedisBudget(url.replace("wrong", "right")) as budget:
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)


async def test_out_of_reach_is_told_in_the_log_and_by_the_call(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A call ends at its deadline, with what it waited for; the password is nowhere."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"redis://:secret-word@127.0.0.1:{taken.getsockname()[1]}"
        async with (
            RedisBudget(url) as budget,
            OnceHub("key-0123456789abcdef", budget=budget, retry=RetryPolicy(deadline=1)) as client,
        ):
            with caplog.at_level(logging.WARNING), pytest.raises(Exception, match="out of reach"):
                await client.bookings.get("BKNG-1")
    assert "nothing is sent until it is there" in caplog.text
    assert "secret-word" not in caplog.text


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("http://somewhere", "another kind of URL"),
        ("postgresql://user:secret-word@host/db", "another kind of URL"),
        ("redis://", "not a redis URL"),
        ("", "the path of a file"),
    ],
)
def test_other_names_are_refused(name: str, problem: str) -> None:
    """At once, without what may be a password."""
    with pytest.raises(ConfigurationError, match=problem) as refused:
        budget_at(name)
    assert "secret-word" not in str(refused.value)


async def test_the_environment_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that was given no budget shares the one of ONCEHUB_BUDGET, and closes it."""
    monkeypatch.setenv("ONCEHUB_BUDGET", str(tmp_path / "budget"))
    async with Simulator(Account(bookings=3)) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            assert isinstance(oncehub.budget, FileBudget)
            await oncehub.bookings.list(limit=1).first()
    assert (tmp_path / "budget").exists()
    monkeypatch.setenv("ONCEHUB_BUDGET", "ftp://host")
    with pytest.raises(ConfigurationError, match=r"ONCEHUB_BUDGET: .*another kind of URL"):
        OnceHub("key-0123456789abcdef")


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Told at the first use."""
    with pytest.raises(ConfigurationError, match="there is no folder"):
        async with FileBudget(tmp_path / "none" / "budget"):
            pass


async def test_a_file_that_goes_and_one_that_is_something_else(tmp_path: Path) -> None:
    """One that is removed is made anew, and told what was sent; others' files are left alone."""
    path = tmp_path / "budget"
    async with FileBudget(path) as budget:
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)
        path.unlink()
        await budget.settle(await budget.acquire(Priority.BULK), ANSWERED)
        path.write_bytes(b"no database at all" * 100)
        with pytest.raises(ConfigurationError, match="holds something else"):
            await budget.acquire(Priority.BULK)
        assert path.read_bytes() == b"no database at all" * 100
