"""What importing the client costs, and starting the command line: `python -m benchmarks.importing`.

In processor time of a fresh interpreter, its own start included, beside one that imports aiohttp.
"""

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.ratio import ratio

ROUNDS = 25


def rows() -> list[tuple[str, float]]:
    """The client; all that making one and a first model imports; a look at `oncehub`."""
    programs = {
        "from oncehub_async import OnceHub": "from oncehub_async import OnceHub",
        "first client and model": FIRST_MODEL,
        "oncehub --help": COMMAND.format("--help"),
        "oncehub --version": COMMAND.format("--version"),
    }
    return [(f"{name} / import aiohttp", beside_aiohttp(code)) for name, code in programs.items()]


FIRST_MODEL = """
import oncehub_async, oncehub_async.models
oncehub_async.OnceHub("key")
oncehub_async.models.from_dict({"id": "BKNG-1"}, oncehub_async.models.Booking)
"""
COMMAND = "from oncehub_async.cli import main; main(['{}'])"


def beside_aiohttp(code: str, rounds: int = ROUNDS) -> float:
    """How many times as long a program runs as one that only imports aiohttp."""
    return ratio(lambda: running(code), lambda: running("import aiohttp"), rounds)


def running(code: str) -> float:
    """How long a fresh interpreter keeps the processor busy with a program, in seconds."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    for name, value in rows():
        print(f"{value:6.2f}  {name}")
