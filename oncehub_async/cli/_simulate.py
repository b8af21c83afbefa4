"""`oncehub simulate`: a simulated OnceHub until it is interrupted."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated

from cyclopts import Parameter

from .._ground import Clock, checks, on_ending_signals
from ..errors import InvalidParameterError
from ..simulator import EVERY_WEBHOOK, START, Account, Activity, Delivery, ServiceLimits, Simulator
from . import COMPLETE
from ._output import say, say_document


async def serve_simulator(simulator: Simulator, bookings: int) -> int:
    """Serve until it is interrupted."""
    interrupted = asyncio.Event()
    with on_ending_signals(interrupted.set):
        async with simulator as sim:
            say(f"A simulated OnceHub with {bookings:,} bookings. To use it:")
            say_document(f"  export ONCEHUB_BASE_URL={sim.url} ONCEHUB_API_KEY={sim.api_key}")
            say("Stop it with Ctrl-C.")
            await interrupted.wait()
    return COMPLETE


def simulated(
    bookings: int,
    contacts: int,
    seed: int,
    *,
    clock: Clock,
    limited: bool = True,
    port: int = 0,
    deliver_to: Mapping[str, str] | None = None,
    activity: float = 0.0,
) -> Simulator:
    """A simulator from numbers and URLs that somebody typed."""
    checks.whole_number(port, "port", 0, 65535)
    # Without activity the same account every time; where things happen, they happen now.
    if not 0 <= activity < float("inf"):
        raise InvalidParameterError("activity", f"expected a number from 0 on, got {activity:g}")
    start = datetime.now(UTC) if activity else START
    try:
        return Simulator(
            Account(bookings=bookings, contacts=contacts, seed=seed),
            start=start,
            clock=clock,
            limits=ServiceLimits() if limited else None,
            deliver_to=deliver_to,
            # Receivers remember for days which events they had: each run has ids of its own.
            delivery=Delivery(first_event=int(time.time() * 1000)),
            activity=Activity(per_hour=activity) if activity else None,
            port=port,
        )
    except ValueError as error:
        param, colon, text = str(error).partition(": ")
        raise InvalidParameterError(*((param, text) if colon else ("simulate", param))) from None


def routes(texts: Sequence[str]) -> dict[str, str]:
    """`URL=TARGET` for what goes to one webhook, `TARGET` for what goes to any other."""
    found = {}
    for text in texts:
        # A URL can have equals signs of its own; the target starts after the last that fits.
        url, equals, target = text.rpartition("=http://")
        found[url if equals else EVERY_WEBHOOK] = f"http://{target}" if equals else text
    return found


async def simulate(
    *,
    port: int = 8081,
    bookings: int = 20_000,
    contacts: int = 8_000,
    seed: int = 1,
    speed: float = 1.0,
    limits: Annotated[bool, Parameter(negative="--no-limits")] = True,
    deliver_to: Sequence[str] = (),
    activity: float = 0.0,
) -> int:
    """Run a simulated OnceHub on this machine until it is interrupted.

    For example: oncehub simulate --bookings 300 --no-limits, oncehub simulate --activity 60
    --deliver-to http://127.0.0.1:8080/webhooks/oncehub.

    Parameters
    ----------
    port
        The port on 127.0.0.1; 0 takes any free one.
    bookings
        How many bookings the account has.
    contacts
        How many contacts the account has.
    seed
        Another seed is another account; the same seed is always the same one.
    speed
        How fast its clock runs: 30 lets five minutes pass in ten seconds.
    limits
        Refuse more than 5 requests a second and 200 in 5 minutes, as OnceHub does.
    deliver_to
        Where webhooks deliver to: http://127.0.0.1:PORT/PATH takes what goes to any of them,
        https://YOUR.URL=http://127.0.0.1:PORT/PATH what goes to that URL. Without it nothing is
        delivered, and never to another machine. Can be given several times.
    activity
        How many bookings and conversations are made and changed in an hour of its clock, whose
        dates begin today then.
    """
    simulator = simulated(
        bookings,
        contacts,
        seed,
        clock=Clock(speed),
        limited=limits,
        port=port,
        deliver_to=routes(deliver_to),
        activity=activity,
    )
    return await serve_simulator(simulator, bookings)
