"""What a command says is in the words of the command line."""

import re
from pathlib import Path

import pytest

from oncehub_async.cli import WRONG_USAGE, main

SLIPS = {
    "export bookings --out x --since nope": "--since: 'nope' is not a date",
    "export --out x --since 2026 --until 2025": "--since: has to be earlier than --until",
    "export users --out x --until 7d": "--until: only bookings, contacts",
    "export bokings --out x": "RESOURCES: there is none called 'bokings'; did you mean 'bookings'?",
    "export --out x --per-second 0": "--per-second: expected a whole number",
    "export --out x --every 3": "--every: says how often",
    "export --out x --filter y": "--filter: expected NAME=VALUE",
    "export --out {file}": "--out: {file} is a file, not a folder",
    "export --out {full}": "choose another folder, or add --overwrite",
    "export --out x --proxy y": "--proxy: expected the URL",
    "check": "ONCEHUB_API_KEY: no API key is set: export ONCEHUB_API_KEY=...",
    "inbox retry": "EVENTS: name events",
    "inbox list --limit 0": "--limit: expected a number from 1 on",
    "inbox purge --older-than 1": "--older-than: expected at least 4 days",
    "listen --port 99999": "--port: expected",
    "simulate --bookings -4": "--bookings: expected",
    "demo --speed 0": "--speed: 0.0 is not a positive number",
    "demo-webhooks --events 3": "--events: expected at least 20",
    "webhooks delete": "IDS: name at least one webhook",
    "webhooks create nope --name x --url y": "EVENTS: 'nope' is none",
    "verify x --proxy y": "--proxy: without --live nothing is asked",
    "link https://x.example/y": "URL: is not on oncehub.com; if the account has a domain of its own, "
    "pass it: --custom-domain book.example.com",
}


@pytest.mark.parametrize("command", SLIPS)
def test_slips_are_told_in_options(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line that names the option as it is typed, and no parameter of Python's."""
    file, full = tmp_path / "file", tmp_path / "full"
    file.touch()
    full.mkdir()
    (full / "bookings.jsonl").touch()
    monkeypatch.chdir(tmp_path)
    places = {"file": str(file), "full": str(full)}
    if command not in ("check",):
        monkeypatch.setenv("ONCEHUB_API_KEY", "key")
    assert main(command.format(**places).split()) == WRONG_USAGE
    err = capsys.readouterr().err
    assert SLIPS[command].format(**places) in err
    assert err.count("\n") == 1
    assert not re.search(r"\w=True|\(\w+=|(?<!-)\b(out|since|until|per_second|api_key)[:=]", err)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ('"abc"', "stands in quotes"),
        ("'abc'", "stands in quotes"),
        ("Bearer abc", "begins with 'Bearer '"),
        (" bearer abc", "begins with 'Bearer '"),
        ("abc\n", "spaces at an end"),
        ("...", "three dots, which stand for your own"),
        ("your key", "has a space in it"),
        ("API-Key: abc", "has its name in front of it"),
        ("ONCEHUB_API_KEY=abc", "has its name in front of it"),
    ],
)
def test_how_a_key_was_copied_wrongly_is_told(
    key: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the key."""
    monkeypatch.setenv("ONCEHUB_API_KEY", key)
    assert main(["check"]) == WRONG_USAGE
    err = capsys.readouterr().err
    assert err.startswith("oncehub: ONCEHUB_API_KEY: the API key ")
    assert told in err
    assert "abc" not in err
