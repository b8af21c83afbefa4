"""Every name of a time zone that a browser reports is one, on every machine."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from oncehub_async._ground import is_time_zone

# As `Intl.DateTimeFormat().resolvedOptions().timeZone` gives them: many under older names.
REPORTED = (
    "UTC", "GMT", "Etc/UTC", "Etc/GMT+5", "Etc/GMT-14", "America/New_York", "US/Eastern", "EST5EDT",
    "Asia/Calcutta", "Asia/Katmandu", "Asia/Saigon", "Asia/Rangoon", "Europe/Kiev", "Europe/Kyiv",
    "America/Buenos_Aires", "America/Indianapolis", "America/Godthab", "Africa/Asmera",
    "Atlantic/Faeroe", "Pacific/Truk", "Pacific/Enderbury", "Australia/ACT", "Singapore", "Zulu",
)  # fmt: skip

_PROGRAM = """
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo
import zoneinfo
from oncehub_async._ground import checks
from oncehub_async.simulator import Account
from oncehub_async.web import BookingLink

for name in sys.argv[1:]:
    assert checks.time_zone(name, "guest_time_zone") == name
    assert Account(timezone=name).timezone == name
    link = BookingLink("https://oncehub.com/live-demo", time_zone=name)
    assert link.time_zone == name
    datetime.now(UTC).astimezone(ZoneInfo(name))
print("all")
"""


@pytest.mark.parametrize("of_the_machine", [True, False])
def test_reported_names_are_zones_with_and_without_the_machines_list(
    of_the_machine: bool, tmp_path: Path
) -> None:
    """The machine's list may lack the older names, or not be there at all."""
    surroundings = os.environ | ({} if of_the_machine else {"PYTHONTZPATH": str(tmp_path)})
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *REPORTED],
        env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("all\n", "")


def test_every_zone_of_the_database_is_one() -> None:
    """By all names that it ever had."""
    names = files("tzdata").joinpath("zones").read_text("utf-8").split()
    assert len(names) > 590
    assert [name for name in names if not is_time_zone(name) and name != "Factory"] == []
    assert ZoneInfo("Asia/Calcutta").key == "Asia/Calcutta"


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "asia/calcutta", "Factory", "localtime", "+05:30", "../UTC", None, 5]
)
def test_other_names_are_none(name: object) -> None:
    """Neither is what stands for no zone."""
    assert not is_time_zone(name)
