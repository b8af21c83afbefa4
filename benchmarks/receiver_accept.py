"""How fast deliveries are accepted, as a share of an aiohttp handler that answers 200.

Two senders: one of raw bytes, which leaves the server to be the slower side, and aiohttp's client,
on the same two cores.

Each server is asked in turn, in many short rounds, so that what else the machine does disturbs
all of them alike; the shares are medians over the rounds.
"""

import asyncio
import importlib.util
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .receiver_load import rate, rate_by_aiohttp, signed, signed_by_svix
from .receiver_servers import FASTAPI_SVIX

ROUNDS = 11
DELIVERIES = 1_500
ROWS = {
    "bare": "an aiohttp handler that reads the body and answers 200",
    "verifying": "the same with the signature verified",
    "memory": "accepting, inbox in memory",
    "sqlite": "accepting, SQLite and synchronous=FULL",
    "served_memory": "accepting with serve, inbox in memory",
    "served_sqlite": "accepting with serve, SQLite and synchronous=FULL",
    "memory_handled": "accepting and handling, inbox in memory",
    "sqlite_handled": "accepting and handling, SQLite and synchronous=FULL",
    FASTAPI_SVIX: "FastAPI with svix's verification, nothing kept",
}


@contextmanager
def server(name: str, place: Path | str) -> Iterator[tuple[int, int]]:
    """A server in a process of its own, with its inbox there: its process id and port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.receiver_servers", name, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process.pid, int(process.stdout.readline()) if process.stdout else 0
    finally:
        process.communicate()


@contextmanager
def running(name: str, place: Path | str) -> Iterator[int]:
    """The same; its port."""
    with server(name, place) as (_, port):
        yield port


def main(rounds: int = ROUNDS, deliveries: int = DELIVERIES) -> None:
    """Print the table."""
    names = list(ROWS)
    if importlib.util.find_spec("svix") is None:
        names.remove(FASTAPI_SVIX)
        print("(svix is not installed: its row is left out)")
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        files = {name: Path(folder) / f"{name}.db" for name in names}
        ports = {name: stack.enter_context(running(name, files[name])) for name in names}
        for round_ in range(rounds + 1):
            first = round_ * deliveries * 2
            for name in names:
                sign = signed_by_svix if name == FASTAPI_SVIX else signed
                raw = asyncio.run(rate(ports[name], sign(deliveries, first)))
                more = sign(deliveries, first + deliveries)
                by_aiohttp = asyncio.run(rate_by_aiohttp(ports[name], more))
                if round_:  # the first round warms up
                    rates[name].append((raw, by_aiohttp))
    print(f"{'':<60} {'raw':>6} {'aiohttp':>8}")
    for name in names:
        shares = [_share(rates[name], rates["bare"], sender) for sender in (0, 1)]
        fastest = statistics.median(raw for raw, _ in rates[name])
        print(f"{ROWS[name]:<60} {shares[0]:6.2f} {shares[1]:8.2f} {fastest:9,.0f}/s")


def _share(ours: list[tuple[float, float]], bare: list[tuple[float, float]], sender: int) -> float:
    pairs = zip(ours, bare, strict=True)
    return statistics.median(mine[sender] / theirs[sender] for mine, theirs in pairs)


if __name__ == "__main__":
    main()
