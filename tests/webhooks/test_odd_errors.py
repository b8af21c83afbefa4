"""What handlers and error handlers raise beside plain errors: failures like any other."""

import asyncio
from typing import Any

import pytest

from oncehub_async.webhooks import Backoff, Context, Event, MemoryInbox
from oncehub_async.webhooks._inbox import State

from .virtual_receiver import post, receiver, since_start, virtual


class OddError(BaseException):
    """No Exception, as some libraries have them."""


async def wait_for_what_is_cancelled() -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


@virtual
async def test_an_error_handler_that_waits_for_what_is_cancelled_decides_nothing() -> None:
    """The handler's error counts, and its back-off: attempts are not burnt in a row."""
    inbox: Any = MemoryInbox()
    subject = receiver(inbox=inbox, backoff=Backoff(attempts=3, first=100.0))
    times: list[float] = []

    @subject.on("*", name="h")
    async def handler(event: Event) -> None:
        times.append(since_start())
        raise ValueError("the true one")

    @subject.on_error
    async def error_handler(error: Exception, event: Event, context: Context) -> None:
        await wait_for_what_is_cancelled()

    async with subject:
        await post(subject, event_id="EVNT-1")
        await asyncio.sleep(20.0)
        assert await inbox.counts() == {State.FAILED: 1}
        await asyncio.sleep(1_000.0)
        assert await inbox.counts() == {State.DEAD: 1}
        assert "the true one" in (await inbox.errors())["EVNT-1", "h"]
    assert len(times) == 3
    assert times[1] - times[0] >= 50.0


@pytest.mark.parametrize("where", ["handler", "error handler"])
def test_what_is_no_exception_is_a_failure_all_the_same(where: str) -> None:
    """The work is tried again after its back-off, and not left running until a restart."""

    @virtual
    async def test() -> None:
        subject = receiver(backoff=Backoff(attempts=3, first=10.0))
        calls = 0

        @subject.on("*")
        async def handler(event: Event) -> None:
            nonlocal calls
            calls += 1
            if calls == 1:
                raise OddError if where == "handler" else ValueError

        @subject.on_error
        async def error_handler(error: Exception, event: Event, context: Context) -> None:
            if where == "error handler":
                raise OddError

        async with subject:
            await post(subject)
            await asyncio.sleep(1.0)
            assert await subject.inbox.counts() == {State.FAILED: 1}
            await asyncio.sleep(20.0)
            assert await subject.inbox.counts() == {State.DONE: 1}

    test()
