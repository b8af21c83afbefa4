"""`oncehub inbox retry`: what failed, what is dead, what is done, what a handler never got."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from oncehub_async.cli import COMPLETE, NOT_THERE, WRONG_USAGE, main
from oncehub_async.webhooks import Claim, Outcome, SQLiteInbox, State, StoredEvent, Subscription

DAY = 86_400.0
START = 1_790_000_000.0  # 2026-09-21T14:13:20Z
OUTCOMES = {
    "done": Outcome(state=State.DONE),
    "failed": Outcome(state=State.FAILED, due=4e9, error="ValueError: later"),
    "dead": Outcome(state=State.DEAD, error="ValueError: never"),
}


@pytest.fixture
def file(tmp_path: Path) -> str:
    """For each outcome a booking that was scheduled and one that was canceled a day later."""

    async def fill() -> None:
        inbox = SQLiteInbox(tmp_path / "inbox.db")
        await inbox.open()
        subscriptions = [Subscription("crm", ["booking"]), Subscription("new", ["booking"])]
        await inbox.register(subscriptions, START)
        for name, outcome in OUTCOMES.items():
            for day, kind in enumerate(("scheduled", "canceled")):
                event = StoredEvent(
                    id=f"{name}-{kind}",
                    type=f"booking.{kind}",
                    subject=f"{name}-{kind}",
                    creation_time=START,
                    received=START + day * DAY,
                    body=b"{}",
                )
                await inbox.put(event, ("crm",))
                (claim,) = await inbox.claim(1, ("crm",), 2e9)
                await inbox.settle(claim.work[0], outcome, START)
        await inbox.close()

    asyncio.run(fill())
    return str(tmp_path / "inbox.db")


def retry(file: str, *arguments: str) -> int:
    return main(["inbox", "retry", "--file", file, *arguments])


def due(file: str, *handlers: str) -> set[str]:
    """What a receiver would do now."""

    async def look() -> set[str]:
        inbox = SQLiteInbox(file)
        await inbox.open()
        claims: list[Claim] = list(await inbox.claim(99, handlers or ("crm",), time.time() + 1))
        await inbox.close()
        return {claim.event.id for claim in claims}

    return asyncio.run(look())


@pytest.mark.parametrize(
    ("arguments", "told", "found"),
    [
        (["--failed"], "2 failed events", {"failed-scheduled", "failed-canceled"}),
        (["--failed", "--type", "booking.canceled"], "1 failed event", {"failed-canceled"}),
        (["--failed", "--since", "2026-09-22"], "1 failed event", {"failed-canceled"}),
        (["--failed", "--until", "2026-09-22T00:00:00Z"], "1 failed event", {"failed-scheduled"}),
        (["--failed", "--handler", "crm", "--type", "booking"], "2 failed events", None),
        (["failed-canceled", "--failed"], "1 failed event", {"failed-canceled"}),
        (["--all"], "2 dead letters", {"dead-scheduled", "dead-canceled"}),
        (["--all", "--failed", "--since", "2026-09-22"], "1 dead letter, 1 failed event", None),
        (["--again", "--yes"], "2 done events", {"done-scheduled", "done-canceled"}),
        (["done-canceled", "--again", "--yes"], "1 done event", {"done-canceled"}),
        (
            ["--all", "--again", "--failed", "--yes"],
            "2 dead letters, 2 failed events, 2 done",
            None,
        ),
    ],
)
def test_what_is_named_is_done_again(
    arguments: list[str],
    told: str,
    found: set[str] | None,
    file: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """By state, event, handler, type and time of arrival; nothing else is."""
    assert retry(file, *arguments) == COMPLETE
    shown = capsys.readouterr()
    assert (shown.out.startswith(told), shown.err) == (True, ""), shown
    assert shown.out.endswith("will be handled again\n")
    if found is not None:
        assert due(file) == found


@pytest.mark.parametrize(
    "arguments",
    [
        ["--again"],
        ["--again", "--all"],
        ["--past", "--handler", "new"],
        ["--failed", "--dry-run"],
        ["--all", "--dry-run"],
        ["dead-canceled", "--dry-run"],
    ],
)
def test_what_was_done_is_only_shown_at_first(
    arguments: list[str], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what else --dry-run is asked for: work by work, how much, and how to have it done."""
    assert retry(file, *arguments) == COMPLETE
    shown = capsys.readouterr()
    assert "would be handled again" in shown.out
    assert "booking.canceled" in shown.out
    assert ("--yes has it done" in shown.err) == ("--dry-run" not in arguments)
    assert due(file, "crm", "new") == set()


