"""What a crowd costs a receiver: `python -m benchmarks.receiver_overload`, on Linux.

Memory with 600 senders who stop just before the end of a body as large as is let in, without a
signature and with one that is made up; the longest wait when all of a crowd deliver at once.
"""

import asyncio
import contextlib
import tempfile
import time
from collections import Counter
from pathlib import Path

from .receiver_accept import server
from .receiver_load import PATH, request, signed

SENDERS = 600
CROWD = 4_000
BODY = 1024 * 1024
SERVER = "served_sqlite"


def peak(pid: int) -> float:
    """The most memory (MB) that a process has had since it began."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


async def stopping(
    port: int, signature: str | None, senders: int = SENDERS, seconds: float = 5.0
) -> None:
    """Senders who send nearly all of a body, and wait for what comes of it."""
    signed_with = {} if signature is None else {"Oncehub-Signature": signature}
    fields = {"Host": "x", "Content-Length": str(BODY), **signed_with}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    data = f"POST {PATH} HTTP/1.1\r\n{lines}\r\n".encode() + b"x" * (BODY - 1)

    async def send() -> None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await writer.drain()
                    await asyncio.sleep(seconds)
            writer.transport.abort()

    await asyncio.gather(*(send() for _ in range(senders)))


async def crowd(port: int) -> tuple[float, Counter[str]]:
    """The longest wait for an answer (seconds), and how many got which status."""
    statuses: Counter[str] = Counter()
    longest = 0.0

    async def send(data: bytes) -> None:
        nonlocal longest
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        began = time.perf_counter()
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        longest = max(longest, time.perf_counter() - began)
        statuses[head[9:12].decode()] += 1
        writer.close()

    await asyncio.gather(*(send(request(*each)) for each in signed(CROWD, 0)))
    return longest, statuses


def main() -> None:
    """Print the table."""
    made_up = f"t={int(time.time())},s={'0' * 64}"
    for name, signature in (("no signature", None), ("one that is made up", made_up)):
        with (
            tempfile.TemporaryDirectory() as folder,
            server(SERVER, Path(folder) / "inbox.db") as (pid, port),
        ):
            before = peak(pid)
            asyncio.run(stopping(port, signature))
            row = f"memory for {SENDERS} senders of 1 MiB with {name}"
            print(f"{row:<60} {peak(pid) - before:6.0f} MB", flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        server(SERVER, Path(folder) / "inbox.db") as (_, port),
    ):
        longest, statuses = asyncio.run(crowd(port))
    print(
        f"{f'longest wait of {CROWD:,} who deliver at once':<60} {longest:6.1f} s {dict(statuses)}"
    )


if __name__ == "__main__":
    main()
