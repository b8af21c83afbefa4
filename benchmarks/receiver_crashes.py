"""What kills lose and repeat: 100,000 events, 50 kills -9, a handler that fails 5 % of the time.

`python -m benchmarks.receiver_crashes [EVENTS [KILLS]]` takes some minutes: a process on a SQLite
inbox. `... EVENTS KILLS PROCESSES` has several of them on one PostgreSQL inbox, of which one at
random is killed each time.

The handler writes down when it begins and ends, and in which process. A moment before it is
killed, the process is stopped in the middle of whatever it does, to see what it had ended and not
marked done: that alone may begin again once it has ended, and nothing that the database calls done
may. What counts as accepted is what the sender saw answered 200; where an event was so before
another one of its booking was sent, the handler has to be through with it before it begins with
the other.
"""

import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from oncehub_async.cli._demo_receiver import INBOX, LOG
from oncehub_async.cli._demo_webhooks import ReceiverProcess
from oncehub_async.cli._handling_log import (
    begun_again,
    begun_again_in_one_life,
    begun_though_done,
    done_in,
    out_of_order,
    read_lines,
    running,
    wait_until_finished,
)
from oncehub_async.testing import sign

from .postgres_schema import new_inbox
from .receiver_load import SECRET, body_of, request, template

EVENTS, KILLS = 100_000, 50
CONNECTIONS = 16
"""In all."""
FAILS, SECONDS = "0.05", "0.01"
SETTLED = 0.1
"""Seconds in which a server has done what a process that is stopped had sent."""
PATIENCE = 300.0
"""Seconds for what is left at the end."""
EVENTS_OF_A_BOOKING = 20


class Sender:
    """Posts events, in the order of their numbers, to whoever receives."""

    def __init__(self, events: int) -> None:
        self.accepted: dict[int, int] = {}
        """When each was answered 200, and `sent`, when it was sent first: by one count of both."""
        self.sent: dict[int, int] = {}
        self._left = list(range(events - 1, -1, -1))
        self._moments = 0
        self._target = 0
        self._reached = asyncio.Event()
        self._pattern = template()
        self._bookings = max(events // EVENTS_OF_A_BOOKING, 1)

    async def post_until_gone(self, port: int, connections: int) -> None:
        """Post over several connections; what wasn't answered 200 is posted again later."""
        await asyncio.gather(*(self._post(port) for _ in range(connections)))
        if not self._left:
            self._reached.set()

    async def reaches(self, count: int) -> None:
        """Wait until so many events were accepted, or no more are left."""
        self._target = count
        self._reached.clear()
        if self._left and len(self.accepted) < count:
            await self._reached.wait()

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Events that stood in the inbox before the next of their booking was sent, and that."""
        numbers: dict[int, list[int]] = defaultdict(list)
        for number in self.accepted:
            numbers[number % self._bookings].append(number)
        for of_booking in numbers.values():
            for before, after in pairwise(sorted(of_booking, key=self.sent.__getitem__)):
                if self.accepted[before] < self.sent[after]:
                    yield name_of(before), name_of(after)

    async def _post(self, port: int) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while self._left:
                number = self._left.pop()
                try:
                    if await self._is_accepted(number, reader, writer):
                        self.accepted[number] = self._moment()
                finally:
                    if number not in self.accepted:
                        self._left.append(number)
                if len(self.accepted) >= self._target:
                    self._reached.set()
            writer.close()

    async def _is_accepted(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        self.sent.setdefault(number, self._moment())
        body = body_of(number, self._pattern)
        body = body.replace(b"BKNG-%010d" % number, b"BKNG-%010d" % (number % self._bookings))
        writer.write(request(body, {"Oncehub-Signature": sign(body, SECRET)}))
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        return head.startswith(b"HTTP/1.1 200")

    def _moment(self) -> int:
        self._moments += 1
        return self._moments


class Kill(NamedTuple):
    """What a process had under way that was killed; what was done before a place in the log."""

    interrupted: set[str]
    done: set[str]
    place: int


def name_of(number: int) -> str:
    """The id of an event, as the handler writes it down."""
    return f"EVNT-{number:010d}"


async def count(folder: Path, inbox: str, events: int, kills: int, many: int) -> dict[str, int]:
    """Run it all, and count."""
    sender, log, killed = Sender(events), folder / LOG, []
    receivers = [ReceiverProcess(folder, SECRET, FAILS, SECONDS, inbox) for _ in range(many)]

    async def begin(receiver: ReceiverProcess) -> "asyncio.Task[None]":
        port = int((await receiver.start()).rsplit(":", 1)[1].split("/")[0])
        return asyncio.create_task(sender.post_until_gone(port, -(-CONNECTIONS // many)))

    try:
        posting = [await begin(each) for each in receivers]
        for number in range(kills):
            await sender.reaches(events * (number + 1) // (kills + 1))
            await asyncio.sleep(random.random() * 0.2)
            index = random.randrange(many)
            victim = receivers[index]
            under_way = await _stopped(victim, log)
            interrupted = under_way - await done_in(inbox, under_way)
            await victim.end(signal.SIGKILL)
            await posting[index]
            killed.append(Kill(interrupted, await done_in(inbox), log.stat().st_size))
            posting[index] = await begin(victim)
        await asyncio.gather(*posting)
        await wait_until_finished(inbox, PATIENCE)
        await asyncio.gather(*(each.end(signal.SIGTERM) for each in receivers))
    finally:
        await asyncio.gather(*(each.end(signal.SIGKILL) for each in receivers))
    return _counted(sender, log, killed, await done_in(inbox))


async def _stopped(receiver: ReceiverProcess, log: Path) -> set[str]:
    """Stop a process in the middle; what it runs, or had ended a moment before."""
    os.kill(int(receiver.id), signal.SIGSTOP)
    await asyncio.sleep(SETTLED)
    return running(line for line in read_lines(log) if line.process == receiver.id)


def _counted(sender: Sender, log: Path, killed: list[Kill], done: set[str]) -> dict[str, int]:
    lines = read_lines(log)
    excused = Counter(event for kill in killed for event in kill.interrupted)
    wrongly = begun_again_in_one_life(lines) | set(begun_again(lines) - excused)
    for kill in killed:
        wrongly |= begun_though_done(read_lines(log, kill.place), kill.done)
    ended = Counter(line.event for line in lines if line.word == "ended")
    names, pairs = {name_of(number) for number in sender.accepted}, list(sender.pairs())
    return {
        "events accepted (answered 200)": len(names),
        "kills -9": len(killed),
        "accepted, and not done": len(names - done),
        "run again after they were done, or had ended in a process that lives": len(wrongly),
        "begun before one of their booking that was there first was through": len(
            out_of_order(lines, pairs)
        ),
        "of so many of which it is known that one was there first": len(pairs),
        "running when a kill came, or not yet marked done": sum(excused.values()),
        "ended twice, for that reason": sum(times > 1 for times in ended.values()),
        "attempts in all": sum(line.word == "began" for line in lines),
    }


def main() -> None:
    """Print the table."""
    given = [int(each) for each in sys.argv[1:]]
    events, kills, many = (*given, *(EVENTS, KILLS, 1)[len(given) :])[:3]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        inbox: str | None = str(Path(folder) / INBOX)
        if many > 1:
            inbox = stack.enter_context(new_inbox())
        if inbox is None:
            return
        counted = asyncio.run(count(Path(folder), inbox, events, kills, many))
    for name, number in counted.items():
        print(f"{name:<68} {number:>9,}")
    print(f"{'minutes':<68} {(time.perf_counter() - started) / 60:9.1f}")


if __name__ == "__main__":
    main()
