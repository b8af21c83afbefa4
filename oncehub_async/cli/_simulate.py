"""`oncehub simulate`: a simulated OnceHub until it is interrupted."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from .._ground import Clock, checks
from ..errors import InvalidParameterError
from ..simulator import EVERY_WEBHOOK, START, Account, Activity, Delivery, ServiceLimits, Simulator
from . import COMPLETE
from ._output import say


async def serve_simulator(simulator: Simulator, bookings: int) -> int:
    """Serve until it is interrupted."""
    async with simulator as sim:
        interrupted = _interruption()
        say(f"A simulated OnceHub with {bookings:,} bookings. To use it:")
        say(f"  export ONCEHUB_BASE_URL={sim.url} ONCEHUB_API_KEY={sim.api_key}")
        say("Stop it with Ctrl-C.")
        await interrupted.wait()
    return COMPLETE


def _interruption() -> asyncio.Event:
    """Set by Ctrl-C, which is how a server is meant to end."""
    interrupted = asyncio.Event()
    # Where loops have no signal handlers (Windows), it ends as an interruption.
    with contextlib.suppress(NotImplementedError):
        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, interrupted.set)
    return interrupted


def simulated(
    bookings: int,
    contacts: int,
    seed: int,
    speed: float,
    *,
    limited: bool = True,
    port: int = 0,
    deliver_to: Mapping[str, str] | None = None,
    activity: float = 0.0,
) -> Simulator:
    """A simulator from numbers and URLs that somebody typed."""
    checks.whole_number(port, "port", 0, 65535)
    # Without activity the same account every time; where things happen, they happen now.
    start = datetime.now(UTC) if activity else START
    try:
        return Simulator(
            Account(bookings=bookings, contacts=contacts, seed=seed),
            start=start,
            clock=Clock(speed),
            limits=ServiceLimits() if limited else None,
            deliver_to=deliver_to,
            # Receivers remember for days which events they had: each run has ids of its own.
            delivery=Delivery(first_event=int(time.time() * 1000)),
            activity=Activity(per_hour=activity) if activity else None,
            port=port,
        )
    except ValueError as error:
        raise InvalidParameterError("simulator", str(error)) from None


def routes(texts: Sequence[str]) -> dict[str, str]:
    """`URL=TARGET` for what goes to one webhook, `TARGET` for what goes to any other."""
    found = {}
    for text in texts:
        # A URL can have equals signs of its own; the target starts after the last that fits.
        url, equals, target = text.rpartition("=http://")
        found[url if equals else EVERY_WEBHOOK] = f"http://{target}" if equals else text
    return found
