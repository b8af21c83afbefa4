"""An event id that comes again with something else in it: not handled, but said."""

import asyncio
import json
import logging

import pytest

from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Event, InboxError, MemoryInbox, Receiver

from .conftest import MakeInbox
from .virtual_receiver import LoopClock, virtual

ONE = make_event("booking.scheduled", event_id="EVNT-1", data={"subject": "nobody@example.com"})
OTHER = make_event("booking.canceled", event_id="EVNT-1")


async def told(this: Receiver, body: bytes, secret: str = "first") -> str:
    moment = this.clock.now()
    answer = await this.receive({"Oncehub-Signature": sign(body, secret, moment)}, body)
    assert answer.status == 200
    return str(json.loads(answer.body)["status"])


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert "nobody" not in caplog.text
    assert "first" not in caplog.text.replace("the first one counts", "")
    return [each.getMessage() for each in caplog.records if "came again" in each.getMessage()]


@pytest.mark.parametrize(
    ("body", "secret", "said"),
    [
        (ONE, "first", None),
        (OTHER, "first", "with another body: "),
        (ONE + b" ", "first", "with another body: "),
        (OTHER, "second", "with another body, signed with another secret: "),
        (ONE, "second", "signed with another secret, but the same otherwise: "),
    ],
)
async def test_the_same_id_again(
    make_inbox: MakeInbox,
    body: bytes,
    secret: str,
    said: str | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A plain retry is none of anybody's business; else a line says which event, and in what."""
    seen: list[bytes] = []
    this = Receiver(signing_secret=["first", "second"], inbox=make_inbox())

    @this.on("*")
    async def handler(event: Event) -> None:
        seen.append(event.body)

    async with this:
        for is_done in (False, True):
            caplog.clear()
            assert await told(this, ONE) == ("accepted before" if is_done else "accepted")
            assert await told(this, body, secret) == "accepted before"
            lines = warnings(caplog)
            if said is None or is_done:  # of each kind there is one line a minute
                assert lines == []
            else:
                (line,) = lines
                assert line.startswith(f"EVNT-1 came again {said}the first one counts")
            await this.idle()
    assert seen == [ONE]


async def test_bodies_are_compared_across_restarts(
    make_inbox: MakeInbox, caplog: pytest.LogCaptureFixture
) -> None:
    """The inbox keeps their digests, also of what was handled; signers aren't kept."""
    inbox = make_inbox()
    for body in (ONE, OTHER):
        this = Receiver(signing_secret=["first", "second"], inbox=inbox)
        this.on("*", name="handler")(_nothing)
        async with this:
            caplog.clear()
            await told(this, body)
            await this.idle()
    (line,) = warnings(caplog)
    assert "with another body" in line


async def _nothing(event: Event) -> None: ...


async def test_unsigned_after_signed(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever finds the URL of such a receiver can forge an id, and is told of."""
    this = Receiver(signing_secret="first", inbox=MemoryInbox(), unsafe_accept_unsigned=True)
    async with this:
        await told(this, ONE)
        caplog.clear()
        assert (await this.receive({}, ONE)).status == 200
        (line,) = warnings(caplog)
        assert "signed with another secret" in line


class Forgetful(MemoryInbox):
    async def digest(self, event_id: str) -> bytes | None:
        raise InboxError("disk full")


async def test_an_inbox_that_cannot_compare(caplog: pytest.LogCaptureFixture) -> None:
    """It doesn't hold up the answer."""
    async with Receiver(signing_secret="first", inbox=Forgetful()) as this:
        await told(this, ONE)
        caplog.clear()
        assert await told(this, OTHER) == "accepted before"
        (line,) = warnings(caplog)
        assert "can't be compared: disk full" in line


@virtual
async def test_forgers_fill_no_log() -> None:
    """One line a minute of each kind, with the count."""
    lines: list[str] = []

    class Catch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    catch, logger = Catch(), logging.getLogger("oncehub_async.webhooks")
    inbox = MemoryInbox(keep=10 * 86_400.0)
    async with Receiver(signing_secret="first", inbox=inbox, clock=LoopClock()) as this:
        await told(this, ONE)
        logger.addHandler(catch)
        for _ in range(120):
            await told(this, OTHER)
            await asyncio.sleep(1.0)
        logger.removeHandler(catch)
    assert len(lines) == 2
    assert "(59 more like this since the last line)" in lines[1]
