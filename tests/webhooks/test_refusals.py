"""No request is refused in silence: each has a line in the log that helps, and is counted."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    InboxError,
    MemoryInbox,
    Receiver,
    Refusal,
    SecretsError,
    serve,
)

from .conftest import SECRET, deliver
from .test_adapters import PATH, Adapter, aiohttp_app, alone
from .virtual_receiver import receiver, virtual

EVENT = make_event("booking.scheduled", event_id="EVNT-1")
BODY = b'{"people": "nobody@example.com"}'


@asynccontextmanager
async def served(subject: Receiver) -> AsyncIterator[str]:
    """As a program of its own."""
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(serve(subject, port=0, on_start=started.set_result))
    yield (await started).removesuffix(PATH)
    serving.cancel()
    await asyncio.wait({serving})


SIGNED_AT = time.time()
pytestmark = pytest.mark.usefixtures("time_of_signing")


def subject(**settings: Any) -> Receiver:
    how: dict[str, Any] = {"inbox": MemoryInbox(), "read_timeout": 0.3, "drain": 0.1}
    return Receiver(**{"signing_secret": SECRET, "max_body": 20_000, **how, **settings})


def request(*headers: str, body: bytes = BODY, path: str = PATH, method: str = "POST") -> bytes:
    """As it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *headers, "Connection: close"]
    if not any(each.startswith(("Content-Length", "Transfer-Encoding")) for each in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def signed(body: bytes = BODY, *, secret: str = SECRET, ago: float = 0.0) -> str:
    return f"Oncehub-Signature: {sign(body, secret, time.time() - ago)}"


async def status_of(url: str, sent: bytes, *, leaves: bool = False) -> int | None:
    """What a request is answered; nothing, where the sender doesn't wait for it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(sent)
    await writer.drain()
    if leaves:
        await asyncio.sleep(0.05)
        writer.close()
        await asyncio.sleep(0.05)
        return None
    line = await reader.readline()
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return int(line.split()[1])


SERVERS = [served, aiohttp_app, alone]
servers = pytest.mark.parametrize("server", SERVERS, ids=["serve", "add_receiver", "asgi"])

REFUSED: list[tuple[Refusal, bytes, str]] = [
    (Refusal.MISSING, request(), "drops headers"),
    (Refusal.MALFORMED, request("Oncehub-Signature: t=1"), "repeats headers"),
    (Refusal.MALFORMED, request(signed(), signed()), "repeats headers"),
    (Refusal.MISMATCH, request(signed(secret="another")), "is signing_secret that"),
    (Refusal.TOO_OLD, request(signed(ago=90_000.0)), "max_age"),
    (Refusal.IN_THE_FUTURE, request(signed(ago=-90_000.0)), "max_skew"),
    (Refusal.WRONG_METHOD, request(method="GET"), "a redirect"),
    (Refusal.WRONG_METHOD, request(method="PATCH"), "a redirect"),
    (Refusal.TOO_LARGE, request("Content-Length: 20001"), "max_body"),
    (Refusal.TOO_SLOW, request("Content-Length: 100"), "read_timeout"),
    (Refusal.COMPRESSED, request("Content-Encoding: gzip"), "compress requests"),
]


@servers
@pytest.mark.parametrize(("why", "sent", "look"), REFUSED, ids=[str(each[0]) for each in REFUSED])
async def test_each_refusal_has_a_line_and_a_count(
    server: Adapter, why: Refusal, sent: bytes, look: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One line for several of a kind, with the status, the reason and where to look."""
    this = subject()
    async with server(this) as url:
        caplog.clear()
        for _ in range(3):
            assert await status_of(url, sent) == why.status
        assert this.refusals == {why: 3}
        (line,) = told(caplog)
    assert f"refused with {why.status} ({why})" in line
    assert look in line


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines of refusals; nothing else may be an error, and no line quotes the request."""
    assert "nobody" not in caplog.text
    assert SECRET not in caplog.text
    lines = [each.getMessage() for each in caplog.records if "refused" in each.getMessage()]
    assert not [
        each
        for each in caplog.records
        if each.levelno >= logging.ERROR and "refused" not in each.getMessage()
    ]
    return lines


@servers
async def test_a_sender_that_breaks_off(server: Adapter, caplog: pytest.LogCaptureFixture) -> None:
    """400, though nobody reads it."""
    this = subject(read_timeout=5.0)
    async with server(this) as url:
        caplog.clear()
        await status_of(url, request("Content-Length: 100"), leaves=True)
        assert this.refusals == {Refusal.BROKEN_OFF: 1}
        (line,) = told(caplog)
        assert "breaks off" in line


@servers
async def test_what_is_neither_signed_nor_an_event(
    server: Adapter, caplog: pytest.LogCaptureFixture
) -> None:
    """400 for a receiver that accepts what is unsigned."""
    this = subject(unsafe_accept_unsigned=True)
    async with server(this) as url:
        caplog.clear()
        assert await status_of(url, request(body=b"[]")) == 400
        assert this.refusals == {Refusal.NO_EVENT: 1}
        (line,) = told(caplog)
        assert "whoever finds the URL" in line


class Failing(MemoryInbox):
    async def put(self, event: Any, handlers: Any) -> bool:
        raise InboxError("disk full")


class NoSecrets:
    """A source that has none at the moment."""

    async def current(self) -> Any:
        raise SecretsError("there are no signing secrets at the moment")


async def _without_secrets(this: Receiver) -> None:
    this._secrets = NoSecrets()  # type: ignore[assignment]


async def _without_inbox(this: Receiver) -> None:
    this.inbox = Failing()


async def _closed(this: Receiver) -> None:
    await this.close()


@servers
@pytest.mark.parametrize(
    ("why", "trouble", "look"),
    [
        (Refusal.NO_SECRETS, _without_secrets, "no signing secrets at the moment"),
        (Refusal.INBOX, _without_inbox, "disk full"),
        (Refusal.NOT_OPEN, _closed, "run its lifespan"),
    ],
)
async def test_what_is_not_the_senders_fault_is_503(
    server: Adapter,
    why: Refusal,
    trouble: Callable[[Receiver], Any],
    look: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As an error in the log, for OnceHub goes on trying for three days only."""
    this = subject()
    async with server(this) as url:
        await trouble(this)
        caplog.clear()
        for _ in range(2):
            assert await status_of(url, request(signed(EVENT), body=EVENT)) == 503
        assert this.refusals == {why: 2}
    (record,) = [each for each in caplog.records if f"({why})" in each.getMessage()]
    assert record.levelno == logging.ERROR
    assert look in record.getMessage()


@pytest.mark.parametrize("path", ["/", "/webhooks", f"{PATH}/more", "/%0a", "//x", "/%e9"])
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_another_path_of_a_program_that_only_receives(
    method: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """404, signed or not."""
    this = subject()
    async with served(this) as url:
        caplog.clear()
        assert await status_of(url, request(signed(), path=path, method=method)) == 404
        assert await status_of(url, request(path=path, method=method)) == 404
        assert this.refusals == {Refusal.WRONG_PATH: 2}
        (line,) = told(caplog)
        assert "the webhook's URL" in line


async def test_a_delivery_to_another_path_of_somebodys_application(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The application answers 404; that what was posted is a delivery, is told."""
    this = subject()
    async with aiohttp_app(this) as url:
        caplog.clear()
        for path in ("/webhooks", f"{PATH}/more"):
            assert await status_of(url, request(signed(), path=path)) == 404
            assert await status_of(url, request(path=path)) == 404
        assert await status_of(url, request(signed(), path="/webhooks", method="GET")) == 404
        assert this.refusals == {Refusal.WRONG_PATH: 2}
        (line,) = told(caplog)
        assert "the webhook's URL" in line


NO_HTTP = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00\xff\xfe nobody@example.com\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"HELO nobody@example.com\r\n\r\n",
    b"GET /nobody@example.com\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://[::1/nobody@example.com HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT nobody@example.com:99999999 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    request("Content-Length: nobody@example.com"),
    request("Content-Length: 3", "Content-Length: 4"),
    request("Transfer-Encoding: chunked", body=b"ZZ\r\nnobody@example.com\r\n"),
    request("Transfer-Encoding: chunked", "Content-Length: 4"),
    request("nobody@example.com"),
    request("X: a\x01b"),
    request("X: " + "nobody@example.com" * 600),
    b"nobody@example.com" * 5_000,
]


async def test_what_is_no_http_has_one_line_and_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A scanner fills no log, and nothing that it sent is quoted, in the log or in the answer."""
    this = subject()
    async with served(this) as url:
        caplog.clear()
        with caplog.at_level(logging.DEBUG):
            for sent in NO_HTTP:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", int(url.rpartition(":")[2])
                )
                writer.write(sent)
                answer = await reader.readline() + await reader.read(10_000)
                assert answer.split()[1] == b"400"
                assert b"nobody" not in answer
                writer.close()
        assert this.refusals == {Refusal.BAD_REQUEST: len(NO_HTTP)}
        (line,) = told(caplog)
        assert "no HTTP" in line
        assert not [each for each in caplog.records if each.exc_info]


@virtual
async def test_one_line_a_minute_of_each_reason() -> None:
    """With the count of those that weren't told of."""
    lines = Lines()
    async with receiver() as this:
        with lines.caught():
            for _ in range(60):
                this.refuse(Refusal.MISSING)
                this.refuse(Refusal.WRONG_PATH, "somewhere")
                await asyncio.sleep(5.0)
    for why in (Refusal.MISSING, Refusal.WRONG_PATH):
        of_it = [each for each in lines.texts if f"({why})" in each]
        assert len(of_it) == 5
        assert "more since" not in of_it[0]
        assert all("(11 more since the last line about that)" in each for each in of_it[1:])
        assert this.refusals[why] == 60


class Lines(logging.Handler):
    """What is logged, where there is no fixture for it."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())

    @contextlib.contextmanager
    def caught(self) -> Any:
        logger = logging.getLogger("oncehub_async.webhooks")
        logger.addHandler(self)
        yield
        logger.removeHandler(self)


@pytest.mark.parametrize("why", list(Refusal))
def test_an_adapter_without_an_event_loop_can_refuse(
    why: Refusal, caplog: pytest.LogCaptureFixture
) -> None:
    """WSGI has none; each reason has its status and says what to look at."""
    this = subject()
    answer = this.refuse(why, "seen by an adapter")
    assert answer.status == why.status
    assert 400 <= why.status < 600
    (line,) = told(caplog)
    assert "seen by an adapter; " in line
    assert this.refusals == {why: 1}


async def test_what_was_refused_comes_in_when_it_is_tried_again() -> None:
    """A refusal keeps nothing of an event: OnceHub's next try is as good as the first."""
    this = subject()
    assert (await deliver(this, EVENT)).status == 503
    async with this:
        assert (await this.receive({}, EVENT)).status == 401
        assert b'"accepted"' in (await deliver(this, EVENT)).body
