"""The export job in examples/: what cron and systemd start does its work, and says when it didn't."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from oncehub_async.simulator import Account, Simulator

from .documents import ROOT
from .simulator.threaded import running

JOB = ROOT / "examples" / "export_job"
SERVICE, TIMER, CRON = (JOB / f"oncehub-export.{kind}" for kind in ("service", "timer", "cron"))
PLACES = {"/opt/oncehub/export.sh": str(JOB / "export.sh")}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    account = Account(bookings=130, contacts=20, quirks=False)
    with running(Simulator(account, limits=None)) as simulator:
        yield simulator


@pytest.fixture
def machine(tmp_path: Path, sim: Simulator) -> dict[str, str]:
    """What stands elsewhere on a machine: where each is here."""
    (tmp_path / "state").mkdir()
    key = tmp_path / "oncehub-export.env"
    key.write_text(f"ONCEHUB_API_KEY={sim.api_key}\nONCEHUB_BASE_URL={sim.url}\n")
    return {
        **PLACES,
        "/etc/oncehub-export.env": str(key),
        "/opt/oncehub/bin": str(Path(sys.executable).parent),
        "%S/": f"{tmp_path}/state/",
        "/var/lib/": f"{tmp_path}/state/",
    }


def here(text: str, machine: Mapping[str, str]) -> str:
    for place, ours in machine.items():
        text = text.replace(place, ours)
    return text


def run(
    command: list[str], environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a job with nothing in its environment but what it is given, and where the package is."""
    return subprocess.run(
        command,
        env={"PYTHONPATH": str(ROOT), "ONCEHUB_EXPORT_FOLDER": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def unit(file: Path) -> Mapping[str, Mapping[str, list[str]]]:
    """The sections of a unit; a key may come several times."""
    sections: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in file.read_text().splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            section.setdefault(name, []).append(value)
    return sections


def cron_command() -> tuple[dict[str, str], str, str]:
    """The settings of the table, when it runs, and what."""
    lines = [line for line in CRON.read_text().splitlines() if line and line[0] != "#"]
    settings = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]+=", line))
    (entry,) = (line for line in lines if not re.match(r"[A-Z]+=", line))
    minute, hour, day, month, weekday, user, command = entry.split(maxsplit=6)
    assert user == "oncehub"
    return settings, " ".join((minute, hour, day, month, weekday)), command


def test_the_service_brings_a_folder_up_to_date(
    machine: dict[str, str], sim: Simulator, tmp_path: Path
) -> None:
    """As systemd would start it: the first time all, then what has changed, and not a word."""
    service = unit(SERVICE)["Service"]
    (start,) = service["ExecStart"]
    (file,) = service["EnvironmentFile"]
    given = [*Path(here(file, machine)).read_text().split(), *service["Environment"]]
    environment = dict(here(each, machine).split("=", 1) for each in given)
    folder = Path(environment["ONCEHUB_EXPORT_FOLDER"])
    assert folder == tmp_path / "state" / service["StateDirectory"][0]

    for _ in range(2):
        done = run([here(start, machine)], environment, folder)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        sim.touch(next(sim.ids("bookings")))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["resources"]["bookings"]["count"] == 130
    changes = (folder / "bookings.changes.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in changes] == [next(sim.ids("bookings"))]


def test_cron_does_the_same(machine: dict[str, str], tmp_path: Path) -> None:
    """With the shell and the path of its table, and the key from a file."""
    settings, when, command = cron_command()
    assert re.fullmatch(r"[0-5]?\d \* \* \* \*", when)
    # A percent sign is a line feed to cron.
    assert "%" not in command
    path = here(settings["PATH"], machine)
    folder = tmp_path / "state" / "oncehub-export"
    done = run([settings["SHELL"], "-c", here(command, machine)], {"PATH": path}, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads((folder / "manifest.json").read_text())["complete"]


def test_what_goes_wrong_is_told(machine: dict[str, str], sim: Simulator, tmp_path: Path) -> None:
    """By the exit code, and in words that cron writes a mail of; a spoiled file, too."""
    folder, script = tmp_path / "export", here("/opt/oncehub/export.sh", machine)
    path = {"PATH": f"{Path(sys.executable).parent}:{os.defpath}"}
    key = {"ONCEHUB_API_KEY": sim.api_key, "ONCEHUB_BASE_URL": sim.url}
    done = run([script], path, folder)
    assert done.returncode == 2
    assert "ONCEHUB_API_KEY" in done.stderr

    done = run([script], path | key | {"ONCEHUB_API_KEY": "wrong"}, folder)
    assert done.returncode == 1
    assert "Invalid API key" in done.stderr

    assert run([script], path | key, folder).returncode == 0
    file = folder / "bookings.jsonl"
    file.write_bytes(file.read_bytes().replace(b"scheduled", b"schEduled", 1))
    done = run([script], path | key, folder)
    assert done.returncode == 1
    assert "SHA-256" in done.stderr


def test_the_timer_starts_the_service() -> None:
    """Of the same name, each hour, also after the machine was off."""
    timer = unit(TIMER)
    assert TIMER.stem == SERVICE.stem
    assert timer["Timer"]["OnCalendar"] == ["hourly"]
    assert timer["Timer"]["Persistent"] == ["yes"]
    assert timer["Install"]["WantedBy"] == ["timers.target"]


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Every setting is one that systemd knows."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze isn't here")
    for file in (SERVICE, TIMER):
        (tmp_path / file.name).write_text(here(file.read_text(), PLACES))
    done = subprocess.run(
        [analyze, "verify", *(str(tmp_path / file.name) for file in (SERVICE, TIMER))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "oncehub-export" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
