"""A handler that blocks the event loop is named in the log."""

import asyncio
import threading
import time

import pytest

from oncehub_async.testing import make_event
from oncehub_async.webhooks import Event, MemoryInbox, Receiver

from .conftest import SECRET, deliver

LONG = 1.6


async def lines_of(subject: Receiver, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is logged about the loop while two events are handled."""
    async with subject:
        for number in range(2):
            body = make_event("booking.scheduled", data={"id": f"BKNG-{number}"})
            assert (await deliver(subject, body)).status == 200
        await subject.idle()
        await asyncio.sleep(0.5)
    assert not [each for each in threading.enumerate() if each.name == "oncehub-loop-watch"]
    return [each for each in caplog.messages if "event loop" in each]


async def test_a_handler_that_blocks_the_loop_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """With the place, once a minute, and how long it took."""
    subject = Receiver(signing_secret=SECRET, inbox=MemoryInbox())

    @subject.on("*", name="crm")
    async def blocking(event: Event) -> None:
        time.sleep(LONG)

    told, took = await lines_of(subject, caplog)
    assert "the handler crm blocks the event loop, at test_loop_watch.py:" in told
    assert "in blocking" in told
    assert "that took" in took


async def test_a_task_that_a_handler_made_is_told_as_its_own(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Such as those of a TaskGroup."""
    subject = Receiver(signing_secret=SECRET, inbox=MemoryInbox())

    async def part() -> None:
        time.sleep(LONG)

    @subject.on("*", name="crm")
    async def blocking(event: Event) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(part())

    told = (await lines_of(subject, caplog))[0]
    assert "the handler crm blocks the event loop" in told
    assert "in part" in told


async def test_a_handler_that_waits_blocks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """However long."""
    subject = Receiver(signing_secret=SECRET, inbox=MemoryInbox())

    @subject.on("*", name="crm")
    async def waiting(event: Event) -> None:
        await asyncio.sleep(LONG)
        await asyncio.to_thread(time.sleep, 0.1)

    assert await lines_of(subject, caplog) == []
