"""How long acceptance takes where several processes share a file, and beside a deep backlog.

`python -m benchmarks.receiver_processes` takes about two minutes. Deliveries come at a steady rate,
whatever becomes of those before, to the processes in turn; all of them are handled as well.
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

RATE = 200
SECONDS = 15
BLOCKED = 200_000
SERVER = "sqlite_handled"


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


def p99(servers: list[str], blocked: int = 0) -> float:
    """Acceptance's 99th percentile (seconds) with these servers on one file."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        file = Path(folder) / "inbox.db"
        asyncio.run(_block(file, blocked))
        ports = [stack.enter_context(running(each, Path(folder), file.stem)) for each in servers]
        accepting = [port for port in ports if port]
        asyncio.run(waits(accepting, 0, seconds=2))
        return asyncio.run(waits(accepting, RATE * SECONDS))


async def _block(file: Path, many: int) -> None:
    inbox = SQLiteInbox(file)
    await inbox.open()
    await held_up(inbox, many)
    await inbox.close()


def main() -> None:
    """Print the table."""
    print(f"99th percentile of acceptance at {RATE} deliveries a second, SQLite, all are handled")
    rows = {f"{many} that accept and handle": [SERVER] * many for many in (1, 2, 4)}
    for name, servers in rows.items():
        print(f"  {name:<58} {p99(servers) * 1e3:6.0f} ms", flush=True)
    name = f"1 that accepts and handles, beside {BLOCKED:,} blocked events"
    print(f"  {name:<58} {p99([SERVER], BLOCKED) * 1e3:6.0f} ms", flush=True)


if __name__ == "__main__":
    main()
