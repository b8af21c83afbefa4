"""`oncehub watchdog`: what it tells while it goes on, and how it ends."""

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from oncehub_async.cli import COMPLETE, FAILED, SILENT, WRONG_USAGE
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.testing import make_event
from oncehub_async.webhooks import SQLiteInbox, StoredEvent, read_secret_file
from tests.typed_command import run

from ..simulator.threaded import commanded
from .going_command import going, let_pauses_pass

TOLD = "EVENTS DON'T COME"
PATIENT = ("--patience", "30")


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """An account in which things happen a minute ago: after a look, and for PATIENT too long ago."""
    start = datetime.now(UTC) - timedelta(minutes=1)
    account = Account(bookings=0, contacts=5, webhooks=1)
    with commanded(Simulator(account, limits=None, start=start), monkeypatch) as simulator:
        yield simulator


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between looks, which pass at once."""
    return let_pauses_pass(monkeypatch, 60.0)


async def came(file: Path, moment: float) -> None:
    """An event reaches the inbox."""
    inbox = SQLiteInbox(file)
    await inbox.open()
    event = StoredEvent(
        id=f"EVNT-{moment}",
        type="booking.completed",
        subject="BKNG-1",
        creation_time=moment,
        received=moment,
        body=make_event("booking.completed", event_id=f"EVNT-{moment}"),
    )
    await inbox.put(event, ())
    await inbox.close()


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """An inbox that got an event two hours ago."""
    await came(tmp_path / "inbox.db", time.time() - 7_200)
    return tmp_path / "inbox.db"


async def test_a_silence_is_told_once_and_its_end(
    sim: Simulator, file: Path, slept: list[float]
) -> None:
    """What hasn't changed since the last look isn't told again; in the end all was well."""
    async with going("watchdog", "--file", str(file), *PATIENT) as command:
        await command.until("Looking every 15 min 00 s whether events come. Stop it with Ctrl-C.")
        await command.until_true(lambda: len(slept) >= 3)
        assert "EVENTS" not in command.read()
        sim.happen("booking.scheduled")
        await command.until(TOLD)
        looks = len(slept)
        await command.until_true(lambda: len(slept) >= looks + 3)
        await came(file, time.time() + 1.0)
        await command.until("events come: ")
        assert await command.interrupted() == COMPLETE
    assert set(slept) == {900.0}
    told = command.out.splitlines()
    assert [TOLD in line for line in told] == [True, False]
    assert "1 of 1 booking that changed have none, the first since 20" in told[0]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_a_watch_that_ends_in_a_silence_says_so(
    how: signal.Signals,
    sim: Simulator,
    file: Path,
    slept: list[float],
) -> None:
    """By its exit code; as JSON each look is a line, also those that found nothing new."""
    options = ("--file", str(file), *PATIENT, "--every", "60", "--json")
    async with going("watchdog", *options) as command:
        await command.until('"silent":false', 2)
        booking = sim.happen("booking.scheduled")
        await command.until('"silent":true', 3)
        assert await command.interrupted(how) == SILENT
    *_, last = (json.loads(line) for line in command.out.splitlines())
    assert (last["missing"], last["error"]) == (1, None)
    updated = datetime.fromisoformat(sim.object(booking)["last_updated_time"])
    assert datetime.fromisoformat(last["missing_since"]) == updated.replace(microsecond=0)
    assert set(slept) == {60.0}


async def test_a_webhook_is_made_anew_once_in_a_silence(
    sim: Simulator, file: Path, slept: list[float]
) -> None:
    """Though the silence lasts until something comes to the new one."""
    secret, (old,) = file.parent / "secret.txt", sim.ids("webhooks")
    options = ("--file", str(file), *PATIENT, "--recreate", "--secret-file", str(secret))
    async with going("watchdog", *options) as command:
        await command.until("Looking every")
        sim.happen("booking.scheduled")
        await command.until("1 missed event put into the inbox")
        looks = len(slept)
        await command.until_true(lambda: len(slept) >= looks + 3)
        await command.interrupted()
    (new,) = sim.ids("webhooks")
    assert new != old
    assert command.err.count("takes its place; its signing secret is in") == 1
    assert read_secret_file(secret) == [sim.object(new)["secret"]]


async def test_what_can_not_be_made_anew_is_told_and_the_watch_goes_on(
    sim: Simulator, file: Path, slept: list[float]
) -> None:
    """The old webhook stays, for nothing stands in its place."""
    secret, (old,) = file.parent / "secret.txt", sim.ids("webhooks")
    sim.inject(Fault("server_error", "create-*-webhook", status=400))
    options = ("--file", str(file), *PATIENT, "--recreate", "--secret-file", str(secret))
    async with going("watchdog", *options) as command:
        await command.until("Looking every")
        sim.happen("booking.scheduled")
        await command.until("oncehub: the webhook could not be made anew: ")
        looks = len(slept)
        await command.until_true(lambda: len(slept) >= looks + 3)
        assert await command.interrupted() == SILENT
    assert command.out.count(TOLD) == 1
    assert list(sim.ids("webhooks")) == [old]
    assert not secret.exists()


async def test_what_failed_once_is_made_anew_at_the_next_look(
    sim: Simulator, file: Path, slept: list[float]
) -> None:
    """In the same silence; an empty file is a place for the secret."""
    secret, (old,) = file.parent / "secret.txt", sim.ids("webhooks")
    secret.touch()
    sim.inject(Fault("server_error", "create-*-webhook", status=400, times=1))
    options = ("--file", str(file), *PATIENT, "--recreate", "--secret-file", str(secret))
    async with going("watchdog", *options) as command:
        await command.until("Looking every")
        sim.happen("booking.scheduled")
        await command.until("oncehub: the webhook could not be made anew: ")
        await command.until("1 missed event put into the inbox")
        await command.interrupted()
    (new,) = sim.ids("webhooks")
    assert new != old
    assert read_secret_file(secret) == [sim.object(new)["secret"]]


def test_a_place_that_cannot_hold_the_secret_is_told_at_once(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not on the day on which it is needed."""
    options = ("--file", str(file), "--recreate", "--secret-file")
    place = str(file.parent / "nowhere" / "secret.txt")
    code, _, err = run(capsys, "watchdog", *options, place)
    assert code == WRONG_USAGE
    assert "--secret-file: there is no folder" in err


