"""`oncehub listen`: what it prints, keeps and posts on while it goes on."""

import json
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from oncehub_async.cli import COMPLETE, _listen
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    Backoff,
    SignatureError,
    State,
    opened_inbox,
    verify_signature,
)

from .going_command import Going, going

SECRET = "sekrit-of-the-webhook"
Answer = Callable[[], web.Response]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The secret where it is looked for, a folder to keep the inbox in, and a quick back-off."""
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(_listen, "_BACKOFF", Backoff(first=0.01, attempts=3))


@asynccontextmanager
async def local(*answers: Answer) -> AsyncIterator[tuple[str, list[web.Request]]]:
    """Somebody's receiver, which gives these answers and then the last again: URL, requests."""
    left, got = list(answers), list[web.Request]()

    async def take(request: web.Request) -> web.Response:
        await request.read()
        got.append(request)
        return (left.pop(0) if len(left) > 1 else left[0])()

    app = web.Application()
    app.router.add_post("/hook", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hook", got
    finally:
        await runner.cleanup()


def status(code: int, **headers: str) -> Answer:
    """An answer with a status."""
    return lambda: web.Response(status=code, headers=headers)


async def signed_by(request: web.Request, secret: str) -> bool:
    try:
        verify_signature(await request.read(), request.headers["Oncehub-Signature"], secret)
    except SignatureError:
        return False
    return True


async def delivered(command: Going, secret: str | None = SECRET, number: int = 1) -> int:
    """Deliver an event as OnceHub does: the status of the answer."""
    await command.until("Listening on ")
    url = command.err.split("Listening on ")[1].split(";")[0]
    body = make_event("booking.canceled", event_id=f"EVNT-{number}", data={"id": "BKNG-1"})
    headers = {} if secret is None else {"Oncehub-Signature": sign(body, secret)}
    async with aiohttp.ClientSession() as session:
        async with session.post(url, data=body, headers=headers) as response:
            return response.status


async def counts() -> dict[State, int]:
    async with opened_inbox(Path("inbox.db")) as inbox:
        return await inbox.counts()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_each_event_is_a_line_and_is_posted_on(how: signal.Signals) -> None:
    """Again after a refusal; signed anew, and kept when it ends."""
    async with local(status(500), status(200)) as (url, got):
        async with going("listen", "--port", "0", "--forward", url) as command:
            assert await delivered(command, "another-secret") == 401
            assert await delivered(command) == 200
            await command.until("<-- [200] POST ")
            assert await command.interrupted(how) == COMPLETE
        shown, refused, taken = (line.split(maxsplit=2)[2] for line in command.out.splitlines())
        assert shown.split() == ["-->", "booking.canceled", "EVNT-1", "BKNG-1"]
        assert refused.startswith(f"<-- [500] POST {url}  EVNT-1: the receiver can't take it")
        assert refused.endswith("; again in 0 s")
        assert taken == f"<-- [200] POST {url}  EVNT-1"
        assert [await signed_by(each, SECRET) for each in got] == [True, True]
    assert "events are kept in inbox.db. Stop with Ctrl-C.\n" in command.err
    assert f"Each is posted on to {url}\n" in command.err
    assert await counts() == {State.DONE: 2}


async def test_what_is_refused_to_the_last_is_given_up() -> None:
    """With the command that posts it again; it is a dead letter, and what was printed is done."""
    async with local(status(404)) as (url, got):
        async with going("listen", "--port", "0", "--forward", url) as command:
            await delivered(command)
            await command.until("given up")
            assert await command.interrupted() == COMPLETE
        last = command.out.splitlines()[-1]
        assert last.endswith("given up, oncehub inbox retry EVNT-1 --file inbox.db posts it again")
        assert len(got) == 3
    assert await counts() == {State.DONE: 1, State.DEAD: 1}


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (status(302, Location="/elsewhere"), "a redirect (to /elsewhere) is a failure for OnceHub"),
        (status(401), "does ONCEHUB_SIGNING_SECRET hold the secret that the receiver has?"),
        (status(404), "nothing is there: is the path the one that the receiver has?"),
        (status(418), "OnceHub takes only 2xx for delivered"),
    ],
)
async def test_a_refusal_says_where_to_look(answer: Answer, why: str) -> None:
    """Beside the events where these are JSON, which nothing else stands among."""
    async with local(answer) as (url, _):
        async with going("listen", "--port", "0", "--json", "--forward", url) as command:
            await delivered(command)
            await command.until("given up")
            await command.interrupted()
    assert json.loads(command.out)["id"] == "EVNT-1"
    assert command.err.count(why) == 3


async def test_nobody_there_to_post_to(unused_tcp_port: int) -> None:
    """No answer is told as one, with what it may be; a password in the URL isn't shown."""
    url = f"http://me:pass@127.0.0.1:{unused_tcp_port}/hook?key=pass"
    async with going("listen", "--port", "0", "--forward", url) as command:
        await delivered(command)
        await command.until("given up")
        await command.interrupted()
    place = f"127.0.0.1:{unused_tcp_port}"
    told = f"<-- [no answer] POST http://{place}/hook?...  EVNT-1: nothing listens at {place}; is"
    assert command.out.count(told) == 3
    assert "pass@" not in command.out + command.err
    assert "=pass" not in command.out + command.err


async def test_what_is_unsigned_is_posted_on_without_a_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As v1 webhooks are; who wants one then says so by 401."""
    monkeypatch.delenv("ONCEHUB_SIGNING_SECRET")
    options = ("--port", "0", "--unsafe-accept-unsigned")
    async with local(status(401)) as (url, got):
        async with going("listen", *options, "--forward", url) as command:
            assert await delivered(command, secret=None) == 200
            await command.until("it wants a signature, and this had none")
            await command.interrupted()
        assert "Oncehub-Signature" not in got[0].headers


async def test_a_secret_in_a_file_is_read_for_each_event(tmp_path: Path) -> None:
    """What is posted on is signed with the one that stands first there at the time."""
    file = tmp_path / "secret.txt"
    file.write_text("first-sekrit\n")
    options = ("--port", "0", "--secret-file", str(file))
    async with local(status(200)) as (url, got):
        async with going("listen", *options, "--forward", url) as command:
            assert await delivered(command, "first-sekrit", 1) == 200
            await command.until("<-- [200]")
            file.write_text("second-sekrit\nfirst-sekrit\n")
            assert await delivered(command, "first-sekrit", 2) == 200
            await command.until("<-- [200]", 2)
            await command.interrupted()
        first, second = got
        assert await signed_by(first, "first-sekrit")
        assert await signed_by(second, "second-sekrit")
    assert "sekrit" not in command.out + command.err


async def test_metrics_count_what_came() -> None:
    """Deliveries, refusals, runs of handlers, and what the inbox holds."""
    async with going("listen", "--port", "0", "--metrics-port", "0") as command:
        assert await delivered(command) == 200
        assert await delivered(command, "another-secret") == 401
        await command.until("EVNT-1")
        lines = await command.metrics()
        await command.interrupted()
    assert 'oncehub_deliveries_total{outcome="accepted",type="booking.canceled"} 1.0' in lines
    assert 'oncehub_delivery_refusals_total{reason="mismatch"} 1.0' in lines
    assert not any("EVNT" in line for line in lines)
