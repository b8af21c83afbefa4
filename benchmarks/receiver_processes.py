"""How long acceptance takes where several processes share a file, and beside a deep backlog.

`python -m benchmarks.receiver_processes` takes about three minutes. Deliveries come to the
processes in turn, and all of them are handled as well: first at a steady rate, whatever becomes of
those before, then as fast as they are answered, from `CROWD` senders at once.
"""

import asyncio
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from oncehub_async.webhooks import SQLiteInbox

from .inbox_backlog import held_up
from .receiver_accept import running
from .receiver_load import CONNECTIONS, request, signed
from .receiver_servers import WORKING

RATE = 200
SECONDS = 15
BLOCKED = 200_000
CROWD = 32
MOST = 12_000
"""Deliveries as fast as they are answered, unless the time is over before."""


async def waits(ports: list[int], first: int, rate: int = RATE, seconds: int = SECONDS) -> float:
    """The 99th percentile of the seconds from sending to the answer."""
    deliveries = [request(*each) for each in signed(rate * seconds, first)]
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for number in range(CONNECTIONS):
        port = ports[number % len(ports)]
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    took: list[float] = []

    async def send(data: bytes, due: float) -> None:
        reader, writer = connection = await free.get()
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"refused: {head[:40]!r}")
        took.append(time.perf_counter() - due)
        free.put_nowait(connection)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as sending:
        for number, data in enumerate(deliveries):
            due = began + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0.0))
            sending.create_task(send(data, due))
    while not free.empty():
        free.get_nowait()[1].close()
    return statistics.quantiles(took, n=100)[98]


async def fast(ports: list[int], first: int, seconds: int) -> tuple[float, float]:
    """The 99th percentile of waits, and deliveries a second, of senders who never pause."""
    left = iter([request(*each) for each in signed(MOST, first)])
    took: list[float] = []
    began = time.perf_counter()

    async def send(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (sent := time.perf_counter()) < began + seconds:
            data = next(left, None)
            if data is None:
                break
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            took.append(time.perf_counter() - sent)
        writer.close()

    await asyncio.gather(*(send(ports[number % len(ports)]) for number in range(CROWD)))
    return statistics.quantiles(took, n=100)[98], len(took) / (time.perf_counter() - began)


def measure(servers: list[str], blocked: int = 0) -> tuple[float, float, float]:
    """With these servers on one file: `waits`, and what `fast` gives."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "inbox.db"
        asyncio.run(_block(file, blocked))
        ports = [stack.enter_context(running(each, file)) for each in servers]
        accepting = [port for port in ports if port]
        asyncio.run(waits(accepting, 0, seconds=2))
        steady = asyncio.run(waits(accepting, RATE * SECONDS))
        return steady, *asyncio.run(fast(accepting, 2 * RATE * SECONDS, SECONDS // 2))


async def _block(file: Path, many: int) -> None:
    inbox = SQLiteInbox(file)
    await inbox.open()
    await held_up(inbox, many)
    await inbox.close()


def main() -> None:
    """Print the table."""
    both, apart = "sqlite_handled", ["sqlite_accepting", WORKING]
    print(f"{'acceptance with processes on one SQLite file':<50} {RATE:>7}/s  {'at most':>18}")
    rows = {f"{many} that accept and handle": ([both] * many, 0) for many in (1, 2, 4)}
    rows["1 that accepts, 1 that handles"] = (apart, 0)
    rows[f"1 that does both, beside {BLOCKED:,} blocked"] = ([both], BLOCKED)
    for name, (servers, blocked) in rows.items():
        steady, hurried, rate = measure(servers, blocked)
        figures = f"{steady * 1e3:6.0f} ms {hurried * 1e3:6.0f} ms {rate:7,.0f}/s"
        print(f"  p99, {name:<43} {figures}", flush=True)


if __name__ == "__main__":
    main()
