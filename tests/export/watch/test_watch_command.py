"""`oncehub export --watch`: what it prints, how it ends, and what a kill leaves."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from oncehub_async.cli import main
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.simulator._faults import Change

from ...simulator.threaded import running

ACCOUNT = Account(bookings=120, contacts=10)
# The command itself, on a clock on which its shortest pause takes a moment.
PROGRAM = """
import sys
import attrs
from oncehub_async import Clock, Limits
from oncehub_async.cli import _app, _export_options, _watch_command

async def fast(request):
    limits = Limits(per_second=1000, per_five_minutes=100_000)
    return await _watch_command.watch_account(attrs.evolve(request, clock=Clock(100), limits=limits))

_export_options.watch_account = fast
sys.exit(_app.run(sys.argv[1:]))
"""


@contextmanager
def watching(sim: Simulator, out: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {
        "ONCEHUB_BASE_URL": sim.url,
        "ONCEHUB_API_KEY": sim.api_key,
    }
    arguments = ["export", "bookings", "--out", str(out), "--watch", "--every", "10", *options]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def rounds(out: Path) -> int:
    try:
        manifest = json.loads((out / "manifest.json").read_text())
    except FileNotFoundError:
        return 0
    changes = manifest["resources"]["bookings"]["changes"]
    return 0 if changes is None else int(changes["rounds"])


def wait_for_rounds(process: subprocess.Popen[str], out: Path, count: int) -> None:
    target = rounds(out) + count
    while rounds(out) < target:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_watch_that_is_stopped_ends_well(tmp_path: Path, how: signal.Signals) -> None:
    """With exit code 0 and a line; each round that brought something is a line."""
    churn = Fault("churn", "list-all-bookings", every=3, change="update")
    with running(Simulator(ACCOUNT, limits=None, faults=[churn])) as sim:
        with watching(sim, tmp_path) as process:
            wait_for_rounds(process, tmp_path, 4)
            process.send_signal(how)
            out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert err.splitlines()[-1].startswith("Stopped after a look at ")
    assert "Traceback" not in err
    told = out.splitlines()[3:]
    assert told
    assert all(line.endswith(("1 change: bookings 1", "2 changes: bookings 2")) for line in told)


def test_json_is_a_line_for_each_round_and_quiet_is_quiet(tmp_path: Path) -> None:
    """Also for rounds that brought nothing; the first is the export."""
    with running(Simulator(ACCOUNT, limits=None)) as sim:
        with watching(sim, tmp_path, "--json", "--quiet") as process:
            wait_for_rounds(process, tmp_path, 3)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
    told = [json.loads(line) for line in out.splitlines()]
    assert [each["round"] for each in told] == list(range(len(told)))
    assert len(told) >= 3
    assert told[1]["changes"] == {"bookings": 0}
    assert err == ""


def test_a_key_that_is_no_longer_valid_ends_it_with_1(tmp_path: Path) -> None:
    """With a line that says so."""
    with running(Simulator(ACCOUNT, limits=None)) as sim:
        with watching(sim, tmp_path, "--quiet") as process:
            wait_for_rounds(process, tmp_path, 1)
            sim.revoke_key(sim.api_key)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Invalid API key" in err
    assert err.count("\n") == 1


def test_killed_again_and_again_it_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """With -9, at any moment, while bookings are created, changed and deleted."""
    what: tuple[Change, ...] = ("create", "update", "delete")
    churn = [Fault("churn", "list-all-bookings", every=2, change=each) for each in what]
    pick = random.Random(1)
    with running(Simulator(ACCOUNT, limits=None, faults=churn)) as sim:
        for _ in range(4):
            with watching(sim, tmp_path, "--quiet") as process:
                wait_for_rounds(process, tmp_path, 1)
                time.sleep(pick.random() * 0.5)
                process.kill()
        sim.clear_faults()
        with watching(sim, tmp_path, "--quiet") as process:
            wait_for_rounds(process, tmp_path, 2)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        expected = {each: sim.object(each) for each in sim.ids("bookings")}
    assert process.returncode == 0
    all_lines = lines(tmp_path / "bookings.jsonl") + lines(tmp_path / "bookings.changes.jsonl")
    versions = [(each["id"], each["last_updated_time"]) for each in all_lines]
    assert len(versions) == len(set(versions))
    replayed = {each["id"]: each for each in all_lines}
    assert {key: replayed.get(key) for key in expected} == expected


def test_every_goes_with_watch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong usage is one line."""
    assert main(["export", "--out", str(tmp_path), "--every", "60"]) == 2
    assert capsys.readouterr().err == (
        "oncehub: --every: says how often to look for changes: add --watch\n"
    )
