"""A sender of deliveries that costs little: raw HTTP over kept connections."""

import asyncio
import base64
import hmac
import time

import aiohttp

from oncehub_async.testing import make_event, sign

SECRET = "benchmark-secret-0123456789abcdef"
SVIX_SECRET = "whsec_" + "c2VjcmV0" * 4
PATH = "/webhooks/oncehub"
_JSON = {"Content-Type": "application/json"}
CONNECTIONS = 64


def body_of(number: int, template: bytes) -> bytes:
    """An event of about 1.5 KB with an id and a booking of its own."""
    return template.replace(b"EVNT-0000000000", b"EVNT-%010d" % number).replace(
        b"BKNG-0000000000", b"BKNG-%010d" % number
    )


def request(body: bytes, headers: dict[str, str]) -> bytes:
    """A delivery as bytes."""
    lines = {
        "Host": "127.0.0.1",
        "Content-Length": str(len(body)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + body


def template() -> bytes:
    """The event that all are made of, about 1.5 KB."""
    return make_event(
        "booking.scheduled", event_id="EVNT-0000000000", data={"id": "BKNG-0000000000"}
    )


Delivery = tuple[bytes, dict[str, str]]
"""A body and its headers."""


def signed(count: int, first: int) -> list[Delivery]:
    """Deliveries of different events."""
    pattern = template()
    bodies = [body_of(first + number, pattern) for number in range(count)]
    return [(body, {"Oncehub-Signature": sign(body, SECRET), **_JSON}) for body in bodies]


def signed_by_svix(count: int, first: int) -> list[Delivery]:
    """The same, signed as svix has it."""
    key, pattern = base64.b64decode(SVIX_SECRET.removeprefix("whsec_")), template()
    made: list[Delivery] = []
    for number in range(first, first + count):
        body, moment = body_of(number, pattern), str(int(time.time()))
        digest = hmac.digest(key, f"msg_{number}.{moment}.".encode() + body, "sha256")
        headers = {
            "svix-id": f"msg_{number}",
            "svix-timestamp": moment,
            "svix-signature": "v1," + base64.b64encode(digest).decode(),
        }
        made.append((body, headers | _JSON))
    return made


async def rate_by_aiohttp(port: int, deliveries: list[Delivery]) -> float:
    """The same with aiohttp's client, which costs as much as a server does."""
    left = iter(deliveries)
    url = f"http://127.0.0.1:{port}{PATH}"
    async with aiohttp.ClientSession() as session:

        async def send() -> None:
            for body, headers in left:
                async with session.post(url, data=body, headers=headers) as response:
                    await response.read()
                    response.raise_for_status()

        started = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
        return len(deliveries) / (time.perf_counter() - started)


async def rate(port: int, deliveries: list[Delivery]) -> float:
    """Deliveries a second that a server answers 200, over several connections at once."""
    ready = [request(*each) for each in deliveries]
    left = iter(ready)
    refused: list[bytes] = []

    async def send() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for data in left:
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            if not head.startswith(b"HTTP/1.1 200"):
                refused.append(head[:40])
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
    if refused:
        raise RuntimeError(f"{len(refused)} deliveries were refused: {refused[0]!r}")
    return len(ready) / (time.perf_counter() - started)
