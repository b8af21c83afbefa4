"""A receiver as a program of its own: where it says it is, and what it asks of aiohttp."""

import asyncio
import importlib
import socket
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from oncehub_async.webhooks import MemoryInbox, Receiver, serve

from .conftest import SECRET


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        pytest.param(
            "::1", marks=pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6")
        ),
    ],
)
async def test_the_url_that_it_tells_leads_there(host: str) -> None:
    """An IPv6 address has brackets in it."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox(), drain=0.1)
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve(receiver, host=host, port=0, path="/in", on_start=started.set_result)
    )
    url = URL(await started)
    assert (url.host, url.path) == (host, "/in")
    async with aiohttp.ClientSession() as session:
        async with session.get(url / "health") as response:
            assert response.status == 200
    serving.cancel()
    await asyncio.wait({serving})


async def test_what_it_asks_of_aiohttp(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies end kept connections first; the end waits for no sender; nothing is unpacked."""
    asked: dict[str, Any] = {}
    stop = RuntimeError("it has asked")
    make_runner = web.AppRunner

    def runner(app: web.Application, **settings: Any) -> web.AppRunner:
        asked.update(settings)
        return make_runner(app, **settings)

    def deadlines(_server: web.Server, _seconds: float, **settings: Any) -> None:
        asked.update(settings)
        raise stop

    monkeypatch.setattr(web, "AppRunner", runner)
    module = importlib.import_module("oncehub_async.webhooks._serving.serve")
    monkeypatch.setattr(module, "ConnectionDeadlines", deadlines)
    with pytest.raises(RuntimeError, match="it has asked"):
        await serve(Receiver(signing_secret=SECRET, inbox=MemoryInbox()))
    assert asked["keepalive_timeout"] > 120.0
    assert asked["shutdown_timeout"] <= 10.0
    assert asked["auto_decompress"] is False
    assert asked["access_log"] is None
