"""By which time an inbox is purged, whatever its clock says."""

import asyncio

import pytest

from oncehub_async.webhooks import KnownTime, MemoryInbox
from oncehub_async.webhooks._handling.purge_time import LeastTime, PurgeTime

from .conftest import DAY
from .virtual_receiver import START, LoopClock, virtual

YEAR = 365 * DAY
TRUST = 3 * DAY


class KeepingInbox(MemoryInbox):
    """Remembers the time, as an inbox does that outlives its process."""

    def __init__(self, **known: float) -> None:
        super().__init__(keep=7 * DAY)
        self.known = KnownTime(**known)

    async def known_time(self) -> KnownTime:
        return self.known

    async def keep_purge_time(self, moment: float) -> None:
        self.known = KnownTime(purged=moment, vouched=self.known.vouched)


class Ahead(LoopClock):
    """A clock that is a year ahead."""

    def now(self) -> float:
        return super().now() + YEAR


class Behind(LoopClock):
    """A clock that is a year behind."""

    def now(self) -> float:
        return super().now() - YEAR


async def purged(time: PurgeTime, inbox: KeepingInbox) -> float:
    """By which time it is purged now, in seconds after the test's beginning."""
    now = await time.now()
    await time.purged(now)
    return now - START


@pytest.mark.parametrize(
    ("said", "least"),
    [
        ([(0, 100)], 100),
        ([(0, 100), (10, 110)], 110),
        ([(0, 100), (10, 900)], 110),
        ([(0, 900), (10, 110)], 110),
        ([(0, 100), (10, 900), (49, 939)], 149),
        ([(0, 100), (10, 900), (51, 941)], 941),
        ([(0, 100), (10, 900), (40, 135), (60, 950), (89, 979)], 184),
        ([(0, 100), (10, 900), (40, 135), (60, 950), (91, 981)], 981),
        ([(0, 900), (10, 20), (55, 945), (61, 951)], 951),
    ],
)
def test_who_says_later_is_believed_when_nobody_has_said_otherwise(
    said: list[tuple[float, float]], least: float
) -> None:
    """For fifty seconds; until then it goes on from the least that was said."""
    rule = LeastTime(50)
    told = [rule.says(even, moment) for even, moment in said]
    assert told[-1] == least


@virtual
async def test_a_process_goes_on_from_where_the_one_before_stopped() -> None:
    """With a clock that is far ahead; its own hours count, and it is kept how far it came."""
    inbox = KeepingInbox(purged=START - DAY)
    for life in range(3):
        time = PurgeTime(inbox, Ahead(), TRUST)
        time.look()
        assert await purged(time, inbox) == pytest.approx((life - 1) * DAY)
        await asyncio.sleep(DAY)
        assert await purged(time, inbox) == pytest.approx(life * DAY)


@virtual
async def test_quiet_accounts_are_purged_in_the_end() -> None:
    """A process that was stopped for a year believes its clock once no replay is possible."""
    inbox = KeepingInbox(purged=START - YEAR)
    time = PurgeTime(inbox, LoopClock(), TRUST)
    assert await purged(time, inbox) == -YEAR
    for _ in range(8):
        await asyncio.sleep(TRUST / 8)
        assert await purged(time, inbox) < -YEAR + TRUST + 1.0
    await asyncio.sleep(10.0)
    assert await purged(time, inbox) == TRUST + 10.0
    assert inbox.known.purged == START + TRUST + 10.0


@virtual
async def test_a_delivery_vouches_for_the_time() -> None:
    """It was signed then: what was kept a year ago is of no account."""
    inbox = KeepingInbox(purged=START - YEAR, vouched=START - YEAR)
    time = PurgeTime(inbox, LoopClock(), TRUST)
    assert await purged(time, inbox) == -YEAR
    await asyncio.sleep(60.0)
    inbox.known = KnownTime(purged=inbox.known.purged, vouched=START + 60.0)
    assert await purged(time, inbox) == 60.0
    await asyncio.sleep(60.0)
    assert await purged(time, inbox) == 120.0


@virtual
async def test_as_long_as_deliveries_come_no_other_clock_is_believed() -> None:
    """Another host, whose clock is right, accepts them."""
    inbox = KeepingInbox(purged=START)
    time = PurgeTime(inbox, Ahead(), TRUST)
    for day in range(12):
        inbox.known = KnownTime(purged=inbox.known.purged, vouched=START + day * DAY)
        assert await purged(time, inbox) <= day * DAY
        await asyncio.sleep(DAY)


@virtual
async def test_a_new_inbox_goes_by_its_clock() -> None:
    """Nothing is known; of an inbox of an earlier version, when its newest event came."""
    inbox = KeepingInbox()
    assert await purged(PurgeTime(inbox, LoopClock(), TRUST), inbox) == 0.0
    inbox = KeepingInbox(received=START - DAY)
    assert await purged(PurgeTime(inbox, Ahead(), TRUST), inbox) == -DAY


@virtual
async def test_a_clock_that_is_behind_for_a_while_moves_nothing_back() -> None:
    """It is purged by it, but not kept; only once it has been so for as long as replays pass."""
    inbox = KeepingInbox(purged=START)
    time = PurgeTime(inbox, Behind(), TRUST)
    assert await purged(time, inbox) == -YEAR
    assert inbox.known.purged == START
    await asyncio.sleep(TRUST + 1.0)
    assert await purged(time, inbox) == pytest.approx(TRUST + 1.0 - YEAR)
    assert inbox.known.purged == pytest.approx(START + TRUST + 1.0 - YEAR)


@virtual
async def test_an_inbox_that_keeps_no_time_is_purged_by_the_clock() -> None:
    """As `MemoryInbox`, which ends with its process; a jump while it lives counts for nothing."""
    assert await PurgeTime(MemoryInbox(), Ahead(), TRUST).now() == START + YEAR
