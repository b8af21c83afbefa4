"""docs/export-formats.md: a folder that timers keep current, and what programs make of it."""

import asyncio
import csv
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from oncehub_async.cli import COMPLETE, main
from oncehub_async.export import plain_text
from oncehub_async.simulator import Account, Simulator

from .documents import ROOT, blocks, run
from .simulator.threaded import commanded

PAGE = list(blocks("docs/export-formats.md"))
RESOURCES = ("users", "contacts", "webhooks")
Row = dict[str, Any]


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Simulator]:
    account = Account(bookings=20, contacts=30, webhooks=2)
    with commanded(Simulator(account, limits=None), monkeypatch) as simulator:
        monkeypatch.chdir(tmp_path)
        yield simulator


def recipe(word: str, *others: str) -> str:
    """The one block that has these words."""
    (code,) = (each.code for each in PAGE if all(some in each.code for some in (word, *others)))
    return code


def folder_with_changes(sim: Simulator, monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    """A folder that was brought up to date twice, where we are; beside it one that is new."""
    export = ["export", *RESOURCES, "--format", format, "--quiet", "--out"]
    assert main([*export, "x", "--once"]) == COMPLETE
    for _ in range(2):
        changed, gone, *_ = sim.ids("users")
        sim.touch(changed)
        sim.delete(gone)
        assert main([*export, "x", "--once"]) == COMPLETE
    assert main([*export, "fresh"]) == COMPLETE
    monkeypatch.chdir("x")


def fresh_users() -> dict[str, Row]:
    """What an export that is new has, by id."""
    with Path("../fresh/users.jsonl").open(encoding="utf-8") as lines:
        return {row["id"]: row for row in map(json.loads, lines)}


def test_duckdb(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows as a fresh export; deleted ones are gone."""
    folder_with_changes(sim, monkeypatch, "jsonl")
    asyncio.run(run(recipe("duckdb.connect", "users"), {}, "docs/export-formats.md"))
    with duckdb.connect("account.duckdb") as connection:
        found = connection.execute("SELECT * FROM users ORDER BY id").fetchall()
        columns = [each[0] for each in connection.description]
        fresh = connection.execute(
            "SELECT {} FROM read_json('../fresh/users.jsonl', sample_size = -1) ORDER BY id".format(
                ", ".join(columns)
            )
        ).fetchall()
    assert found == fresh
    assert len(found) == len(fresh_users()) > 2


def test_sqlite_utils(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows as a fresh export; deleted ones are gone."""
    folder_with_changes(sim, monkeypatch, "jsonl")
    asyncio.run(run(recipe("sqlite_utils"), {}, "docs/export-formats.md"))
    connection = sqlite3.connect("account.db")
    connection.row_factory = sqlite3.Row
    found = {row["id"]: dict(row) for row in connection.execute("SELECT * FROM users")}
    connection.close()
    fresh = fresh_users()
    assert found.keys() == fresh.keys()
    for user, row in fresh.items():
        for name, value in row.items():
            told = found[user][name]
            assert (json.loads(told) if isinstance(value, list | dict) else told) == value


def test_pandas(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same cells as a fresh export, without apostrophes; deleted ones are gone."""
    folder_with_changes(sim, monkeypatch, "csv")
    names: dict[str, Any] = {}
    asyncio.run(run(recipe("drop_duplicates"), names, "docs/export-formats.md"))
    found = {row["id"]: row for row in names["users"].fillna("").to_dict("records")}
    with Path("../fresh/users.csv").open(encoding="utf-8-sig", newline="") as file:
        fresh = {row["id"]: row for row in csv.DictReader(file)}
    assert found == {
        user: {name: plain_text(cell) for name, cell in row.items()} for user, row in fresh.items()
    }


@pytest.mark.parametrize("program", ["pandas", "polars"])
def test_phones_and_times(program: str, sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Phones keep their plus, and times are instants."""
    assert main(["export", "contacts", "--format", "csv", "--out", "x"]) == COMPLETE
    monkeypatch.chdir("x")
    names: dict[str, Any] = {}
    asyncio.run(run(recipe(f"import {program}", '"contacts.csv"'), names, "docs/export-formats.md"))
    contacts = names["contacts"]
    with Path("contacts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    (phone,) = {name for name in rows[0] if name in ("phone", "mobile_phone")} & {"mobile_phone"}
    assert list(contacts.columns) == list(rows[0])
    phones = [row[phone] for row in rows]
    assert any(each.startswith("+") for each in phones)
    read = [each if isinstance(each, str) else "" for each in contacts[phone].to_list()]
    assert read == phones
    first = contacts["creation_time"].to_list()[0]
    assert first.isoformat()[:19] == rows[0]["creation_time"][:19]
    assert first.utcoffset().total_seconds() == 0


def commands() -> list[str]:
    """What cron and systemd run, as a shell runs it."""
    (line,) = (each.code for each in PAGE if each.language == "cron")
    (unit,) = (each.code for each in PAGE if "ExecStart=" in each.code)
    start = re.findall(r"^ExecStart=(.*)$", unit, re.MULTILINE)[0]
    file = re.findall(r"^EnvironmentFile=(.*)$", unit, re.MULTILINE)[0]
    service = f"set -a; . {file}; {start}".replace("%h", "$HOME")
    return [line.split(maxsplit=5)[5], service]


@pytest.mark.parametrize("command", commands())
def test_timers(command: str, sim: Simulator, tmp_path: Path) -> None:
    """Twice in a row, with nothing but the file of mode 600; nothing is said where all is well."""
    environment_file = tmp_path / ".oncehub"
    environment_file.touch(0o600)
    lines = [f"ONCEHUB_API_KEY={sim.api_key}", f"ONCEHUB_BASE_URL={shlex.quote(sim.url)}"]
    environment_file.write_text("\n".join(lines) + "\n")
    environment = {
        "HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "PYTHONPATH": str(ROOT),
    }
    for _ in range(2):
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=environment, capture_output=True, text=True
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert main(["verify", str(tmp_path / "oncehub")]) == COMPLETE
