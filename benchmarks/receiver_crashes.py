"""What kills lose and repeat: 100,000 events, 50 kills -9, a handler that fails 5 % of the time.

`python -m benchmarks.receiver_crashes [EVENTS [KILLS]]` takes some minutes.

The handler writes down when it begins and ends. At each kill it is noted which work the database
calls done; none of that may begin again.
"""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from oncehub_async.testing import sign
from oncehub_async.webhooks import Backoff, Context, Event, Receiver, SQLiteInbox, serve

from .receiver_load import SECRET, body_of, request, template

EVENTS, KILLS = 100_000, 50
CONNECTIONS = 16
BOOKINGS = 5_000


async def service(folder: Path) -> None:
    """The receiver that is killed."""
    receiver = Receiver(
        signing_secret=SECRET,
        inbox=SQLiteInbox(folder / "inbox.db"),
        backoff=Backoff(attempts=100, first=0.1, longest=2.0),
    )
    log = os.open(folder / "log.txt", os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    @receiver.on("booking", name="handler")
    async def handler(event: Event, _context: Context) -> None:
        os.write(log, f"b {event.id} {os.getpid()}\n".encode())
        await asyncio.sleep(random.random() * 0.01)
        if random.random() < 0.05:
            raise RuntimeError
        os.write(log, f"e {event.id} {os.getpid()}\n".encode())

    await serve(receiver, port=0, on_start=lambda url: print(url, flush=True))


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
            [sys.executable, "-m", "benchmarks.receiver_crashes", "--serve", str(self.folder)],
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

    def done(self) -> set[str]:
        """What the database calls done."""
        database = sqlite3.connect(self.folder / "inbox.db")
        rows = database.execute(
            "SELECT id FROM events JOIN work ON event = seq WHERE state = 'done'"
        ).fetchall()
        database.close()
        return {row[0] for row in rows}

    def wait_until_done(self) -> None:
        """Wait until all that was accepted is done."""
        while len(self.done()) < len(self.accepted):
            time.sleep(0.5)

    def log(self, start: int, end: int) -> Iterator[tuple[str, str]]:
        """What handlers wrote down, between two places in the file."""
        with (self.folder / "log.txt").open("rb") as file:
            file.seek(start)
            for line in file.read(end - start).decode().splitlines():
                kind, event_id, _pid = line.split()
                yield kind, event_id

    def log_size(self) -> int:
        """Where the log ends."""
        path = self.folder / "log.txt"
        return path.stat().st_size if path.exists() else 0


async def count(folder: Path, events: int, kills: int) -> dict[str, int]:
    """Run it all, and count."""
    run = Run(folder, events)
    done_at: list[tuple[int, set[str]]] = []
    for _ in range(kills):
        port = run.start()
        target = len(run.accepted) + events // (kills + 1)
        posting = asyncio.ensure_future(run.post_until_gone(port))
        await run.reaches(target)
        await asyncio.sleep(random.random() * 0.2)
        run.end(signal.SIGKILL)
        await posting
        # What is done at this moment may not begin again, in any later life.
        done_at.append((run.log_size(), run.done()))
    port = run.start()
    await run.post_until_gone(port)
    await asyncio.to_thread(run.wait_until_done)
    run.end(signal.SIGTERM)
    again_after_done, seen = 0, set[str]()
    for (place, done), (until, _) in zip(
        done_at, [*done_at[1:], (run.log_size(), set())], strict=True
    ):
        seen |= done
        again_after_done += sum(kind == "b" and id_ in seen for kind, id_ in run.log(place, until))
    ended: dict[str, int] = {}
    began = 0
    for kind, id_ in run.log(0, run.log_size()):
        began += kind == "b"
        if kind == "e":
            ended[id_] = ended.get(id_, 0) + 1
    names = {f"EVNT-{number:010d}" for number in run.accepted}
    return {
        "events accepted": len(run.accepted),
        "kills -9": kills,
        "lost": len(names - ended.keys()),
        "run again after they were marked done": again_after_done,
        "ended twice, for the kill came before they were marked done": sum(
            times > 1 for times in ended.values()
        ),
        "attempts in all": began,
    }


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--serve"]:
        asyncio.run(service(Path(sys.argv[2])))
        return
    given = [int(each) for each in sys.argv[1:]]
    events, kills = (*given, *(EVENTS, KILLS)[len(given) :])[:2]
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        counted = asyncio.run(count(Path(folder), events, kills))
    for name, number in counted.items():
        print(f"{name:<60} {number:>9,}")
    print(f"{'minutes':<60} {(time.perf_counter() - started) / 60:9.1f}")


if __name__ == "__main__":
    main()
