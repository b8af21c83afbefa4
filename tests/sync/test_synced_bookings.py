"""What a synced database knows of bookings is given as the account had it."""

from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async._ground import read_time
from oncehub_async.simulator import Account, Fault, Simulator
from oncehub_async.sync import SyncedBookings, sync

from .synced import client


def read(value: Any) -> Any:
    """A time that can be written in several ways; all else as it is."""
    return read_time(value) or value


async def test_rows_are_given_as_they_were_sent(database_url: str) -> None:
    """Those that are there, however many are asked for, with when they were written."""
    async with Simulator(Account(bookings=600, contacts=5), limits=None) as sim:
        async with client(sim) as oncehub:
            before = oncehub.clock.date()
            await sync(oncehub, database_url)
        ids = list(sim.ids("bookings"))
        known = SyncedBookings(database_url)
        found = await known.bookings([*ids, "BKNG-NEVER"])
        assert [data["id"] for _, data in found if data["id"] not in ids] == []
        assert len(found) == len(ids)
        for written, data in found:
            sent = sim.object(data["id"])
            assert {name: read(value) for name, value in data.items()} == {
                name: read(sent.get(name)) for name in data
            }
            assert before <= written
        assert before <= await known.up_to()


async def test_a_sync_that_never_saw_all_can_not_tell_until_when(database_url: str) -> None:
    """It says so, and what to do."""
    async with Simulator(Account(bookings=20, contacts=5), limits=None) as sim:
        sim.inject(Fault("server_error", "list-all-bookings", status=501))
        async with client(sim) as oncehub:
            await sync(oncehub, database_url)
    with pytest.raises(
        InvalidParameterError, match="no complete look at bookings yet; run oncehub"
    ):
        await SyncedBookings(database_url).up_to()
