"""docs/inbox.md says what is true: its blocks run, and its commands are such as there are."""

import re
import shlex
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import testing, webhooks
from oncehub_async.cli import WRONG_USAGE, main
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Receiver, SQLiteInbox

PAGE = (Path(__file__).parent.parent / "docs" / "inbox.md").read_text()
REDO, HANDLER, CONTRACT = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(COMMANDS,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
SECRET = "a-secret-to-try-it-out"


@pytest.fixture
async def names(tmp_path: Path) -> dict[str, Any]:
    """What the blocks find, and an inbox in which the event of the page is done."""
    receiver = Receiver(signing_secret=SECRET, inbox=SQLiteInbox(tmp_path / "inbox.db"))
    names: dict[str, Any] = {
        **{name: getattr(webhooks, name) for name in webhooks.__all__},
        **{name: getattr(testing, name) for name in testing.__all__},
        "receiver": receiver,
        "pytest": pytest,
        "time": time,
        "YESTERDAY": datetime.now(UTC) - timedelta(days=1),
        "print": lambda *_: None,
    }
    exec(HANDLER, names)
    async with receiver:
        body = make_event("booking.canceled", event_id="EVNT-8K2LQ9X")
        answer = await receiver.receive({"Oncehub-Signature": sign(body, SECRET)}, body)
        assert answer.status == 200
        await receiver.idle()
    return names


async def test_the_blocks_run(names: dict[str, Any], tmp_path: Path) -> None:
    """Doing it again, a handler, the tests of an inbox."""
    exec(REDO, names)
    await names["do_it_again"](tmp_path / "inbox.db")
    exec(CONTRACT, names)
    tests = [each for each in dir(names["TestMyInbox"]) if each.startswith("test_")]
    assert len(tests) > 30


@pytest.mark.parametrize("line", COMMANDS.splitlines())
def test_the_commands_are_understood(
    line: str,
    names: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each does something, or says that there was nothing."""
    monkeypatch.chdir(tmp_path)
    program, *arguments = shlex.split(line, comments=True)
    assert program == "oncehub"
    assert main(arguments) != WRONG_USAGE, capsys.readouterr().err
