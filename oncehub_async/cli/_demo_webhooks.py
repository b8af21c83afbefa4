"""`oncehub demo-webhooks`: a simulated OnceHub delivers to a receiver that is killed."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from .._client import OnceHub
from .._ground import Clock
from ..errors import InvalidParameterError
from ..simulator import Account, Delivery, DeliveryAttempt, DeliveryFault, Simulator
from . import COMPLETE, FAILED
from ._demo_receiver import FAILS, INBOX, LOG, VARIABLE
from ._handling_log import (
    begun_again_in_one_life,
    begun_though_done,
    done_in,
    read_lines,
    running,
    wait_until_finished,
)
from ._output import complain, say

_HOOK = "https://demo.example.com/webhooks/oncehub"
_SPEED = 60.0
_PATIENCE = 120.0
"""Seconds for what was accepted to be handled."""
_FAULTS = (
    DeliveryFault("duplicate", rate=0.1, seconds=60.0),
    DeliveryFault("reorder", rate=0.1),
    DeliveryFault("drop_answer", rate=0.05),
)
_KINDS = ("booking.scheduled", "booking.scheduled", "booking.rescheduled", "booking.canceled")


class ReceiverProcess:
    """The receiver, which can be killed and started again at the same port.

    `settings`: what else `_demo_receiver` takes.
    """

    def __init__(self, folder: Path, secret: str, *settings: str) -> None:
        self._folder, self._secret, self._settings = folder, secret, settings
        self._port = 0
        self._process: asyncio.subprocess.Process | None = None

    @property
    def id(self) -> str:
        """The id of the process, as it stands in its log."""
        return "" if self._process is None else str(self._process.pid)

    async def start(self) -> str:
        """Start it; where it receives."""
        module = "oncehub_async.cli._demo_receiver"
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, str(self._folder), str(self._port), *self._settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, VARIABLE: self._secret},
        )
        told = self._process.stdout
        url = (await told.readline()).decode().strip() if told else ""
        self._port = int(url.rsplit(":", 1)[1].split("/")[0])
        return url

    async def end(self, how: signal.Signals) -> None:
        """End it."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.communicate()


@attrs.frozen
class Tally:
    """What came of it, in numbers of events."""

    sent: int
    accepted: int
    """Answered 2xx, as the sender saw it."""
    done: int
    repeated: int
    """Run again, for they were running when the kill came."""
    after_done: int
    lost: int
    """Accepted and not done."""


async def run_demo_webhooks(events: int) -> int:
    """Let events happen, kill the receiver in the middle, and tell what became of them."""
    with TemporaryDirectory(prefix="oncehub-demo-") as name:
        tally, attempts = await _play(Path(name), events)
    rows = {
        f"sent ({attempts:,} deliveries, some twice, late or unheard)": tally.sent,
        "accepted": tally.accepted,
        "done": tally.done,
        "run again because they ran when the kill came": tally.repeated,
        "run again after they were done": tally.after_done,
        "lost": tally.lost,
    }
    for text, count in rows.items():
        say(f"{text:<60} {count:>7,}")
    if tally.lost or tally.after_done or tally.accepted < tally.sent:
        complain("events were lost or repeated")
        return FAILED
    return COMPLETE


async def _play(folder: Path, events: int) -> tuple[Tally, int]:
    account = Account(bookings=200, contacts=80, webhooks=0)
    simulator = Simulator(
        account,
        clock=Clock(_SPEED),
        limits=None,
        faults=_FAULTS,
        delivery=Delivery(record=events * 20),
    )
    async with simulator as sim:
        async with OnceHub(sim.api_key, base_url=sim.url, clock=sim.clock) as oncehub:
            webhook = await oncehub.webhooks.create(name="Demo", url=_HOOK, events=["booking"])
        receiver = ReceiverProcess(folder, webhook.signing_secret or "")
        try:
            url = await receiver.start()
            sim.route(_HOOK, url)
            say(
                f"A simulated OnceHub delivers {events} events to a receiver at {url}.",
                f"Its handler fails {FAILS:.0%} of the time. In the middle it is killed (kill -9).",
            )
            await _happen(sim, events // 2)
            await receiver.end(signal.SIGKILL)
            done, place = await done_in(folder / INBOX), (folder / LOG).stat().st_size
            say(f"Killed, with {len(done)} events done. OnceHub goes on delivering; a restart.")
            await _happen(sim, events // 10)
            await receiver.start()
            await _happen(sim, events - events // 2 - events // 10)
            await sim.delivered(retries=True)
            await wait_until_finished(folder / INBOX, _PATIENCE)
            await receiver.end(signal.SIGTERM)
        finally:
            await receiver.end(signal.SIGKILL)
        return await _tally(folder, sim.deliveries, done, place), len(sim.deliveries)


async def _happen(sim: Simulator, count: int) -> None:
    for number in range(count):
        sim.happen(_KINDS[number % len(_KINDS)])
        await asyncio.sleep(0.01)


async def _tally(
    folder: Path, attempts: Sequence[DeliveryAttempt], done_before: set[str], place: int
) -> Tally:
    log, done = folder / LOG, await done_in(folder / INBOX)
    accepted = {each.event for each in attempts if each.outcome in ("accepted", "unheard")}
    before, since = read_lines(log, 0, place), read_lines(log, place)
    wrongly = begun_though_done(since, done_before) | begun_again_in_one_life(before + since)
    return Tally(
        sent=len({each.event for each in attempts}),
        accepted=len(accepted),
        done=len(done),
        repeated=len(running(before) - done_before),
        after_done=len(wrongly),
        lost=len(accepted - done),
    )


async def demo_webhooks(*, events: int = 400) -> int:
    """Deliver simulated events to a receiver, kill it in the middle, and count what was lost.

    For example: oncehub demo-webhooks --events 1000.

    Parameters
    ----------
    events
        How many events happen.
    """
    if events < 20:
        raise InvalidParameterError("events", "expected at least 20")
    return await run_demo_webhooks(events)
