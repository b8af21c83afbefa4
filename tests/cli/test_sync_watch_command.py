"""`oncehub sync --watch`: what it tells while it goes on; and what a look into a database says."""

import json
import signal
import socket
from pathlib import Path

import duckdb
import pytest

from oncehub_async import OnceHub
from oncehub_async.cli import COMPLETE, FAILED, WRONG_USAGE
from oncehub_async.simulator import Account, Fault, Simulator
from tests.typed_command import run

from ..simulator.threaded import running
from .going_command import going, let_pauses_pass

FAST = ("--per-second", "1000", "--per-five-minutes", "100000")


@pytest.fixture
def account() -> Account:
    return Account(bookings=120, contacts=40, sms_notifications=10, seed=4)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds between looks, which pass at once."""
    return let_pauses_pass(monkeypatch, 10.0)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_what_happens_is_told_in_lines(
    how: signal.Signals,
    sim: Simulator,
    slept: list[float],
    tmp_path: Path,
) -> None:
    """Changes and deletions; a look that found nothing prints nothing, and it ends well."""
    async with going("sync", "--watch", "--every", "60", *FAST) as command:
        await command.until("Looking for changes every 1 min 00 s, for oncehub.duckdb. Stop it")
        await command.until("bookings: complete\n")
        await command.until("contacts: complete\n")
        changed, (gone, *_) = sim.create("bookings"), sim.ids("contacts")
        await command.until("  bookings ", 2)
        sim.delete(gone)
        await command.until("contacts 1 deleted")
        looks = len(slept)
        lines = len(command.out.splitlines())
        await command.until_true(lambda: len(slept) > looks + 1)
        assert len(command.out.splitlines()) == lines
        assert await command.interrupted(how) == COMPLETE
    assert command.err.splitlines()[-1] == "Stopped; the same command goes on."
    assert set(slept) == {60.0}
    with duckdb.connect(str(tmp_path / "oncehub.duckdb")) as database:
        ids = [each[0] for each in database.execute("SELECT id FROM bookings").fetchall()]
        deleted = database.execute("SELECT id FROM contacts WHERE _deleted").fetchall()
    assert changed in ids
    assert deleted == [(gone,)]


async def test_metrics_show_how_a_watch_stands(sim: Simulator, slept: list[float]) -> None:
    """Rows and lag of each table, the requests, and what is left of the budget; no ids."""
    options = ("--watch", "--quiet", "--metrics-port", "0", *FAST)
    async with going("sync", *options) as command:
        lines: list[str] = []
        while 'oncehub_sync_complete{table="bookings"} 1.0' not in lines:
            lines = await command.metrics()
        assert await command.interrupted() == COMPLETE
    rows = dict(line.split() for line in lines if line.startswith("oncehub_sync_rows{"))
    assert float(rows['oncehub_sync_rows{table="bookings"}']) >= 120
    requests = 'oncehub_requests_total{method="GET",operation="/bookings",status="200"} '
    shown = " ".join(lines)
    assert requests in shown
    assert 'oncehub_sync_lag_seconds{table="contacts"} ' in shown
    assert "oncehub_budget_room " in shown
    assert not any(each in shown for each in sim.ids("bookings"))


@pytest.mark.parametrize("command", [("sync",), ("export", "--out", "x")])
def test_metrics_are_a_watchs(
    command: tuple[str, ...], sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Elsewhere nobody could ask for them in time: the option says so, before anything is sent."""
    code, _, err = run(capsys, *command, "--metrics-port", "0", *FAST)
    assert (code, sim.stats.requests) == (WRONG_USAGE, 0)
    assert err == "oncehub: --metrics-port: shows how a watch goes on: add --watch\n"


