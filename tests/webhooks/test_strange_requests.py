"""Requests that OnceHub doesn't send: whoever finds the URL can."""

import asyncio
import gzip
import logging
from typing import Any

import pytest

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import ReceiverApp

from .conftest import SECRET
from .test_adapters import PATH, Adapter, adapters, aiohttp_app, answer_to, make_receiver

HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\n".encode()


@adapters
@pytest.mark.parametrize("encoding", ["gzip", "Deflate", "identity, br", '"zstd"'])
async def test_what_is_encoded_is_refused_unread(adapter: Adapter, encoding: str) -> None:
    """415: a signature is over the body as it was sent, and nothing is unpacked for strangers."""
    body = gzip.compress(make_event("booking.canceled"))
    for sent in (b"abcde", body):
        head = (
            f"Content-Encoding: {encoding}\r\nOncehub-Signature: {sign(sent, SECRET)}\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n"
        )
        async with adapter(make_receiver()) as url:
            assert (await answer_to(url, HEAD + head.encode() + sent)).startswith(b"HTTP/1.1 415")


@adapters
@pytest.mark.parametrize(
    "encoding", ["identity", "", "utf-8", "aws-chunked", "none", "identity, identity", "\xe9"]
)
async def test_what_compresses_nothing_is_no_encoding(adapter: Adapter, encoding: str) -> None:
    """Whatever else gateways write there: whether the body was changed shows the signature."""
    body = make_event("booking.canceled")
    head = (
        f"Content-Encoding: {encoding}\r\nOncehub-Signature: {sign(body, SECRET)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    async with adapter(make_receiver()) as url:
        sent = HEAD + head.encode("latin-1") + body
        assert (await answer_to(url, sent)).startswith(b"HTTP/1.1 200")


async def test_a_sender_that_breaks_off_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the log nor in an answer, whether it leaves or sends what is no chunk."""
    with caplog.at_level(logging.INFO):
        async with aiohttp_app(make_receiver()) as url:
            port = int(url.rpartition(":")[2])
            for first, second in (
                (b"Content-Length: 100\r\n\r\nonly this", b""),
                (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"ZZ\r\nabc\r\n"),
            ):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(HEAD + first)
                await writer.drain()
                await asyncio.sleep(0.05)
                if second:
                    writer.write(second)
                    assert (await reader.readline()).startswith(b"HTTP/1.1 4")
                writer.close()
                await writer.wait_closed()
            await asyncio.sleep(0.05)
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize(("version", "told"), [("1.1", True), ("2", False), ("3", False)])
async def test_the_connection_header_is_of_http_1(version: str, told: bool) -> None:
    """Later versions have none, and forbid it."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "http_version": version, "method": "PUT", "path": PATH, "headers": []}
    await ReceiverApp(make_receiver())(scope, receive, send)
    assert sent[0]["status"] == 405
    assert (b"connection" in dict(sent[0]["headers"])) is told
