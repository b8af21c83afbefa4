"""Commands that have nothing to do, or were mistyped, say so before or by their exit code."""

import asyncio
from pathlib import Path

import pytest

from oncehub_async.cli import COMPLETE, FAILED, NOT_THERE, WRONG_USAGE, main
from oncehub_async.cli._listed_values import expandable_fields
from oncehub_async.simulator import Account, Simulator
from oncehub_async.webhooks import SQLiteInbox
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent

from ..simulator.threaded import running

WEBHOOK = ("--name", "Mine", "--url", "https://me.example/hook")


@pytest.fixture
def account() -> Account:
    return Account(bookings=20, contacts=5, sms_notifications=5, webhooks=1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "--filter", "bookings.status=schedule"], "did you mean 'scheduled'?"),
        (["export", "bookings", "--filter", "status=Scheduled"], "did you mean 'scheduled'?"),
        (["export", "bookings", "--filter", "status=xyz"], "they are requested, scheduled,"),
        (["export", "bookings", "--filter", "stats=scheduled"], "did you mean status?"),
        (["export", "sms-notifications", "--filter", "recipient_type=usr"], "did you mean 'user'?"),
        (["export", "bookings", "--expand", "ownr"], "did you mean 'owner'?"),
        (["export", "bookings", "--expand", "owner,conversation.bott"], "'conversation.bot'?"),
        (["export", "sms-notifications", "--expand", "owner"], "can't expand 'owner'"),
        (["export", "--expand", "owner"], "sms_notifications can't expand 'owner'"),
        (["export", "bookings", "--watch", "--filter", "status=done"], "status"),
        (["webhooks", "create", "booking.cancelled", *WEBHOOK], "did you mean 'booking.canceled'?"),
    ],
)
def test_a_slip_is_told_before_anything_is_sent(
    arguments: list[str],
    said: str,
    sim: Simulator,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Instead of an empty file, a refusal after minutes, or a webhook that never comes."""
    out = ["--out", "x"] if arguments[0] == "export" else []
    assert main([*arguments, *out]) == WRONG_USAGE
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)
    assert said in shown.err
    assert sim.stats.requests == 0
    assert list(tmp_path.iterdir()) == []


def test_who_insists_sends_it(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """The vendor adds values without notice."""
    filters = ["--filter", "status=new", "--unlisted"]
    assert main(["export", "bookings", "--out", "x", *filters]) == COMPLETE
    assert "0 objects" in capsys.readouterr().out
    assert main(["webhooks", "create", "booking.new", *WEBHOOK, "--unlisted"]) == FAILED
    assert sim.stats.by_operation["create-a-webhook"] == 1


@pytest.mark.parametrize("expand", ["owner", "data.owner", "contact,conversation.contact"])
def test_what_is_listed_passes(expand: str, sim: Simulator) -> None:
    """In the forms of the vendor's document and of its pages."""
    options = ["--expand", expand, "--filter", "status=scheduled", "--quiet"]
    assert main(["export", "bookings", "--out", "x", *options]) == COMPLETE


def test_what_can_be_expanded_comes_from_the_models() -> None:
    """A field that holds an id or an object, and what is within it."""
    assert {"owner", "contact", "conversation.owner"} <= set(expandable_fields("bookings"))
    assert "recipient" in expandable_fields("sms_notifications")
    assert "status" not in expandable_fields("bookings")


@pytest.fixture
def file(tmp_path: Path) -> str:
    """An inbox with an event that is done, one that is dead for one of two handlers, and a wait."""

    async def fill() -> None:
        inbox = SQLiteInbox(tmp_path / "inbox.db")
        await inbox.open()
        for name, states in (
            ("DONE", {"crm": State.DONE}),
            ("DEAD", {"crm": State.DONE, "mail": State.DEAD}),
        ):
            event = StoredEvent(
                id=name,
                type="booking.canceled",
                subject=name,
                creation_time=1.0,
                received=2.0,
                body=b"{}",
            )
            await inbox.put(event, tuple(states))
            (claim,) = await inbox.claim(1, tuple(states), 2e9)
            for work in claim.work:
                await inbox.settle(work, Outcome(state=states[work.handler]), 3.0)
        await inbox.close()

    asyncio.run(fill())
    return str(tmp_path / "inbox.db")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["retry", "DEAD"], COMPLETE, "1 dead letter will"),
        (["retry", "DONE"], NOT_THERE, "DONE is no dead letter: done for crm"),
        (["retry", "DONE", "DEAD"], NOT_THERE, "1 dead letter will"),
        (["retry", "DEAD", "--handler", "mail"], COMPLETE, "1 dead letter will"),
        (["retry", "DEAD", "--handler", "crm"], NOT_THERE, "DEAD is no dead letter: done for crm"),
        (["retry", "DEAD", "--handler", "sms"], NOT_THERE, "no such handler asked for it"),
        (["retry", "--all"], COMPLETE, "1 dead letter will"),
        (["retry", "--all", "--handler", "crm"], NOT_THERE, "0 dead letters will"),
        (["retry", "NONE"], NOT_THERE, "oncehub: the inbox has no event 'NONE'\n"),
        (["retry", "NONE", "DEAD"], NOT_THERE, "1 dead letter will"),
        (["show", "NONE"], NOT_THERE, "oncehub: the inbox has no event 'NONE'\n"),
        (["purge", "--waiting-for", "sms"], NOT_THERE, "no event waits for sms"),
        (["purge", "--dead"], COMPLETE, "1 dead letter deleted"),
        (["purge", "--older-than", "30"], COMPLETE, "1 old event deleted"),
        (["purge", "--older-than", "36500"], COMPLETE, "no event is that old"),
    ],
)
def test_what_an_inbox_had_no_use_for(
    arguments: list[str],
    code: int,
    said: str,
    file: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever names something is told if it isn't there; the rest is done all the same."""
    assert main(["inbox", *arguments, "--file", file]) == code
    shown = capsys.readouterr()
    assert said in shown.out + shown.err


def test_nothing_dead_is_no_failure(file: str) -> None:
    """All dead letters are retried, and gone, where there are none: a nightly job succeeds."""
    assert main(["inbox", "purge", "--dead", "--file", file]) == COMPLETE
    assert main(["inbox", "purge", "--dead", "--file", file]) == COMPLETE
    assert main(["inbox", "retry", "--all", "--file", file]) == COMPLETE


def test_webhooks_that_are_not_there(sim: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """Those that are, are deleted, in whatever order they are named."""
    (there,) = sim.ids("webhooks")
    assert main(["webhooks", "delete", "WHK-NOTTHERE1", there]) == NOT_THERE
    shown = capsys.readouterr()
    assert f"{there} deleted" in shown.out
    assert "WHK-NOTTHERE1 is not there" in shown.err


def test_a_resource_that_the_account_does_not_have(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Named, it is missed; among all, it isn't."""
    account = Account(bookings=5, contacts=5, product="calendars")
    with running(Simulator(account, limits=None)) as simulator:
        monkeypatch.setenv("ONCEHUB_BASE_URL", simulator.url)
        monkeypatch.setenv("ONCEHUB_API_KEY", simulator.api_key)
        some = ["export", "master-pages", "users", "--quiet", "--out", str(tmp_path / "some")]
        assert main(some) == NOT_THERE
        assert main(["export", "--quiet", "--out", str(tmp_path / "all")]) == COMPLETE
