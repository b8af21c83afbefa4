"""What holds for an inbox that remembers the time of day, beside the contract of `Inbox`."""

import asyncio

import attrs

from ..webhooks import Event, Inbox, KnownTime, Receiver, TimekeepingInbox, WallClock
from ._contract_basics import Inboxes, an_event, finish, in_a_loop
from ._movable_clock import MovableClock

_YEAR = 365 * 86_400.0
_HOUR = 3_600.0
_FAST = 2_000.0
_LOOKS = 3_000
"""How often it is looked whether a receiver has purged its inbox, five seconds after it began."""


class TimekeepingInboxContract:
    """What holds for a `TimekeepingInbox`, as tests. Subclass it beside `InboxContract`:

    class TestMyInbox(SharedInboxContract, TimekeepingInboxContract): ...
    """

    @in_a_loop
    async def test_it_knows_when_it_was_purged_last(self, inboxes: Inboxes) -> None:
        """Whoever opens it; before that, when the newest event came."""
        inbox = await inboxes.open()
        assert await _known(inbox) == KnownTime()
        for number, moment in enumerate((5.0, 9.0, 7.0)):
            await inbox.put(an_event(f"E{number}", received=moment), ())
        assert (await _known(inbox)).least == 9.0
        await _timekeeping(inbox).keep_purge_time(4.0)
        inbox = await inboxes.another_life(inbox)
        assert await _known(inbox) == KnownTime(purged=4.0, received=9.0)
        assert (await _known(inbox)).least == 4.0
        await _timekeeping(inbox).keep_purge_time(3.0)
        assert (await _known(inbox)).purged == 3.0

    @in_a_loop
    async def test_it_knows_when_a_delivery_was_signed_last(self, inboxes: Inboxes) -> None:
        """To the hour; in which order they come, and whether it was there before, is the same."""
        inbox = await inboxes.open()
        for moment in (2 * _HOUR, _HOUR, 2.5 * _HOUR, None):
            await inbox.put(attrs.evolve(an_event(f"E{moment}"), signed=moment), ())
        assert 2 * _HOUR <= ((await _known(inbox)).vouched or 0.0) <= 2.5 * _HOUR
        await inbox.put(attrs.evolve(an_event(f"E{_HOUR}"), signed=4 * _HOUR), ())
        inbox = await inboxes.another_life(inbox)
        assert (await _known(inbox)).vouched == 4 * _HOUR
        await inbox.put(attrs.evolve(an_event("E-late"), signed=_HOUR), ())
        assert (await _known(inbox)).vouched == 4 * _HOUR
        await _timekeeping(inbox).keep_purge_time(_HOUR)
        assert (await _known(inbox)).least == 4 * _HOUR

    @in_a_loop
    async def test_a_process_whose_clock_is_a_year_ahead_forgets_nothing(
        self, inboxes: Inboxes
    ) -> None:
        """It is purged, by the time that the process before has kept; nor does somebody by hand."""
        inbox = await inboxes.open()
        now = WallClock().now()
        await inbox.put(an_event("E1", received=now), ("h",))
        await finish(inbox, await inbox.claim(9, ("h",), now))
        for ahead in (0.0, _YEAR, _YEAR):
            await inbox.close()
            await _purged_by_a_receiver(inbox, ahead)
            await inbox.open()
            assert not await inbox.put(an_event("E1", received=now), ("h",))
        assert await inbox.forget(now + _YEAR / 2, now + _YEAR) == 0


async def _purged_by_a_receiver(inbox: Inbox, ahead: float) -> None:
    """A process lives until it has purged the inbox, and kept by which time."""
    clock = MovableClock(base=WallClock(speed=_FAST))
    clock.move(ahead)
    receiver: Receiver = Receiver(inbox=inbox, unsafe_accept_unsigned=True, clock=clock)

    async def handler(_event: Event) -> None: ...

    receiver.on("*", name="h")(handler)
    async with receiver:
        before = await _known(inbox)
        for _ in range(_LOOKS):
            await asyncio.sleep(0.01)
            if await _known(inbox) != before:
                return
    raise AssertionError("the inbox was not purged, or doesn't keep by which time")


def _timekeeping(inbox: Inbox) -> TimekeepingInbox:
    assert isinstance(inbox, TimekeepingInbox)
    return inbox


async def _known(inbox: Inbox) -> KnownTime:
    return await _timekeeping(inbox).known_time()
