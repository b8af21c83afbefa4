"""What others wrote reaches a terminal as text, whatever the terminal or pipe can show."""

import ast
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from oncehub_async import OnceHub, cli
from oncehub_async.cli import COMPLETE, READER_GONE, main
from oncehub_async.cli._output import complain, note, say, say_block, say_json
from oncehub_async.cli._terminal_table import say_table
from oncehub_async.models import Webhook
from oncehub_async.resources import KeyValidation
from oncehub_async.simulator import Account, Simulator
from oncehub_async.webhooks import SQLiteInbox
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent

from ..ground.test_printable import HOSTILE, is_harmless
from ..simulator.threaded import running

ALL = "".join(text for text in HOSTILE.values() if text != "\ud83d")
NAME = ALL.replace(": ", " ") + "@x"
MESSAGE = f"Valid: {NAME}"
BODY = json.dumps({"id": "EVNT-1", "type": "a", "data": {"name": ALL}}, ensure_ascii=False)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    shown = out + err
    assert is_harmless(shown.replace("\n", "")), ascii(shown)
    assert "\noncehub: all right" not in shown
    return code, shown


@pytest.fixture
def inbox(tmp_path: Path) -> str:
    """An inbox whose every text is hostile."""

    async def fill() -> None:
        inbox = SQLiteInbox(tmp_path / "inbox.db")
        await inbox.open()
        event = StoredEvent(
            id=f"EVNT-1{ALL}",
            type=f"booking{ALL}",
            subject=f"B-1{ALL}[bold]",
            creation_time=1.0,
            received=1_790_000_000.0,
            body=BODY.encode(),
        )
        await inbox.put(event, (f"crm{ALL}",))
        (claim,) = await inbox.claim(1, (f"crm{ALL}",), 2e9)
        dead = Outcome(state=State.DEAD, due=None, error=f"ValueError: {ALL}")
        await inbox.settle(claim.work[0], dead, 1_790_000_100.0)
        await inbox.close()

    asyncio.run(fill())
    return str(tmp_path / "inbox.db")


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("list", "--json"),
        ("show", f"EVNT-1{ALL}"),
        ("show", f"EVNT-1{ALL}", "--body"),
        ("show", f"EVNT-1{ALL}", "--body", "--json"),
        ("show", f"EVNT-2{ALL}"),
        ("retry", f"EVNT-1{ALL}"),
        ("retry", f"EVNT-2{ALL}"),
        ("purge", "--waiting-for", ALL),
        ("list", "--file", f"no{ALL}".replace("\0", "")),
    ],
)
def test_an_inbox(arguments: Sequence[str], inbox: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, ids, types, errors and bodies."""
    file = () if "--file" in arguments else ("--file", inbox)
    code, shown = run(capsys, "inbox", *arguments, *file)
    assert code in (0, 1, 2, 3)
    assert shown


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    with running(Simulator(Account(bookings=5, webhooks=0), limits=None)) as simulator:
        monkeypatch.setenv("ONCEHUB_BASE_URL", simulator.url)
        monkeypatch.setenv("ONCEHUB_API_KEY", simulator.api_key)
        yield simulator


def test_an_accounts_texts(
    account: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name, and those of its webhooks."""

    async def validate(_self: OnceHub) -> KeyValidation:
        return KeyValidation(message=MESSAGE)

    monkeypatch.setattr(OnceHub, "validate_key", validate)
    assert "\\x1b" in run(capsys, "check")[1]
    code, shown = run(capsys, "check", "--json")
    assert (code, json.loads(shown)["account"]) == (0, NAME)
    name, url = f"[bold]{ALL}", "https://me.example/hook"
    code, shown = run(capsys, "webhooks", "create", "--name", name, "--url", url)
    assert code == 0
    monkeypatch.setattr(Webhook, "name", name)
    assert "[bold]" in run(capsys, "webhooks", "list")[1]
    run(capsys, "webhooks", "list", "--json")


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", f"bookings{ALL}", "--out", "x"),
        ("export", "--out", "x", "--filter", f"bookings.{ALL}=1"),
        ("export", "--out", "x", "--since", ALL),
        ("verify", f"no{ALL}".replace("\0", "")),
        ("link", f"https://oncehub.com/{ALL}"),
        ("link", "https://oncehub.com/dana", "--field", ALL),
        ("embed", ALL),
        (ALL,),
        ("check", f"--{ALL}"),
        ("simulate", "--port", ALL),
        ("listen", "--secret-env", "NONE", "--path", ALL),
        ("webhooks", "delete", ALL),
    ],
)
def test_what_was_typed(
    arguments: Sequence[str], account: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script may have it from somebody: an error that quotes it is one harmless line."""
    code, shown = run(capsys, *arguments)
    assert code != COMPLETE or arguments[0] in ("link", "embed")
    if code != COMPLETE:
        assert len(shown.splitlines()) == 1


def test_every_way_to_print(capsys: pytest.CaptureFixture[str]) -> None:
    """A command has no others; a name with rich's markup is no markup."""
    say(ALL)
    note(ALL)
    complain(ALL)
    say_block(ALL)
    say_json([ALL])
    say_table(("a",), [(f"[red]{ALL}[/red]",)])
    out, err = capsys.readouterr()
    assert is_harmless((out + err).replace("\n", ""))
    assert "[red]" in out
    assert len(err.splitlines()) == 2


SHOW = """from oncehub_async.cli._output import *; import sys
from oncehub_async.cli._terminal_table import say_table
with terminal():
    """


def python(code: str, encoding: str = "utf-8") -> "subprocess.CompletedProcess[bytes]":
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, timeout=60, check=False
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-16"])
def test_what_an_output_cannot_show_is_escaped(encoding: str) -> None:
    """A name in Greek on an old console: no traceback, and JSON stays JSON."""
    done = python(f"{SHOW}say('é Ω 👋'); note('Ω'); say_table(['a'], [['Ω']])", encoding)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert ("Ω" if encoding == "utf-16" else "\\u03a9") in done.stdout.decode(encoding)
    done = python(f"{SHOW}say_json({{'é': 'Ω 👋'}})", encoding)
    assert json.loads(done.stdout.decode(encoding)) == {"é": "Ω 👋"}


@pytest.mark.parametrize("command", [(), ("--help",), ("export", "--help"), ("inbox", "--help")])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_help_on_an_old_console(command: tuple[str, ...], encoding: str) -> None:
    """Its frames are drawn with what there is."""
    done = python(
        f"from oncehub_async.cli import main; raise SystemExit(main({command!r}))", encoding
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"oncehub" in done.stdout


@pytest.mark.parametrize("into", ["1>&-", "2>&-", "| head -1", "| true", "2>&1 >&- | true"])
def test_whoever_stops_reading_is_left_alone(into: str, inbox: str) -> None:
    """No traceback, no complaint at the end of the program."""
    command = f"{sys.executable} -m oncehub_async.cli inbox list --file {inbox} {into}"
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == b""
    assert done.returncode in (COMPLETE, READER_GONE)


def test_a_pipe_without_a_reader_has_an_exit_code() -> None:
    """That of a program that SIGPIPE ended; what was still to be printed is not complained of."""
    code = (
        "import os, sys; from oncehub_async.cli import main\n"
        "read, write = os.pipe(); os.close(read); os.dup2(write, 1)\n"
        "raise SystemExit(main(['link', 'https://oncehub.com/dana']))"
    )
    done = python(code)
    assert (done.returncode, done.stderr) == (READER_GONE, b"")


def test_what_others_log_is_shown_harmless() -> None:
    """A warning of any library, while a command runs, forges no line and no escape sequence."""
    done = python(f"{SHOW}import logging; logging.getLogger('x').error('a\\nb\\x1b[2J')")
    assert done.stderr == b"a\n  b\\x1b[2J\n"


def test_nothing_prints_but_the_one_place() -> None:
    """A command that wrote to a stream itself would show what others wrote as it is."""
    allowed = {"_output.py", "_live_output.py", "__init__.py", "_demo_receiver.py"}
    found = {
        f"{file.name}:{node.lineno}"
        for file in Path(cli.__file__).parent.glob("*.py")
        if file.name not in allowed
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr"))
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute))
    }
    assert found == set()
