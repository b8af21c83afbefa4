"""What the commands about webhooks print of texts, times and files that are out of the ordinary."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncehub_async.models import Webhook
from oncehub_async.simulator import Account, Simulator
from oncehub_async.webhooks import SQLiteInbox
from oncehub_async.webhooks._inbox import Outcome, State, StoredEvent
from tests.typed_command import run

from ..simulator.threaded import running

BODY = (
    b'{"id":"EVNT-1","type":"booking.canceled","data":{"id":"B-1","subject":"caf\\u00e9 \\ud83d"}}'
)
HANDLER = "[prod] crm [/x] :smile:"


@pytest.fixture
def file(tmp_path: Path) -> str:
    """An inbox with a cut emoji, a name that looks like markup, and a try in 30,000 years."""

    async def fill() -> None:
        inbox = SQLiteInbox(tmp_path / "inbox.db")
        await inbox.open()
        event = StoredEvent(
            id="EVNT-1",
            type="booking.canceled",
            subject="B-1",
            creation_time=1.0,
            received=1_790_000_000.0,
            body=BODY,
        )
        await inbox.put(event, (HANDLER,))
        (claim,) = await inbox.claim(1, (HANDLER,), 2e9)
        later = Outcome(state=State.FAILED, due=1e12, error="RetryLater: much later")
        await inbox.settle(claim.work[0], later, 1_790_000_100.0)
        await inbox.close()

    asyncio.run(fill())
    return str(tmp_path / "inbox.db")


def test_a_list_shows_names_as_they_are(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever they mean to rich; times beyond the calendar are its last moment."""
    code, out, err = run(capsys, "inbox", "list", "-f", file)
    assert (code, err) == (0, "")
    assert HANDLER in out
    assert "9999-12-31" in out
    code, out, _ = run(capsys, "inbox", "list", "-f", file, "--json")
    assert (code, json.loads(out)["work"][0]["due"][:10]) == (0, "9999-12-31")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_a_cut_emoji_is_shown_escaped(
    form: tuple[str, ...], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing else can be printed of it."""
    code, out, err = run(capsys, "inbox", "show", "EVNT-1", "-f", file, "--body", *form)
    assert (code, err) == (0, "")
    assert "\\ud83d" in out


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """The command that creates a webhook whose name looks like markup, at a simulated OnceHub."""
    with running(Simulator(Account(bookings=5, webhooks=0), limits=None)) as simulator:
        monkeypatch.setenv("ONCEHUB_BASE_URL", simulator.url)
        monkeypatch.setenv("ONCEHUB_API_KEY", simulator.api_key)
        yield ("webhooks", "create", "--name", "[prod] x [/y]", "--url", "https://me.example/hook")


def test_a_webhooks_name_is_shown_as_it_is(
    created: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever it means to rich."""
    assert run(capsys, *created)[0] == 0
    code, out, _ = run(capsys, "webhooks", "list")
    assert (code, "[prod] x [/y]" in out) == (0, True)


def test_a_secret_that_finds_no_place_is_printed(
    created: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The disk is full when the webhook is made already: it would be lost otherwise."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    path = tmp_path / "secret"
    code, out, err = run(capsys, *created, "--secret-file", str(path))
    assert (code, path.exists(), "can't be written" in err) == (1, False, True)
    assert len(out.splitlines()[-1].split()[-1]) == 32


def test_a_place_for_the_secret_that_cannot_be(
    created: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told before the webhook is made."""
    code, _, err = run(capsys, *created, "--secret-file", str(tmp_path / "no" / "file"))
    assert (code, "--secret-file: " in err) == (2, True)
    assert "WHK-" not in run(capsys, "webhooks", "list")[1]


def test_without_a_secret_nothing_could_be_verified(
    created: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """If OnceHub gives none, it is a failure, and no empty file is left."""
    monkeypatch.setattr(Webhook, "signing_secret", None)
    path = tmp_path / "secret"
    code, out, err = run(capsys, *created, "--secret-file", str(path))
    assert (code, path.exists(), "no signing secret" in err) == (1, False, True)
    assert "None" not in out