def test_a_handler_that_was_added_later_gets_what_came_before(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once; what it had is done again only with --again."""
    past = ("--past", "--handler", "new", "--type", "booking.canceled")
    assert retry(file, *past) == COMPLETE
    assert capsys.readouterr().out.endswith("3 past events would be handled again\n")
    assert retry(file, *past, "--yes") == COMPLETE
    assert due(file, "new") == {"done-canceled", "failed-canceled", "dead-canceled"}
    capsys.readouterr()
    assert retry(file, *past, "--yes") == NOT_THERE
    assert capsys.readouterr().out == "0 past events will be handled again\n"
    assert (
        retry(file, "dead-scheduled", "done-canceled", "--past", "--handler", "new", "--yes") == 3
    )
    shown = capsys.readouterr()
    assert shown.out == "1 past event will be handled again\n"
    assert "done-canceled" in shown.err
    assert "never given" not in shown.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--all"),
        (["dead-canceled", "--all"], "--all"),
        (["--past"], "--handler NAME"),
        (["--past", "--handler", "nwe"], "did you mean 'new'?"),
        (["--failed", "--type", "booking.cancelled"], "did you mean 'booking.canceled'?"),
        (["--failed", "--since", "soon"], "since: 'soon' is not a date or time"),
        (
            ["--failed", "--since", "2026-02-01", "--until", "2026-01-01"],
            "--since: is later than --until",
        ),
        (["--failed", "--dry-run", "--yes"], "--dry-run"),
    ],
)
def test_a_slip_changes_nothing(
    arguments: list[str], said: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told in one line, with what to write instead."""
    assert retry(file, *arguments) == WRONG_USAGE
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 1)
    assert said in shown.err
    assert due(file, "crm", "new") == set()


def test_nothing_failed_is_no_failure(file: str) -> None:
    """But of a handler that was named it is told."""
    assert retry(file, "--failed", "--type", "conversation") == COMPLETE
    assert retry(file, "--failed", "--handler", "new") == NOT_THERE
    assert retry(file, "--failed", "--type", "booking.paid", "--unlisted") == COMPLETE


def test_done_events_are_named_with_the_remedy(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who names one without --again learns of it."""
    assert retry(file, "done-canceled") == NOT_THERE
    assert "done for crm; --again does it again" in capsys.readouterr().err
    assert retry(file, "failed-canceled") == NOT_THERE
    assert "failed for crm; --failed has it tried now" in capsys.readouterr().err


def test_inbox_handlers(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What they ask for, whether a process has them, how much waits."""
    assert main(["inbox", "handlers", "--file", file]) == COMPLETE
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["crm", "booking", "no", "2"]
    assert lines[2].split() == ["new", "booking", "no", "0"]
    assert main(["inbox", "handlers", "--inbox", file, "--json"]) == COMPLETE
    told = json.loads(capsys.readouterr().out)
    assert told[0] == {"name": "crm", "types": ["booking"], "is_there": False, "waiting": 2}


@pytest.mark.parametrize("command", ["list", "handlers", "retry --all", "show E1", "purge --dead"])
def test_a_url_is_no_path(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is refused without its password, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    url = "mysql://user:sekrit@db.example/inbox"
    assert main(["inbox", *command.split(), "--file", url]) == WRONG_USAGE
    shown = capsys.readouterr()
    assert "expected the path of a SQLite file, or postgresql://USER@HOST/DATABASE" in shown.err
    assert "sekrit" not in shown.out + shown.err
    assert list(tmp_path.iterdir()) == []


def test_nothing_done_again_is_told_by_the_exit_code(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was asked for by its type or id, too; a handler that nobody knows is a slip."""
    assert retry(file, "--again", "--type", "booking.no_show") == NOT_THERE
    capsys.readouterr()
    assert retry(file, "none", "--again", "--yes") == NOT_THERE
    assert capsys.readouterr().err == "oncehub: the inbox has no event 'none'\n"
    assert retry(file, "--again", "--handler", "nope") == WRONG_USAGE
    assert capsys.readouterr().err.startswith(
        "oncehub: --handler: the inbox knows no handler 'nope'"
    )
