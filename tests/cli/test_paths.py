"""Options that take a path: a URL is no folder, and ~ is the home."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cyclopts import App

from oncehub_async import ConfigurationError, InvalidParameterError, OnceHub
from oncehub_async.cli import WRONG_USAGE, main
from oncehub_async.cli._app import command_line
from oncehub_async.export import (
    compare_with_account,
    plan_export,
    read_manifest,
    run_export,
    verify_export,
    watch_export,
)
from oncehub_async.webhooks import SQLiteInbox

URLS = (
    "s3://bucket/x",
    "gs://bucket/x",
    "postgresql://user:sekrit@host/db",
    "duckdb:///x.duckdb",
    "HTTPS://user:sekrit@example.com/x",
    "file:///x",
    " s3://bucket/x",
)
GROUPS = ("inbox", "person", "webhooks")
INBOXES = ("--inbox", "--file")
COMMANDS = (
    ("export", "bookings", "--out"),
    ("export", "--watch", "--out"),
    ("verify",),
    ("demo", "--out"),
    ("demo-sync", "--out"),
    ("listen", "--unsafe-accept-unsigned", "--inbox"),
    ("listen", "--secret-file"),
    ("watchdog", "--recreate", "--secret-file"),
    ("inbox", "list", "--file"),
    ("inbox", "show", "EVENT", "--file"),
    ("inbox", "retry", "EVENT", "--file"),
    ("inbox", "purge", "--dead", "--file"),
    ("webhooks", "create", "--name", "x", "--url", "https://me.example", "--secret-file"),
    ("mcp", "--audit"),
    ("person", "export", "ann@example.com", "--out"),
    ("person", "export", "ann@example.com", "--html"),
    ("person", "export", "ann@example.com", "--export"),
    ("person", "erase", "ann@example.com", "--export"),
    ("report", "users", "--format", "csv", "--out"),
    ("link", "https://go.oncehub.com/x", "--guests-csv"),
)


def _paths(app: App, *names: str) -> Iterator[tuple[str, ...]]:
    """The commands below it that take a path."""
    for name in app:
        if name.startswith("-"):
            continue
        command = app[name]
        if command.default_command is None:
            yield from _paths(command, *names, name)
        elif "Path" in str(inspect.signature(command.default_command)):
            yield (*names, name)


def test_all_commands_that_take_a_path_are_tried() -> None:
    """A new one belongs into the list above."""
    tried = {command[: 2 if command[0] in GROUPS else 1] for command in COMMANDS}
    assert set(_paths(command_line())) - tried == set()


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_url_is_refused(
    command: tuple[str, ...],
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In one line, before anything is made; the password in it isn't shown."""
    if url.startswith("postgresql") and command[0] in ("listen", "inbox"):
        url = url.replace("postgresql", "ftp")  # an inbox may be in PostgreSQL, and there only
    err = _refused(command, url, tmp_path, monkeypatch, capsys)
    assert "URL" in err
    assert "sekrit" not in err
    assert ("oncehub sync" in err) is url.startswith(("postgresql", "duckdb"))


def _refused(
    command: tuple[str, ...],
    place: str,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    monkeypatch.chdir(here)
    monkeypatch.setenv("ONCEHUB_API_KEY", "key")
    monkeypatch.setenv("ONCEHUB_BASE_URL", "http://127.0.0.1:9/v2")
    assert main([*command, place]) == WRONG_USAGE
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)
    assert list(here.iterdir()) == []
    return shown.err


@pytest.mark.parametrize(
    ("command", "place"),
    [
        *((each, "...") for each in (*COMMANDS, ("sync",), ("report", "users"))),
        *((("verify",), each) for each in ("…", "<folder>", "./.../x", "<the path>/x")),
    ],
)
def test_the_dots_of_an_example_are_refused(
    command: tuple[str, ...],
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """They stand for a name; no file is made that is called so."""
    assert "stand in examples for a name" in _refused(command, place, tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    "command",
    [each for each in COMMANDS if each[0] in ("listen", "inbox") and each[-1] in INBOXES],
)
def test_an_inbox_may_be_in_postgresql(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody answers, that is said in one line, without user and password."""
    assert main([*command, "postgresql://user:sekrit@127.0.0.1:9/db"]) not in (0, WRONG_USAGE)
    shown = capsys.readouterr()
    (line,) = [each for each in shown.err.splitlines() if "postgresql://127.0.0.1/db" in each]
    assert "sekrit" not in shown.out + shown.err
    assert "user" not in line


@pytest.mark.parametrize("url", URLS)
async def test_python_refuses_it_as_well(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is still a text or a path already."""
    monkeypatch.chdir(tmp_path)
    oncehub = OnceHub("key")
    out: Any
    for out in (url, Path(url)):
        with pytest.raises(InvalidParameterError, match=r"out: is .*URL"):
            await run_export(oncehub, plan_export(), out)
        with pytest.raises(InvalidParameterError, match=r"out: is .*URL"):
            await anext(watch_export(oncehub, plan_export(), out))
        with pytest.raises(InvalidParameterError, match=r"folder: is .*URL"):
            verify_export(out)
        with pytest.raises(InvalidParameterError, match=r"folder: is .*URL"):
            read_manifest(out)
        with pytest.raises(InvalidParameterError, match=r"folder: is .*URL"):
            await compare_with_account(oncehub, out)
        with pytest.raises(ConfigurationError, match="path: "):
            SQLiteInbox(out)
    assert list(tmp_path.iterdir()) == []


def test_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A shell leaves ~ as it is in --out=~/x and in quotes."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(home))
    assert main(["demo", "--out=~/x", "--bookings", "10"]) == 0
    assert main(["verify", "~/x"]) == 0
    assert str(home / "x" / "bookings.jsonl") in capsys.readouterr().out
    assert SQLiteInbox("~/inbox.db").path == home.resolve() / "inbox.db"
    assert list(here.iterdir()) == []
    assert main(["verify", "~nobody-of-that-name/x"]) == WRONG_USAGE
    assert "write the whole path" in capsys.readouterr().err
