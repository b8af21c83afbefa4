"""A receiver that lives in a module is tested as it is: its secret, services, inbox and time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from oncehub_async import ConfigurationError, InvalidParameterError
from oncehub_async.errors import ClientStateError
from oncehub_async.testing import ReceiverClient, make_event
from oncehub_async.webhooks import (
    BookingEvent,
    Context,
    Event,
    GiveUp,
    Inbox,
    MemoryInbox,
    Receiver,
    RetryLater,
    SQLiteInbox,
    State,
)

from .conftest import SECRET

HOUR = timedelta(hours=1).total_seconds()
DAY = 24 * HOUR


class Rooms:
    """What the receiver of a module has."""

    def __init__(self, name: str) -> None:
        self.name, self.freed = name, 0


def module(own: MemoryInbox | None = None) -> tuple[Receiver[Rooms], list[str]]:
    """A receiver as it stands in a module, and which services its handler found."""
    found: list[str] = []
    receiver = Receiver(
        signing_secret=SECRET, inbox=own or MemoryInbox(), services=Rooms("of the module")
    )

    @receiver.on("booking.canceled")
    async def free(event: BookingEvent, context: Context[Rooms]) -> None:
        found.append(context.services.name)

    return receiver, found


async def test_no_secret_has_to_be_known() -> None:
    """And afterwards the receiver has its own again."""
    receiver, found = module()
    async with ReceiverClient(receiver) as oncehub:
        assert (await oncehub.deliver(make_event("booking.canceled"))).status == 200
        assert await oncehub.handled() == {State.DONE: 1}
    async with ReceiverClient(receiver, secret=SECRET) as oncehub:
        assert (await oncehub.deliver(make_event("booking.canceled"))).status == 200
        assert await oncehub.handled() == {State.DONE: 1}
    async with ReceiverClient(receiver, secret="another") as oncehub:
        assert (await oncehub.deliver(make_event("booking.canceled"))).status == 401
    async with ReceiverClient(receiver, secret=None) as oncehub:
        assert (await oncehub.deliver(make_event("booking.canceled"))).status == 401
    assert found == ["of the module"] * 2


async def test_other_services_for_a_test() -> None:
    """As an object or as a function that gives a context manager; only for as long."""
    receiver, found = module()
    left: list[str] = []

    @asynccontextmanager
    async def fakes() -> AsyncIterator[Rooms]:
        yield Rooms("of a manager")
        left.append("left")

    async def once(client: ReceiverClient) -> None:
        async with client as oncehub:
            await oncehub.deliver(make_event("booking.canceled"))
            await oncehub.handled()

    await once(ReceiverClient(receiver, services=Rooms("of the test")))
    await once(ReceiverClient(receiver, services=fakes))
    with receiver.override(services=Rooms("overridden")) as same:
        assert same is receiver
        await once(ReceiverClient(receiver))
    await once(ReceiverClient(receiver))
    assert found == ["of the test", "of a manager", "overridden", "of the module"]
    assert left == ["left"]


async def test_none_is_a_service_like_another() -> None:
    """What is left out stays; None was given."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox(), services=Rooms("own"))
    found: list[object] = []

    @receiver.on("*")
    async def look(_event: Event, context: Context) -> None:
        found.append(context.services)

    async with ReceiverClient(receiver, services=None) as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
        await oncehub.handled()
    assert found == [None]


async def test_all_is_restored_whatever_happens(tmp_path: Path) -> None:
    """Also where the test fails, and where the receiver can't be opened."""
    own = MemoryInbox()
    receiver, _ = module(own)
    clock = receiver.clock
    with pytest.raises(ZeroDivisionError):
        async with ReceiverClient(receiver):
            raise ZeroDivisionError
    assert (receiver.inbox, receiver.clock) == (own, clock)
    with pytest.raises(OSError, match="no such"):
        async with ReceiverClient(receiver, services=broken):
            pytest.fail("it was opened")
    assert (receiver.inbox, receiver.clock) == (own, clock)
    inbox: Inbox = SQLiteInbox(tmp_path / "inbox.db")
    with receiver.override(inbox=inbox):
        assert receiver.inbox is inbox
    assert receiver.inbox is own


@asynccontextmanager
async def broken() -> AsyncIterator[None]:
    raise OSError("no such database")
    yield


async def test_what_can_not_be_overridden() -> None:
    """An open receiver; and with what can't work. No message holds the secret."""
    receiver, _ = module()
    async with receiver:
        with pytest.raises(ClientStateError, match="override settings before that"):
            with receiver.override(services=1):
                pytest.fail("it was overridden")
    for wrong in ({"inbox": 3}, {"clock": 4}, {"signing_secret": " x"}):
        with pytest.raises(ConfigurationError) as told:
            with receiver.override(**wrong):
                pytest.fail("it was overridden")
        assert next(iter(wrong)) in str(told.value)
    async with ReceiverClient(receiver, secret=SECRET) as oncehub:
        assert (await oncehub.deliver(make_event("booking.canceled"))).status == 200


async def test_time_can_be_moved() -> None:
    """Until all attempts are used up, which takes half a day otherwise."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    attempts: list[int] = []

    @receiver.on("booking.canceled")
    async def never(_event: Event, context: Context) -> None:
        attempts.append(context.attempt)
        raise ConnectionError

    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
        assert await oncehub.handled() == {State.FAILED: 1}
        assert await oncehub.advance(1) == {State.FAILED: 1}
        assert attempts == [1]
        counted = [await oncehub.advance(4 * HOUR) for _ in range(14)]
        assert counted == [{State.FAILED: 1}] * 13 + [{State.DEAD: 1}]
        # Signed at the time that it is by now.
        assert (await oncehub.deliver(make_event("booking.no_show"))).status == 200
    assert attempts == list(range(1, 16))


async def test_what_wants_to_wait_for_weeks() -> None:
    """Nothing is forgotten meanwhile; before it is due nothing is tried."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())

    @receiver.on("booking.scheduled")
    async def remind(event: Event, context: Context) -> None:
        if context.attempt == 1:
            raise RetryLater(29 * DAY)
        raise GiveUp("enough")

    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.scheduled"))
        assert await oncehub.handled() == {State.PENDING: 1}
        assert await oncehub.advance(28 * DAY) == {State.PENDING: 1}
        assert await oncehub.advance(1 * DAY) == {State.DEAD: 1}
        for wrong in (-1.0, float("nan"), float("inf")):
            with pytest.raises(InvalidParameterError, match="seconds"):
                await oncehub.advance(wrong)
