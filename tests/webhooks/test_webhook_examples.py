"""The examples do what they say."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from examples.three_modules.app import make_receiver
from examples.three_modules.diary import Diary
from oncehub_async.testing import ReceiverClient, make_event, sign
from oncehub_async.webhooks import MemoryInbox

SECRET = "sekrit-of-the-webhook"
ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def program(
    *command: str, ready: str, environment: dict[str, str]
) -> AsyncIterator[tuple[aiohttp.ClientSession, int]]:
    """A program that runs until the block is left, then ends by SIGTERM; its free port."""
    async with _free_port() as port:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", *(part.replace("PORT", str(port)) for part in command)),
            cwd=ROOT,
            env={**os.environ, "ONCEHUB_SIGNING_SECRET": SECRET, "PORT": str(port), **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        try:
            for _ in range(400):
                try:
                    async with session.get(ready) as response:
                        if response.status == 200:
                            break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)
            yield session, port
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            out, _ = await process.communicate()
    assert b"Traceback" not in out, out.decode()


@asynccontextmanager
async def _free_port() -> AsyncIterator[int]:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    yield port


async def deliver(session: aiohttp.ClientSession, body: bytes) -> int:
    headers = {"Oncehub-Signature": sign(body, SECRET)}
    async with session.post("/webhooks/oncehub", data=body, headers=headers) as response:
        return response.status


async def test_the_crm_is_told_of_each_booking(tmp_path: Path) -> None:
    """With the event's id as idempotency key; 422 is given up, other failures are repeated."""
    told: list[tuple[str, str, str, str]] = []

    async def meeting(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        sent = await request.json()
        key = request.headers["Idempotency-Key"]
        told.append((name, key, sent["status"], sent["email"]))
        return web.Response(status=422 if name == "BKNG-BAD" else 200)

    app = web.Application()
    app.router.add_put("/meetings/{name}", meeting)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    environment = {
        "CRM_URL": f"http://127.0.0.1:{runner.addresses[0][1]}",
        "INBOX": str(tmp_path / "crm.db"),
    }
    ready = "/webhooks/oncehub/ready"
    async with program("examples.crm_upsert", ready=ready, environment=environment) as (session, _):
        for name, kind in (("BKNG-1", "scheduled"), ("BKNG-BAD", "canceled")):
            body = make_event(f"booking.{kind}", event_id=f"EVNT-{name}", data={"id": name})
            assert await deliver(session, body) == 200
        while len(told) < 2:
            await asyncio.sleep(0.02)
    await runner.cleanup()
    assert sorted(told) == [
        ("BKNG-1", "EVNT-BKNG-1", "scheduled", "carrie.customer@example.com"),
        ("BKNG-BAD", "EVNT-BKNG-BAD", "canceled", "carrie.customer@example.com"),
    ]


async def test_the_fastapi_service_counts_bookings(tmp_path: Path) -> None:
    """Its own routes and the receiver's, under uvicorn."""
    command = ("uvicorn", "examples.fastapi_service:app", "--port", "PORT", "--log-level", "error")
    environment = {"INBOX": str(tmp_path / "service.db")}
    async with program(*command, ready="/ready", environment=environment) as (session, _):
        for kind in ("scheduled", "scheduled", "canceled"):
            assert await deliver(session, make_event(f"booking.{kind}")) == 200
        assert await deliver(session, b"{}") == 200  # signed: kept as it came
        counted: dict[str, int] = {}
        while sum(counted.values()) < 3:
            async with session.get("/bookings") as response:
                counted = json.loads(await response.read())
        assert counted == {"scheduled": 2, "canceled": 1}


@pytest.mark.parametrize("busy", [False, True])
async def test_the_receiver_in_three_modules(busy: bool) -> None:
    """Tested as its users would: without a socket."""
    diary = Diary()
    receiver = make_receiver(SECRET, MemoryInbox(), diary)
    if busy:
        diary.busy.add("CVR-1")
    async with ReceiverClient(receiver, secret=SECRET) as oncehub:
        for kind, name in (
            ("scheduled", "BKNG-1"),
            ("scheduled", "BKNG-2"),
            ("canceled", "BKNG-1"),
        ):
            await oncehub.deliver(make_event(f"booking.{kind}", data={"id": name}))
        await oncehub.deliver(make_event("conversation.closed", data={"id": "CVR-1"}))
        await oncehub.handled()
    assert set(diary.meetings) == {"BKNG-2"}
    assert diary.to_call == (set() if busy else {"CVR-1"})
    follow_up = "examples.three_modules.conversations:follow_up"
    assert diary.failures == ([f"{follow_up}: RetryLater"] if busy else [])
