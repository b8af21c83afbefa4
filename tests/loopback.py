"""A server on loopback that answers each request with the next line of its script."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import attrs
import orjson


@attrs.frozen
class Received:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """Which connection it came over, counted from 1."""


@attrs.frozen
class Send:
    """Bytes to send; then the connection goes on, ends, or hangs."""

    data: bytes
    close: bool = False
    hang: bool = False


DROP = Send(b"", close=True)
HANG = Send(b"", hang=True)
ENDLESS = Send(b"endless")


def answer(
    status: int = 200, body: object = b"", headers: dict[str, str] | None = None, **how: bool
) -> Send:
    """A whole answer. A body that isn't bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else orjson.dumps(body)
    lines = {"Content-Length": str(len(data)), "Request-Id": "req-1", **(headers or {})}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
    return Send(head.encode() + b"\r\n" + data, **how)


def error(status: int, kind: str = "api_error", message: str = "No.", **more: str) -> Send:
    """An error as the vendor documents it."""
    return answer(status, {"type": kind, "message": message, **more})


class Server:
    """Plays a script; when it is over, the last line is repeated."""

    def __init__(self, script: Sequence[Send]) -> None:
        self.script = list(script)
        self.received: list[Received] = []
        self.url = ""
        self._connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        try:
            while (request := await _read(reader, number)) is not None:
                self.received.append(request)
                step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if step is ENDLESS:
                    await _send_endlessly(writer)
                writer.write(step.data)
                await writer.drain()
                if step.hang:
                    await asyncio.Event().wait()
                if step.close:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader, connection: int) -> Received | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines) if k}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body, connection)


async def _send_endlessly(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    while True:
        writer.write(chunk)
        await writer.drain()


@asynccontextmanager
async def serving(*script: Send, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Run a server with this script."""
    server = Server(script)
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await server.serve(reader, writer)

    listener = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    port = listener.sockets[0].getsockname()[1]
    scheme = "http" if tls is None else "https"
    server.url = f"{scheme}://127.0.0.1:{port}/v2"
    try:
        yield server
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await listener.wait_closed()
