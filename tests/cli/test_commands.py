"""The command line: what it prints, and its exit codes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import attrs
import pytest
from cyclopts import App

import oncehub_async
from oncehub_async._http import KEY_VARIABLE, URL_VARIABLE
from oncehub_async.cli import main
from oncehub_async.cli._app import COMMANDS
from oncehub_async.cli._output import several, span
from oncehub_async.export import RESOURCES
from oncehub_async.simulator import Account, Fault, ServiceLimits, Simulator
from tests.typed_command import run

from ..simulator.threaded import commanded, running

SECRET = "sekrit-key-of-the-test"
ACCOUNT = Account(bookings=250, contacts=130, sms_notifications=40)


@pytest.fixture
def account() -> Account:
    return ACCOUNT


ROOMY = ("--per-second", "1000", "--per-five-minutes", "100000")


def test_check_names_the_account(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """In words and as JSON."""
    code, out, _ = run(capsys, "check")
    assert (code, out.startswith("The API key is valid. Account: ")) == (0, True)
    code, out, _ = run(capsys, "check", "--json")
    assert json.loads(out)["valid"] is True
    assert "@" in json.loads(out)["account"]


def test_check_of_an_invalid_key_is_one_line(
    sim: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the key in it."""
    monkeypatch.setenv("ONCEHUB_API_KEY", SECRET)
    code, out, err = run(capsys, "check")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "Invalid API key" in err
    assert SECRET not in err