def test_a_port_that_is_taken_is_told(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """In a line, and nothing is watched unseen."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, err = run(capsys, "sync", "--watch", "--metrics-port", port, *FAST)
    assert (code, err.count("\n")) == (FAILED, 1)
    assert port in err


async def test_a_merged_contact_is_told_where_it_went(sim: Simulator, slept: list[float]) -> None:
    """As a deletion, and by the contact that has its address now."""
    async with going("sync", "--watch", "--json", *FAST) as command:
        await command.until('"complete":true', 2)
        gone = next(each for each in sim.ids("contacts") if sim.object(each).get("email"))
        email, last_name = sim.object(gone)["email"], str(sim.object(gone)["last_name"])
        # The service merges at once; nobody sees one without the other.
        sim.inject(Fault("server_error", "list-all-contacts", status=501))
        sim.delete(gone)
        async with OnceHub() as oncehub:
            kept = await oncehub.contacts.create(
                first_name="Kept", last_name=last_name, email=email
            )
        sim.clear_faults()
        await command.until(f'"merged":{{"{gone}"')
        assert await command.interrupted() == COMPLETE
    told = [json.loads(line) for line in command.out.splitlines()]
    (merged,) = (each for each in told if each["merged"])
    assert merged["merged"] == {gone: kept.id}
    assert merged["deleted"] == {"contacts": [gone]}
    assert [each["round"] for each in told] == list(range(1, len(told) + 1))


async def test_what_fails_is_told_at_each_look(sim: Simulator, slept: list[float]) -> None:
    """And it goes on; quiet is quiet about all else."""
    sim.inject(Fault("server_error", "list-all-bookings", status=501))
    async with going("sync", "--watch", "--quiet", *FAST) as command:
        await command.until("oncehub: bookings: ", 3)
        sim.clear_faults()
        assert await command.interrupted() == COMPLETE
    assert command.out == ""
    assert all(line.startswith("oncehub: bookings: ") for line in command.err.splitlines())


def test_a_key_that_is_revoked_ends_it(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first look nothing is told of a watch that would never see anything."""
    sim.revoke_key(sim.api_key)
    code, out, err = run(capsys, "sync", "--watch", "--quiet", *FAST)
    assert (code, out) == (FAILED, "")
    assert "Invalid API key" in err


def test_seconds_that_are_too_few_are_refused(
    sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the option's name."""
    code, _, err = run(capsys, "sync", "--watch", "--every", "9", "--quiet", *FAST)
    assert (code, err) == (WRONG_USAGE, "oncehub: --every: has to be 10 seconds or more\n")


def test_a_comparison_as_json(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """With the ids of what is missing, and what is not in the account any more."""
    assert run(capsys, "sync", "--quiet", *FAST)[0] == COMPLETE
    (gone, *_), new = sim.ids("users"), sim.create("teams")
    sim.delete(gone)
    code, out, _ = run(capsys, "sync", "--check", "--json", *FAST)
    told = json.loads(out)
    assert code == FAILED
    assert told["users"]["extra"] == [gone]
    assert told["teams"]["missing"] == [new]
    assert (told["contacts"]["missing"], told["contacts"]["extra"]) == ([], [])
    code, out, _ = run(capsys, "sync", "--check", *FAST)
    assert f"users: {told['users']['rows']} rows" in out
    assert f"1 extra ({gone})" in out


def test_what_is_not_complete_says_so(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """And how to go on, which completes it."""
    sim.inject(Fault("server_error", "list-all-bookings", status=501))
    code, out, err = run(capsys, "sync", *FAST)
    assert code == FAILED
    assert "NOT COMPLETE; the same command goes on: oncehub.duckdb" in out
    assert "oncehub: bookings: " in err
    sim.clear_faults()
    code, out, _ = run(capsys, "sync", *FAST)
    assert code == COMPLETE
    assert "Complete: oncehub.duckdb" in out


def test_what_the_account_does_not_have_is_told(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is missing for that."""
    account = Account(bookings=10, contacts=10, product="calendars")
    with running(Simulator(account, limits=None)) as other:
        monkeypatch.setenv("ONCEHUB_API_KEY", other.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", other.url)
        code, out, _ = run(capsys, "sync", *FAST)
    assert code == COMPLETE
    (line,) = (each for each in out.splitlines() if each.startswith("booking_pages"))
    assert line.endswith("not in this account")
