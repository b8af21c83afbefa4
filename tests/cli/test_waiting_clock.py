"""Time passes only while the program waits: nothing that the machine does takes any of it."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from oncehub_async.cli._waiting_clock import WaitingClock, WaitingLoop

# Busy and idle by turns, in pieces that no one expects; ends by itself.
BUSY = """
import random, time
end = time.monotonic() + 90
while time.monotonic() < end:
    until = time.monotonic() + random.random() / 5
    while time.monotonic() < until:
        pass
    time.sleep(random.random() / 10)
"""


DEMO = ["oncehub_async.cli", "demo", "--out", "export", "--bookings", "4000", "--speed", "300"]


@pytest.fixture
def loop() -> Iterator[WaitingLoop]:
    """The loop of a runner."""
    loop = WaitingLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.get_loop()
        yield loop


def test_work_takes_no_time_and_waiting_does(loop: WaitingLoop) -> None:
    """In the loop or in a thread of it; as many seconds as the clock is fast."""
    clock = WaitingClock(10, loop=loop)

    async def work() -> list[float]:
        seen = [clock.now()]
        time.sleep(0.05)
        seen.append(clock.now())
        await asyncio.to_thread(time.sleep, 0.05)
        seen.append(clock.now())
        await clock.sleep(0.2)
        seen.append(clock.now())
        return seen

    began, worked, threaded, slept = loop.run_until_complete(work())
    assert worked == began
    assert threaded - worked < 0.1
    assert slept - threaded == pytest.approx(0.2, abs=0.1)


def test_waking_late_is_no_time_either(loop: WaitingLoop) -> None:
    """What waited for a moment is woken at that moment, however late it really is."""
    clock = WaitingClock(1, loop=loop)

    async def work() -> float:
        began = clock.now()
        timer = asyncio.create_task(clock.sleep(0.05))
        await asyncio.sleep(0)
        time.sleep(0.2)  # the timer is long overdue
        await timer
        return clock.now() - began

    assert loop.run_until_complete(work()) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("run", range(3))
def test_the_demo_shows_no_refusal_on_a_busy_machine(tmp_path: Path, run: int) -> None:
    """Its simulator counts and its client paces on one clock."""
    with ExitStack() as stack:
        for _ in range(2):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(busy.kill)
        done = subprocess.run(
            [sys.executable, "-m", *DEMO], cwd=tmp_path, capture_output=True, text=True, timeout=80
        )
    assert done.returncode == 0
    assert ", 0 of them answered 429." in done.stdout
    assert "refused 0 of them" in done.stdout
    assert "429" not in done.stderr
    assert "failed" not in done.stdout + done.stderr
