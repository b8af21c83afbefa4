"""`oncehub demo-sync`: a simulated account in a database, and a report on it."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .._ground import checks
from .._rate import Limits
from ..errors import InvalidParameterError
from ..sync import database_of
from . import COMPLETE
from ._output import say, span
from ._report_command import report
from ._simulate import simulated
from ._sync_command import SyncRequest, sync_account
from ._waiting_clock import WaitingClock, WaitingLoop


async def run_demo_sync(out: Path, bookings: int, clock: WaitingClock) -> int:
    """Sync a simulated account, and report on what is in the database then."""
    started = time.monotonic()
    simulator = simulated(bookings, bookings * 2 // 5, seed=1, clock=clock)
    async with simulator as sim:
        say(
            f"A simulated OnceHub runs at {sim.url}, with the real limits",
            f"and a clock {clock.speed:g} times as fast. It is synced, the newest days first.",
        )
        code = await sync_account(
            SyncRequest(
                database=str(out),
                limits=Limits(reserve=0),
                clock=clock,
                base_url=sim.url,
                api_key=sim.api_key,
            )
        )
    say(f"It took {span(time.monotonic() - started)} of real time.")
    if code != COMPLETE:
        return code
    say("", f"oncehub report activity {out} --per quarter", "")
    return await report("activity", str(out), per="quarter")


def demo_sync(
    *,
    out: Annotated[Path, Parameter(alias="-o")] = Path("demo.duckdb"),
    bookings: int = 5_000,
    speed: float = 30.0,
) -> int:
    """Sync a simulated account into DuckDB, and report on it. No OnceHub account is needed.

    For example: oncehub demo-sync --bookings 20000 --out demo.duckdb.

    Parameters
    ----------
    out
        The file of DuckDB's to make. One that is there already is never replaced.
    bookings
        How many bookings the account has.
    speed
        How fast time runs: 30 lets five minutes pass in ten seconds.
    """
    out = checks.local_path(out, "out")
    if out.exists():
        raise InvalidParameterError("out", f"{out} is there already; remove it, or name another")
    try:
        database_of(out)  # before the simulator runs, for nothing if DuckDB isn't installed
    except InvalidParameterError as error:
        raise InvalidParameterError("out", error.message or "") from None
    loop = WaitingLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(run_demo_sync(out, bookings, WaitingClock(speed, loop=loop)))
