"""Headless Chromium, driven over its DevTools protocol.

https://chromedevtools.github.io/devtools-protocol/
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import attrs

BINARY = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
"""Debian's package is called chromium."""
_QUIET = (
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
_PATIENCE = 30.0


@attrs.frozen
class Tab:
    """A page that is open."""

    _socket: aiohttp.ClientWebSocketResponse

    async def run(self, expression: str) -> Any:
        """What a JavaScript expression gives; a promise is waited for."""
        parameters = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        call = {"id": 1, "method": "Runtime.evaluate", "params": parameters}
        await self._socket.send_json(call)
        while (answer := await self._socket.receive_json()).get("id") != 1:
            pass
        result = answer["result"]
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")


@attrs.frozen
class Chromium:
    """A browser that finds every host on one port of this machine."""

    _url: str

    @asynccontextmanager
    async def tab(self, url: str) -> AsyncIterator[Tab]:
        """Open a page and wait until it is loaded."""
        async with aiohttp.ClientSession() as session:
            async with session.put(f"{self._url}/json/new?about:blank") as answer:
                target = await answer.json()
            async with session.ws_connect(target["webSocketDebuggerUrl"]) as socket:
                tab = Tab(socket)
                await socket.send_json({"id": 2, "method": "Page.navigate", "params": {"url": url}})
                while (await socket.receive_json()).get("id") != 2:
                    pass
                await tab.run(
                    "new Promise(done => document.readyState === 'complete' ? done() "
                    ": addEventListener('load', () => done()))"
                )
                yield tab
            async with session.get(f"{self._url}/json/close/{target['id']}"):
                pass


@contextmanager
def running(port: int) -> Iterator[Chromium]:
    """Run a browser; all hosts but 127.0.0.1 are found on `port`, whatever their certificate."""
    assert BINARY is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # As root Chromium has no sandbox.
        sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
        browser = subprocess.Popen(
            [
                BINARY,
                *_QUIET,
                *sandbox,
                f"--user-data-dir={profile}",
                "--remote-debugging-port=0",
                "--ignore-certificate-errors",
                f"--host-resolver-rules=MAP * 127.0.0.1:{port}, EXCLUDE 127.0.0.1",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "TMPDIR": profile},
        )
        try:
            yield Chromium(f"http://127.0.0.1:{_devtools_port(Path(profile), browser)}")
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()


def _devtools_port(profile: Path, browser: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and browser.poll() is None:
        try:
            port, *path = (profile / "DevToolsActivePort").read_text().splitlines()
        except (FileNotFoundError, ValueError):
            time.sleep(0.05)
            continue
        if path:
            return int(port)
    raise AssertionError(f"Chromium didn't start (exit code {browser.poll()})")
