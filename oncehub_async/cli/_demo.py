"""`oncehub demo`: a simulated account, exported."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .._ground import checks
from ..errors import InvalidParameterError
from ..export import RESOURCES
from ._export_command import ExportOptions, export_account
from ._output import say, span
from ._simulate import simulated
from ._waiting_clock import WaitingClock, WaitingLoop

_USUAL = Path("demo-export")


async def run_demo(out: Path, bookings: int, clock: WaitingClock) -> int:
    """Export a simulated account and tell what happened."""
    started = time.monotonic()
    simulator = simulated(bookings, bookings * 2 // 5, seed=1, clock=clock)
    async with simulator as sim:
        say(
            f"A simulated OnceHub runs at {sim.url}, with the real limits",
            f"(5 requests a second, 200 in 5 minutes) and a clock {clock.speed:g} times as fast,",
            "which stands still while this machine works. All that its account holds is exported",
            "now, side by side; times are those of that clock.",
        )
        code = await export_account(
            ExportOptions(
                out=out,
                overwrite=True,
                clock=clock,
                base_url=sim.url,
                api_key=sim.api_key,
                expected={name: sim.counts[name] for name in RESOURCES},
            )
        )
        stats = sim.stats
        say(
            f"The simulator counted {stats.requests:,} requests and refused {stats.refused} of "
            f"them. It took {span(time.monotonic() - started)} of real time."
        )
    return code


def demo(
    *,
    out: Annotated[Path, Parameter(alias="-o")] = _USUAL,
    bookings: int = 20_000,
    speed: float = 30.0,
) -> int:
    """Export a simulated account, to see how it goes. No OnceHub account is needed.

    For example: oncehub demo --bookings 5000 --out demo-export.

    Parameters
    ----------
    out
        The folder for the files. What demo-export holds is replaced; any other has to be empty.
    bookings
        How many bookings the account has.
    speed
        How fast time runs: 30 lets five minutes pass in ten seconds.
    """
    out = checks.local_path(out, "out")
    if out != _USUAL and out.is_dir() and any(out.iterdir()):
        raise InvalidParameterError(
            "out", f"{out} holds something already; name another, or leave it out for {_USUAL}"
        )
    loop = WaitingLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(run_demo(out, bookings, WaitingClock(speed, loop=loop)))
