"""`oncehub list`, `get` and `open`."""

import json

import pytest

from oncehub_async.cli import COMPLETE, NOT_THERE, WRONG_USAGE, main
from oncehub_async.export import RESOURCES
from oncehub_async.simulator import Account, Simulator

from ..simulator.threaded import running


def ids_of(simulator: Simulator, resource: str) -> list[str]:
    """The ids that a simulator has, in the list's order."""
    return list(simulator.ids(resource))


GETTABLE = tuple(name for name in RESOURCES if name != "sms_notifications")


@pytest.fixture
def account() -> Account:
    return Account(bookings=130, contacts=5, sms_notifications=5, webhooks=1)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_is_listed(
    resource: str, sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table with whole ids, and JSON with the same, without a secret."""
    assert main(["list", resource.replace("_", "-"), "--limit", "3"]) == COMPLETE
    shown = capsys.readouterr()
    ids = [line.split()[0] for line in shown.out.splitlines()[1:]]
    assert ids == ids_of(sim, resource)[:3]
    assert ("more than these 3" in shown.err) is (len(ids_of(sim, resource)) > 3)
    assert main(["list", resource, "--limit", "3", "--json"]) == COMPLETE
    text = capsys.readouterr().out
    assert [each["id"] for each in json.loads(text)] == ids
    assert "secret" not in text


def test_no_more_is_read_than_asked_for(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """One request for 20, two for 120; filters in both notations."""
    assert main(["list", "bookings"]) == COMPLETE
    assert len(capsys.readouterr().out.splitlines()) == 21
    assert sim.stats.requests == 1
    assert main(["list", "bookings", "--limit", "120", "--json"]) == COMPLETE
    assert len(json.loads(capsys.readouterr().out)) == 120
    arguments = ["status=scheduled", "--filter", f"owner={ids_of(sim, 'users')[0]}", "--json"]
    assert main(["list", "bookings", *arguments]) == COMPLETE
    found = json.loads(capsys.readouterr().out)
    assert {(each["status"], each["owner"]) for each in found} <= {
        ("scheduled", ids_of(sim, "users")[0])
    }


def test_calendars_by_their_short_name(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Their ids are what embeds and filters want."""
    assert main(["list", "calendars"]) == COMPLETE
    assert ids_of(sim, "booking_calendars")[0] in capsys.readouterr().out


@pytest.mark.parametrize("resource", GETTABLE)
def test_any_id_is_shown(resource: str, sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Its beginning says what it is."""
    known = ids_of(sim, resource)[0]
    assert main(["get", known]) == COMPLETE
    assert f"id {known}" in " ".join(capsys.readouterr().out.split())
    assert main(["get", known, "--json"]) == COMPLETE
    text = capsys.readouterr().out
    assert json.loads(text)["id"] == known
    assert "secret" not in text


def test_a_booking_with_its_owner(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Expanded on request."""
    assert main(["get", ids_of(sim, "bookings")[0], "--expand", "owner", "--json"]) == COMPLETE
    assert json.loads(capsys.readouterr().out)["owner"]["object"] == "user"


def test_addresses(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """A calendar's alone; a booking's with what each is for; a team has none."""
    assert main(["open", ids_of(sim, "booking_calendars")[0]]) == COMPLETE
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("https://")
    assert main(["open", ids_of(sim, "bookings")[0]]) == COMPLETE
    assert "ics_url: https://" in capsys.readouterr().out
    assert main(["open", ids_of(sim, "teams")[0]]) == NOT_THERE
    assert "has no address" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["list", "bookngs"], "did you mean 'bookings'?"),
        (["list", "bookings", "stats=scheduled"], "did you mean status?"),
        (["list", "bookings", "status=schedule"], "did you mean 'scheduled'?"),
        (["list", "bookings", "scheduled"], "NAME=VALUE"),
        (["list", "bookings", "--expand", "ownr"], "did you mean 'owner'?"),
        (["list", "bookings", "--limit", "0"], "limit"),
        (["get", "sekrit"], "BKNG- (bookings)"),
        (["get", "XYZ-1"], "BKNG- (bookings)"),
        (["get", "bkng-abc"], "did you mean BKNG-ABC?"),
        (["get", "BKNG-"], "expected"),
        (["get", "SMS-1"], "oncehub list sms-notifications"),
        (["get", "BKNG-1", "--expand", "ownr"], "did you mean 'owner'?"),
        (["get", "CTC-1", "--expand", "owner"], "only bookings"),
        (["open", "sekrit"], "BKNG- (bookings)"),
    ],
)
def test_slips_are_told_before_a_request(
    arguments: list[str], said: str, sim: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit code 2, and nothing of what could be a key."""
    assert main(arguments) == WRONG_USAGE
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)
    assert said in shown.err
    assert "sekrit" not in shown.err
    assert sim.stats.requests == 0


def test_what_is_not_there(
    sim: Simulator, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, in words."""
    assert main(["get", "BKNG-NOTTHERE0001"]) == NOT_THERE
    assert "BKNG-NOTTHERE0001 is not in this account" in capsys.readouterr().err
    account = Account(bookings=5, contacts=5, product="calendars")
    with running(Simulator(account, limits=None)) as other:
        monkeypatch.setenv("ONCEHUB_BASE_URL", other.url)
        monkeypatch.setenv("ONCEHUB_API_KEY", other.api_key)
        assert main(["list", "master-pages"]) == NOT_THERE
        assert "other product" in capsys.readouterr().err