def test_check_of_a_wrong_address_asks_for_the_version(
    sim: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The /v2 is easily forgotten."""
    monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url.removesuffix("/v2"))
    code, _, err = run(capsys, "check")
    assert code == 2
    assert "ONCEHUB_BASE_URL" in err
    assert "/v2" in err


def test_export_of_everything(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line for each resource while it runs and at the end, and a summary."""
    code, out, err = run(capsys, "export", "--out", str(tmp_path / "x"), *ROOMY)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [*RESOURCES, "Complete:", "See"]
    assert "250 objects" in out
    assert "0 of them answered 429" in out
    assert "bookings: complete, 250 objects in 3 pages" in err


def test_export_quiet_and_json(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For scripts: nothing, or the manifest."""
    code, out, err = run(capsys, "export", "users", "-o", str(tmp_path / "x"), "--quiet")
    assert (code, out, err) == (0, "", "")
    code, out, err = run(capsys, "export", "users", "-o", str(tmp_path / "y"), "--quiet", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads((tmp_path / "y" / "manifest.json").read_text())


def test_export_with_filters(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The API's own, and times without a zone are in UTC."""
    arguments = ["export", "bookings", "--out", str(tmp_path), "--quiet", "--since", "2025-06-01"]
    code, _, _ = run(capsys, *arguments, "--filter", "status=completed", "--expand", "owner")
    assert code == 0
    found = [json.loads(line) for line in (tmp_path / "bookings.jsonl").read_bytes().splitlines()]
    assert {each["status"] for each in found} == {"completed"}
    assert min(each["creation_time"] for each in found) >= "2025-06-01"


def test_a_failed_export_tells_why_in_a_line(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1; what is complete is told as well."""
    sim.inject(Fault("html", "list-all-users", status=404))
    code, out, err = run(capsys, "export", "users", "contacts", "--out", str(tmp_path))
    assert code == 1
    assert "users is not complete: " in err
    assert "run the same command again" in err
    assert "NOT COMPLETE" in out
    assert "contacts" in out


@pytest.mark.parametrize("more", [[], ["--once"]], ids=str)
def test_what_would_fail_again_is_not_to_be_run_again(
    more: list[str], sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal of the service's own comes again; beside another failure, the line stands."""
    command = ["export", "users", "contacts", "--out", str(tmp_path / "x"), *more]
    sim.inject(Fault("server_error", "list-all-users", status=403))
    code, _, err = run(capsys, *command)
    assert code == 1
    assert "users is not complete: " in err
    assert "run the same command again" not in err
    sim.inject(Fault("html", "list-all-teams", status=404))
    _, _, err = run(capsys, "export", "users", "teams", "--out", str(tmp_path / "y"), *more)
    assert "run the same command again" in err


def test_the_folder_of_another_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The remedy is another key or folder, and not the same command."""
    command = ["export", "bookings", "--out", str(tmp_path)]
    with commanded(Simulator(ACCOUNT, limits=None), monkeypatch) as sim:
        sim.inject(Fault("html", "list-all-bookings", status=403, every=2))
        assert "run the same command again" in run(capsys, *command)[2]
        port = urlsplit(sim.url).port or 0
    other = attrs.evolve(ACCOUNT, seed=9)
    with commanded(Simulator(other, limits=None, port=port), monkeypatch):
        code, _, err = run(capsys, *command)
    assert code == 1
    assert "use the key with which the export was begun, or another folder" in err
    assert "run the same command again" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export"], "--out"),
        (["export", "invoices", "--out", "x"], "none called 'invoices'; they are bookings"),
        (["export", "--out", "x", "--since", "soon"], "since: 'soon' is not a date"),
        (["export", "bookings", "--out", "x", "--filter", "status"], "NAME=VALUE"),
        (["export", "bookings", "--out", "x", "--filter", "colour=red"], "no filter 'colour'"),
        (["export", "--out", "x", "--colour"], "--colour"),
        (["export", "--out", "x", "--per-second", "0"], "--per-second: "),
        (
            ["export", "--out", "x", "--per-five-minutes", "0"],
            "--per-five-minutes: expected a whole",
        ),
        (["sync", "--per-second", "0"], "--per-second: expected a whole"),
        (["sync", "--per-five-minutes", "-1"], "--per-five-minutes: expected a whole"),
        (["export", "--out", "x", "--per-second", "many"], "many"),
        (["simulate", "--speed", "0"], "speed"),
        (["simulate", "--bookings", "-1"], "bookings"),
        (["simulate", "--port", "99999"], "port"),
        (["export", "bookngs", "--out", "x"], "did you mean 'bookings'?"),
        (["export", "users", "--out", "x", "--since", "2026-01-01"], "since: only bookings"),
        (["exprot"], "exprot"),
        (["check", "a-key-by-mistake"], "more arguments"),
        (["export", "--out", "x", "--since", "2026-02-01", "--until", "2026-01-01"], "since: "),
        (["export", "--out", "x", "--since", "0001-01-01"], "since: "),
        (["export", "bookings", "--out", "x", "--expand", "a.b.c"], "expand: "),
        (
            ["export", "sms-notifications", "--out", "x", "--filter", "recipient_type=foo"],
            "--filter: 'foo' is no recipient_type of sms_notifications; they are contact, user",
        ),
        (
            ["export", "users", "--out", "x", "--filter", "email=a", "--filter", "email=b"],
            "filter: ",
        ),
        (
            [
                "export",
                "bookings",
                "--out",
                "x",
                "--since",
                "2026-01-01",
                "--filter",
                "creation_time.gt=2026-01-01",
            ],
            "filter: ",
        ),
    ],
)
def test_wrong_usage_is_told_in_a_line(
    sim: Simulator,
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Exit code 2, nothing sent, nothing written."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert "by-mistake" not in err
    assert sim.stats.requests == 0
    assert list(tmp_path.iterdir()) == []


def test_without_a_key_the_remedy_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """And exit code 2."""
    code, _, err = run(capsys, "export", "--out", str(tmp_path / "x"))
    assert code == 2
    assert "ONCEHUB_API_KEY" in err


@pytest.mark.parametrize("command", ["", "export", "check", "simulate", "demo"])
def test_help_reads_well(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command explains itself and each of its options."""
    code, out, err = run(capsys, *filter(None, [command, "--help"]))
    assert (code, err) == (0, "")
    assert "oncehub" in out
    if command == "export":
        for word in (*RESOURCES, "manifest.json", "--since", "--filter", "Exit codes", "130"):
            assert word in out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """As packaged."""
    code, out, _ = run(capsys, "--version")
    assert (code, out.strip()) == (0, oncehub_async.__version__)


def environment(simulator: Simulator) -> dict[str, str]:
    return os.environ | {
        "ONCEHUB_BASE_URL": simulator.url,
        "ONCEHUB_API_KEY": simulator.api_key,
        "COLUMNS": "100",
    }


def test_ctrl_c_ends_with_130_and_no_file_that_looks_complete(tmp_path: Path) -> None:
    """One line, no traceback, partial files."""
    slow = Fault("latency", "list-all-bookings", seconds=60)
    with running(Simulator(ACCOUNT, limits=None, faults=[slow])) as simulator:
        command = [sys.executable, "-m", "oncehub_async.cli", "export", "--out", str(tmp_path)]
        with subprocess.Popen(
            command, env=environment(simulator), stderr=subprocess.PIPE, text=True
        ) as process:
            while not (tmp_path / "teams.jsonl").exists():
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "oncehub: interrupted"
    assert "Traceback" not in err
    assert not (tmp_path / "bookings.jsonl").exists()
    assert not json.loads((tmp_path / "manifest.json").read_text())["complete"]


def test_a_port_that_is_taken_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a word about files."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = run(capsys, "simulate", "--port", str(port))
    assert (code, out) == (1, "")
    assert "address already in use" in err
    assert err.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_told_in_a_line(
    sim: Simulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its name."""
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, "export", "--out", str(tmp_path / "file" / "folder"))
    assert code == 1
    assert err == f"oncehub: {tmp_path / 'file' / 'folder'}: Not a directory\n"
    code, _, err = run(capsys, "export", "--out", str(tmp_path / "file"))
    assert code == 2
    assert "is a file, not a folder" in err


def test_simulate_prints_what_to_type() -> None:
    """And ends well on Ctrl-C."""
    command = [sys.executable, "-m", "oncehub_async.cli", "simulate", "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert lines[1].startswith("  export ONCEHUB_BASE_URL=http://127.0.0.1:")
    assert "ONCEHUB_API_KEY=" in lines[1]
    assert process.returncode == 0


def test_the_demo_keeps_to_the_real_limits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It exports everything, and says what it took."""
    code, out, _ = run(
        capsys, "demo", "--out", str(tmp_path), "--bookings", "1500", "--speed", "40"
    )
    assert code == 0
    assert "1,500 objects" in out
    assert "Complete: " in out
    entries = json.loads((tmp_path / "manifest.json").read_text())["resources"].values()
    requests, refused = re.findall(r"counted (\d+) requests and refused (\d+)", out)[0]
    pages = sum(entry["pages"] for entry in entries)
    # To a fast clock a busy machine looks like a slow network, where walks ask for some pages twice.
    assert pages <= int(requests) - int(refused) <= 1.5 * pages
    # On a busy machine the fast clock can run ahead of the network, but not by much.
    assert int(refused) <= 3


def test_the_real_limits_are_the_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A strict service refuses nothing."""
    with running(Simulator(Account(bookings=900), limits=ServiceLimits())) as strict:
        monkeypatch.setenv("ONCEHUB_BASE_URL", strict.url)
        monkeypatch.setenv("ONCEHUB_API_KEY", strict.api_key)
        code, _, _ = run(capsys, "export", "bookings", "users", "--out", str(tmp_path))
    assert code == 0
    assert strict.stats.refused == 0


def test_without_its_extra_the_command_line_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library alone pulls in neither rich nor cyclopts."""
    for name in [name for name in sys.modules if name.startswith("oncehub_async.cli.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "cyclopts", None)
    code, out, err = run(capsys, "--help")
    assert (code, out) == (2, "")
    assert "pip install 'oncehub-async[cli]'" in err


def test_the_library_does_not_import_the_command_lines_packages() -> None:
    """Nor the simulator, which only those use who ask for it."""
    program = "import sys, oncehub_async; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"rich", "cyclopts", "oncehub_async.simulator", "aiohttp.web"} & set(loaded)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (60, "1 min 00 s"), (245, "4 min 05 s"), (7800, "2 h 10 min")],
)
def test_times_read_well(seconds: float, text: str) -> None:
    """Seconds, minutes, hours."""
    assert span(seconds) == text


def test_counts_read_well() -> None:
    """One page, two pages."""
    assert (several(1, "page"), several(1200, "page")) == ("1 page", "1,200 pages")


def test_the_extras_of_formats_are_not_needed_for_others(sim: Simulator, tmp_path: Path) -> None:
    """A machine with `[cli]` alone exports, compresses with gzip, and verifies."""
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['backports', 'backports.zstd', 'pyarrow']))\n"
        "sys.modules['compression.zstd'] = None\n"
        "from oncehub_async.cli import main\n"
        "for out, *options in (('plain',), ('gzip', '--format', 'csv', '--compress', 'gzip')):\n"
        "    assert main(['export', 'users', '--quiet', '--out', out, *options]) == 0\n"
        "    assert main(['verify', out]) == 0\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(sim),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    """The list stands apart from the commands, so that it can be shown without them."""
    place, summary = COMMANDS[name]
    module, command = place.split(":")
    found = getattr(import_module(f"oncehub_async.cli.{module}"), command)
    told = found.help if isinstance(found, App) else found.__doc__
    assert " ".join(told.split("\n\n")[0].split()) == summary


def test_the_help_names_the_variables_that_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    """It can't import their names: it would be slow."""
    assert main(["--help"]) == 0
    assert {KEY_VARIABLE, URL_VARIABLE} <= set(capsys.readouterr().out.split())
