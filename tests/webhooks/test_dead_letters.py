"""A dead letter is told, once, to those who want to know; and decisions are no failures."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from oncehub_async import ConfigurationError
from oncehub_async.testing import ReceiverClient, make_event
from oncehub_async.webhooks import (
    CallNext,
    Context,
    CrashError,
    EnvelopeError,
    Event,
    GiveUp,
    HandlerDecision,
    MemoryInbox,
    Receiver,
    RetryLater,
    Router,
    State,
    opened_inbox,
)

from ..documents import ROOT
from .conftest import SECRET

HOUR = 3600.0
Told = list[tuple[str, str, str, int]]


def made() -> Receiver:
    return Receiver(signing_secret=SECRET, inbox=MemoryInbox())


def noting(router: Router, told: Told, who: str) -> None:
    @router.on_dead_letter
    async def note(error: Exception, event: Event, context: Context) -> None:
        told.append((who, type(error).__name__, event.id, context.attempt))


async def fail(_event: Event, context: Context) -> None:
    """As it was asked to, by the handler's name."""
    if context.handler == "gives up":
        raise GiveUp("nobody to tell")
    if context.handler == "waits" and context.attempt < 3:
        raise RetryLater(60)
    if context.handler != "works":
        raise ConnectionError


async def test_each_is_told_once_when_all_is_lost() -> None:
    """Not while it will be tried again; by each handler for itself."""
    receiver, told = made(), Told()
    for name in ("gives up", "waits", "fails", "works"):
        receiver.on("booking.canceled", name=name, attempts=4)(fail)
    noting(receiver, told, "all")
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        await oncehub.handled()
        assert told == [("all", "GiveUp", "EVNT-1", 1)]
        while set(await oncehub.advance(4 * HOUR)) != {State.DONE, State.DEAD}:
            pass
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        await oncehub.handled()
    assert sorted(told) == [
        ("all", "ConnectionError", "EVNT-1", 4),
        ("all", "ConnectionError", "EVNT-1", 4),
        ("all", "GiveUp", "EVNT-1", 1),
    ]


async def test_the_nearest_routers_are_told_first() -> None:
    """And routers beside it nothing."""
    receiver, inner, other, told = made(), Router(), Router(), Told()
    inner.on("booking.canceled", name="gives up")(fail)
    other.on("booking.canceled", name="works")(fail)
    for router, who in ((receiver, "outer"), (inner, "inner"), (other, "other")):
        noting(router, told, who)
    receiver.include(inner)
    receiver.include(other)
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
        await oncehub.handled()
    assert [who for who, *_ in told] == ["inner", "outer"]


async def test_what_an_error_handler_decides_counts() -> None:
    """The `GiveUp` that it raised is what dead letters are told by."""
    receiver, told = made(), Told()
    receiver.on("booking.canceled", name="fails")(fail)
    noting(receiver, told, "all")

    @receiver.on_error
    async def hopeless(error: Exception, event: Event, context: Context) -> None:
        raise GiveUp("it won't get better")

    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        assert await oncehub.handled() == {State.DEAD: 1}
    assert told == [("all", "GiveUp", "EVNT-1", 1)]


@pytest.mark.parametrize("trouble", [ValueError("x"), RetryLater(1), GiveUp("y")])
async def test_one_that_fails_changes_nothing(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are told all the same; the log says so, without the error's text."""
    receiver, told = made(), Told()
    receiver.on("booking.canceled", name="gives up")(fail)

    @receiver.on_dead_letter
    async def broken(error: Exception, event: Event, context: Context) -> None:
        raise trouble

    noting(receiver, told, "all")
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
        assert await oncehub.handled() == {State.DEAD: 1}
    assert len(told) == 1
    assert "a dead letter's handler failed itself" in caplog.text


async def test_one_that_hangs_is_cut_off() -> None:
    """After the time that the handler has."""
    receiver, told = made(), Told()
    receiver.on("booking.canceled", name="gives up", timeout=0.05)(fail)

    @receiver.on_dead_letter
    async def hangs(error: Exception, event: Event, context: Context) -> None:
        await asyncio.Event().wait()

    noting(receiver, told, "all")
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
        assert await oncehub.handled() == {State.DEAD: 1}
    assert len(told) == 1


async def test_a_dead_letter_that_is_handled_again_can_die_again() -> None:
    """That is another one."""
    receiver, told = made(), Told()
    receiver.on("booking.canceled", name="gives up")(fail)
    noting(receiver, told, "all")
    for _ in range(2):
        async with ReceiverClient(receiver) as oncehub:
            await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
            await oncehub.handled()
    assert len(told) == 2


async def test_middleware_tells_decisions_from_failures() -> None:
    """By the class, also of those derived from it; a time-out is a cancellation for it."""
    receiver, seen = made(), list[str]()

    @receiver.middleware
    async def watch(event: Event, context: Context, call_next: CallNext) -> None:
        try:
            await call_next(event, context)
        except HandlerDecision as decision:
            seen.append(f"{context.handler}: decided {type(decision).__name__}")
            raise
        except Exception as error:
            seen.append(f"{context.handler}: {type(error).__name__}")
            raise

    for name in ("gives up", "waits", "fails", "works"):
        receiver.on("booking.canceled", name=name)(fail)
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
        await oncehub.handled()
    assert seen == [
        "gives up: decided GiveUp",
        "waits: decided RetryLater",
        "fails: ConnectionError",
    ]
    assert not issubclass(CrashError, HandlerDecision)
    assert not issubclass(EnvelopeError, HandlerDecision)


def test_only_coroutine_functions_are_told() -> None:
    """As with error handlers."""
    receiver = made()
    with pytest.raises(ConfigurationError, match="no coroutine function"):
        receiver.on_dead_letter(lambda error, event, context: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(ConfigurationError, match=r"\(error, event, context\)"):

        @receiver.on_dead_letter  # type: ignore[arg-type]
        async def few(error: Exception) -> None: ...


CRASHING = """
import asyncio, os, signal, sys
from oncehub_async.testing import ReceiverClient, make_event
from oncehub_async.webhooks import Receiver, SQLiteInbox

receiver = Receiver(signing_secret="s", inbox=SQLiteInbox("inbox.db"))

@receiver.on("booking.canceled", name="crashes")
async def crashes(event):
    os.kill(os.getpid(), signal.SIGKILL)

@receiver.on_dead_letter
async def told(error, event, context):
    with open("told", "a") as file:
        file.write(f"{type(error).__name__} {event.id} {context.handler}\\n")
    if sys.argv[1] == "kill":
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with ReceiverClient(receiver, secret="s", inbox=receiver.inbox) as oncehub:
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        await oncehub.handled()

asyncio.run(main())
"""


@pytest.mark.parametrize("told_of", ["kill", "live"])
async def test_what_kills_its_process_is_told_once(tmp_path: Path, told_of: str) -> None:
    """Also where the telling kills it too: that is not repeated for ever."""
    codes: list[int] = []
    while not codes or (codes[-1] and len(codes) < 20):
        done = subprocess.run(
            [sys.executable, "-c", CRASHING, told_of],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        codes.append(done.returncode)
    assert (tmp_path / "told").read_text() == "CrashError EVNT-1 crashes\n"
    async with opened_inbox(tmp_path / "inbox.db") as inbox:
        assert await inbox.counts() == {State.DEAD: 1}
