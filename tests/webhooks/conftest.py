"""What the tests of the receiver share."""

import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import DeliveryAnswer, Inbox, MemoryInbox, Receiver, SQLiteInbox
from oncehub_async.webhooks._inbox import sqlite_inbox

SECRET = "sekrit-of-the-webhook"

DAY = 86_400.0

MakeInbox = Callable[[], Inbox]


@pytest.fixture(params=["memory", "sqlite"])
def make_inbox(request: pytest.FixtureRequest, tmp_path: Path) -> MakeInbox:
    """Each implementation of the interface in turn; the SQLite file is the same one each time."""
    if request.param == "memory":
        return lambda: MemoryInbox(keep=7 * DAY)
    return lambda: SQLiteInbox(tmp_path / "inbox.db")


@pytest.fixture
async def inbox(make_inbox: MakeInbox) -> AsyncIterator[Inbox]:
    """An open inbox."""
    inbox = make_inbox()
    await inbox.open()
    yield inbox
    await inbox.close()


@pytest.fixture
def time_of_signing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a module signed when it was collected, at its SIGNED_AT, is young, however late it is."""
    real = time.time
    late = real() - request.module.SIGNED_AT
    monkeypatch.setattr(time, "time", lambda: real() - late)


@pytest.fixture
def dead_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inboxes in files look each time who has died, and need no patience to see it."""
    monkeypatch.setattr(sqlite_inbox, "_SECONDS_BETWEEN_ROLL_CALLS", 0.0)
    monkeypatch.setattr("oncehub_async.webhooks._inbox.owner_lock.MISSING", 1e-9)


async def deliver(
    receiver: Receiver, body: bytes | None = None, *, at: float | None = None
) -> DeliveryAnswer:
    """Post a body (an event, if none is given) as OnceHub does."""
    data = make_event("booking.scheduled") if body is None else body
    moment = time.time() if at is None else at
    return await receiver.receive({"Oncehub-Signature": sign(data, SECRET, moment)}, data)
