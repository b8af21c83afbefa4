"""What kills lose and repeat: 100,000 events, 50 kills -9, a handler that fails 5 % of the time.

`python -m benchmarks.receiver_crashes [EVENTS [KILLS]]` takes some minutes.

The handler writes down when it begins and ends, and in which process. At each kill it is noted
which work the database calls done; none of that may begin again, and nothing that has ended may
begin again in the same process. What counts as accepted is what the sender saw answered 200.
"""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from oncehub_async.cli import _demo_receiver as demo_receiver
from oncehub_async.cli._handling_log import (
    begun_again_in_one_life,
    begun_though_done,
    done_in,
    read_lines,
    running,
    wait_until_finished,
)
from oncehub_async.testing import sign

from .receiver_load import SECRET, body_of, request, template

EVENTS, KILLS = 100_000, 50
CONNECTIONS = 16
FAILS, SECONDS = "0.05", "0.01"
PATIENCE = 300.0
"""Seconds for what is left at the end."""
BOOKINGS = 5_000


class Run:
    """Posts events to a service that is killed and started again."""

    def __init__(self, folder: Path, events: int) -> None:
        self.folder, self.events = folder, events
        self.accepted: set[int] = set()
        self._left = list(range(events - 1, -1, -1))
        self._under_way: set[int] = set()
        self._target = 0
        self._reached = asyncio.Event()
        self._pattern = template()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> int:
        """Start the service; its port."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", demo_receiver.__name__, str(self.folder), "0", FAILS, SECONDS],
            env={**os.environ, demo_receiver.VARIABLE: SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        return int(line.rsplit(":", 1)[1].split("/")[0])

    def end(self, how: signal.Signals) -> None:
        """End the service."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.communicate()

    async def post_until_gone(self, port: int) -> None:
        """Post over several connections; what wasn't answered 200 is posted again later."""
        await asyncio.gather(*(self._post(port) for _ in range(CONNECTIONS)))
        self._left += self._under_way
        self._under_way.clear()
        self._reached.set()

    async def reaches(self, count: int) -> None:
        """Wait until so many events were accepted, or no more can be."""
        self._target = count
        self._reached.clear()
        await self._reached.wait()

    async def _post(self, port: int) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            while self._left:
                number = self._left.pop()
                self._under_way.add(number)
                body = self._body(number)
                writer.write(request(body, {"Oncehub-Signature": sign(body, SECRET)}))
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await reader.readexactly(length)
                if head.startswith(b"HTTP/1.1 200"):
                    self._under_way.discard(number)
                    self.accepted.add(number)
                    if len(self.accepted) >= self._target:
                        self._reached.set()
            writer.close()

    def _body(self, number: int) -> bytes:
        body = body_of(number, self._pattern)
        return body.replace(b"BKNG-%010d" % number, b"BKNG-%010d" % (number % BOOKINGS))

    def log_size(self) -> int:
        """Where the log ends."""
        path = self.folder / demo_receiver.LOG
        return path.stat().st_size if path.exists() else 0


async def count(folder: Path, events: int, kills: int) -> dict[str, int]:
    """Run it all, and count."""
    run, inbox = Run(folder, events), folder / demo_receiver.INBOX
    kills_at: list[tuple[int, set[str]]] = []
    for _ in range(kills):
        port = run.start()
        target = len(run.accepted) + events // (kills + 1)
        posting = asyncio.ensure_future(run.post_until_gone(port))
        await run.reaches(target)
        await asyncio.sleep(random.random() * 0.2)
        run.end(signal.SIGKILL)
        await posting
        # What is done at this moment may not begin again, in any later life.
        kills_at.append((run.log_size(), await done_in(inbox)))
    port = run.start()
    await run.post_until_gone(port)
    await wait_until_finished(inbox, PATIENCE)
    run.end(signal.SIGTERM)
    lines = read_lines(folder / demo_receiver.LOG)
    interrupted, wrongly = 0, begun_again_in_one_life(lines)
    begin = 0
    for place, done in kills_at:
        life = read_lines(folder / demo_receiver.LOG, begin, place)
        interrupted += len(running(life) - done)
        wrongly |= begun_though_done(read_lines(folder / demo_receiver.LOG, place), done)
        begin = place
    ended = Counter(line.event for line in lines if line.word == "ended")
    names = {f"EVNT-{number:010d}" for number in run.accepted}
    return {
        "events accepted (answered 200)": len(names),
        "kills -9": kills,
        "accepted, and not done": len(names - await done_in(inbox)),
        "run again after they were done, or in the life in which they ended": len(wrongly),
        "running when a kill came, or not yet marked done": interrupted,
        "ended twice, for that reason": sum(times > 1 for times in ended.values()),
        "attempts in all": sum(line.word == "began" for line in lines),
    }


def main() -> None:
    """Print the table."""
    given = [int(each) for each in sys.argv[1:]]
    events, kills = (*given, *(EVENTS, KILLS)[len(given) :])[:2]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        counted = asyncio.run(count(Path(folder), events, kills))
    for name, number in counted.items():
        print(f"{name:<68} {number:>9,}")
    print(f"{'minutes':<68} {(time.perf_counter() - started) / 60:9.1f}")


if __name__ == "__main__":
    main()
