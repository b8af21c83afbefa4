"""How fast deliveries are accepted, as a share of an aiohttp handler that answers 200.

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

from .receiver_load import rate, requests, svix_requests
from .receiver_servers import FASTAPI_SVIX

ROUNDS = 15
DELIVERIES = 2_000
ROWS = {
    "bare": "an aiohttp handler that reads the body and answers 200",
    "verifying": "the same with the signature verified",
    "memory": "accepting, inbox in memory",
    "sqlite": "accepting, SQLite and synchronous=FULL",
    "memory_handled": "accepting and handling, inbox in memory",
    "sqlite_handled": "accepting and handling, SQLite and synchronous=FULL",
    FASTAPI_SVIX: "FastAPI with svix's verification, nothing kept",
}


@contextmanager
def running(name: str, folder: Path) -> Iterator[int]:
    """A server in a process of its own; its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.receiver_servers", name, str(folder / f"{name}.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield int(process.stdout.readline()) if process.stdout else 0
    finally:
        process.communicate()


def main(rounds: int = ROUNDS, deliveries: int = DELIVERIES) -> None:
    """Print the table."""
    names = list(ROWS)
    if importlib.util.find_spec("svix") is None:
        names.remove(FASTAPI_SVIX)
        print("(svix is not installed: its row is left out)")
    rates: dict[str, list[float]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports = {name: stack.enter_context(running(name, Path(folder))) for name in names}
        for round_ in range(rounds + 1):
            first = round_ * deliveries
            plain, svix = requests(deliveries, first), svix_requests(deliveries, first)
            for name in names:
                ready = svix if name == FASTAPI_SVIX else plain
                measured = asyncio.run(rate(ports[name], ready))
                if round_:  # the first round warms up
                    rates[name].append(measured)
    for name in names:
        share = statistics.median(
            ours / bare for ours, bare in zip(rates[name], rates["bare"], strict=True)
        )
        print(f"{ROWS[name]:<60} {share:6.2f}  {statistics.median(rates[name]):8,.0f}/s")


if __name__ == "__main__":
    main()
