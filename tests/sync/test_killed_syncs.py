"""Syncs that are killed while the account changes hold in the end what the account holds."""

import os
import time
from collections.abc import Callable
from random import Random

import pytest

from oncehub_async.simulator import Account, Fault, Simulator

from ..simulator.threaded import running
from .conftest import in_a_loop
from .sync_process import FAST, SyncProcess
from .synced import differences, opened

# More takes minutes and is for whoever has changed how rows are written.
ROUNDS = int(os.environ.get("ONCEHUB_SYNC_ROUNDS", "3"))
KILLS = int(os.environ.get("ONCEHUB_SYNC_KILLS", "2"))
"""In each round."""
_MORE = 40
CHANGES = 25
FAULTS = [
    Fault("latency", seconds=0.5, jitter=0.5),
    Fault("rate_limit", rate=0.03),
    Fault("server_error", rate=0.03),
    Fault("drop_before", rate=0.03),
    Fault("drop_after", rate=0.03),
    Fault("truncated_body", rate=0.03),
    Fault("html", rate=0.02),
    Fault("empty", rate=0.02),
]
DELETABLE = ("bookings", "contacts", "users", "teams", "booking_calendars", "booking_pages",
             "master_pages", "event_types", "webhooks")  # fmt: skip
CREATABLE = ("bookings", "contacts", "sms_notifications")


def churn(sim: Simulator, random: Random) -> None:
    """New objects, changed ones, deleted ones."""
    for _ in range(CHANGES):
        kind = random.choice(("create", "touch", "touch", "delete"))
        if kind == "create":
            sim.create(random.choice(CREATABLE))
            continue
        name = random.choice(("bookings", "contacts") if kind == "touch" else DELETABLE)
        ids = [*sim.ids(name)]
        if kind == "touch":
            sim.touch(random.choice(ids))
        elif len(ids) > 2:
            sim.delete(random.choice(ids))


@pytest.mark.timeout(900)
def test_killed_at_random_while_the_account_changes(
    database_url: str, record_property: Callable[[str, object], None]
) -> None:
    """Field by field, no row twice, no false deletion, and every real one."""
    random = Random(17)
    account = Account(bookings=700, contacts=350, sms_notifications=120, seed=11)
    with running(Simulator(account, clock=FAST, limits=None)) as sim:
        sim.inject(*FAULTS)
        sync = SyncProcess.of(sim, database_url)
        kills = 0
        for _ in range(ROUNDS):
            churn(sim, random)
            for _ in range(KILLS):
                kills += _killed(sim, sync, random)
        for _ in range(_MORE):
            # On a fast machine all may have come to their end before.
            if not kills:
                churn(sim, random)
                kills += _killed(sim, sync, random)
        sync.finish()
        record_property("kills", kills)
        assert kills > 0
        assert in_a_loop(_differences(sim, database_url)) == []


def _killed(sim: Simulator, sync: SyncProcess, random: Random) -> bool:
    """Begin a sync, and kill it at a random moment; whether it was still there to be killed."""
    enough = sim.stats.requests + random.randrange(60)
    process = sync.process()
    process.start()
    gives_up = time.monotonic() + 20
    while process.is_alive() and sim.stats.requests < enough and time.monotonic() < gives_up:
        time.sleep(0.002)
    process.join(random.random() * 0.3)
    was_alive: bool = process.is_alive()
    process.kill()
    process.join()
    process.close()
    return was_alive


async def _differences(sim: Simulator, url: str) -> list[str]:
    async with opened(url) as database:
        return await differences(sim, database)