async def test_a_look_that_fails_is_told_each_time(
    sim: Simulator, file: Path, slept: list[float]
) -> None:
    """And is no silence."""
    sim.inject(Fault("server_error", "list-all-bookings", status=400))
    async with going("watchdog", "--file", str(file), *PATIENT) as command:
        await command.until("can't be told at the moment: ", 4)  # two of them in the log
        assert await command.interrupted() == COMPLETE
    assert command.out == ""


def test_one_look_that_fails_has_an_exit_code(
    sim: Simulator, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A timer's log shows it."""
    sim.inject(Fault("server_error", "list-all-bookings", status=400))
    code, out, err = run(capsys, "watchdog", "--once", "--file", str(file))
    assert (code, out) == (FAILED, "")
    assert "can't be told at the moment: " in err


async def test_metrics_are_at_the_port_that_was_asked_for(
    sim: Simulator, file: Path, slept: list[float]
) -> None:
    """With what the looks found; the page is gone with the command."""
    options = ("--file", str(file), *PATIENT, "--metrics-port", "0")
    async with aiohttp.ClientSession() as session, going("watchdog", *options) as command:
        await command.until("Looking every")
        url = command.err.split("Metrics for Prometheus are at ")[1].split()[0]
        sim.happen("booking.scheduled")
        await command.until(TOLD)
        async with session.get(url) as response:
            shown = dict(
                line.rsplit(" ", 1)
                for line in (await response.text()).splitlines()
                if not line.startswith("#")
            )
        await command.interrupted()
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(url)
    assert shown["oncehub_webhook_silent"] == "1.0"


async def test_who_runs_it_can_cancel_it(sim: Simulator, file: Path, slept: list[float]) -> None:
    """Only an interruption is an end of its own."""
    async with going("watchdog", "--file", str(file), *PATIENT) as command:
        await command.until("Looking every")
        command.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await command.task
