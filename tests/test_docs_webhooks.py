"""docs/webhooks.md says what is true: its programs run as they stand there."""

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from oncehub_async import testing, webhooks
from oncehub_async.webhooks import MemoryInbox, Receiver, Refusal

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "webhooks.md").read_text()
APP, SEND, HANDLERS, ROUTERS, TEST = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SECRET = "a-secret-to-try-it-out"


async def test_the_newcomers_programs(tmp_path: Path) -> None:
    """As files, one after the other, as the page says."""
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    for name, code in (("app.py", APP), ("send.py", SEND)):
        (tmp_path / name).write_text(code.replace("8080", str(port)))
    environment = {"ONCEHUB_SIGNING_SECRET": SECRET}

    def start(name: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, name],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    app = start("app.py")
    try:
        async with aiohttp.ClientSession() as session:
            while app.poll() is None:
                try:
                    url = f"http://127.0.0.1:{port}/webhooks/oncehub/ready"
                    async with session.get(url) as response:
                        assert response.status == 200
                        break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.05)
        sent, err = await asyncio.to_thread(start("send.py").communicate)
        assert (sent.strip(), err) == ('{"status":"accepted"}', "")
        assert sent.strip() in PAGE
        assert app.stdout is not None
        line = await asyncio.to_thread(app.stdout.readline)
    finally:
        app.terminate()
        _, err = app.communicate()
    assert re.fullmatch(r"BKNG-1: Product demo, \d{4}-\d\d-\d\d 15:00:00\+00:00\n", line), err
    assert "BKNG-1: Product demo, " in PAGE
    assert (app.returncode, err) == (0, "")


async def test_the_other_blocks_run() -> None:
    """Handlers, routers and the test of the page."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    names: dict[str, Any] = {
        **{name: getattr(webhooks, name) for name in webhooks.__all__},
        **{name: getattr(testing, name) for name in testing.__all__},
        "receiver": receiver,
        "SECRET": SECRET,
        "time": time,
        "print": lambda *_: None,
    }
    for block in (HANDLERS, ROUTERS, TEST):
        exec(block, names)
    assert len(list(receiver.routes())) == 2
    await names["test_a_booking_is_welcomed"]()


def test_the_names_on_the_page_exist() -> None:
    """Whatever looks like a class of the package is one."""
    named = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)[`(]", PAGE)) - {"Oncehub"}
    assert named
    for name in named:
        assert hasattr(webhooks, name) or hasattr(testing, name), name


@pytest.mark.parametrize("module", [webhooks, testing])
def test_the_public_names_are_sorted_and_exist(module: Any) -> None:
    """Each once."""
    assert len(module.__all__) == len(set(module.__all__))
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_each_refusal_is_explained() -> None:
    """With the status that goes with it."""
    section = PAGE.split("## When nothing arrives")[1].split("\n## ")[0]
    told = {
        (name, int(row.split("|")[1]))
        for row in section.splitlines()
        if row.startswith("| ") and row.split("|")[1].strip().isdigit()
        for name in re.findall(r"`(\w+)`", row.split("|")[2])
    }
    assert told == {(str(each), each.status) for each in Refusal}
