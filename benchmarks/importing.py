"""What importing the client costs: `python -m benchmarks.importing`.

In processor time of a fresh interpreter, its own start included, beside one that imports aiohttp.
"""

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

from benchmarks.ratio import ratio

ROUNDS = 25


def rows() -> list[tuple[str, float]]:
    """The package alone; and with all that making a client and a first model imports."""
    return [
        ("import oncehub_async / import aiohttp", beside_aiohttp("import oncehub_async")),
        ("first client and model / import aiohttp", beside_aiohttp(FIRST_MODEL)),
    ]


FIRST_MODEL = """
import oncehub_async, oncehub_async.models
oncehub_async.OnceHub("key")
oncehub_async.models.from_dict({"id": "BKNG-1"}, oncehub_async.models.Booking)
"""


def beside_aiohttp(code: str) -> float:
    """How many times as long a program runs as one that only imports aiohttp."""
    return ratio(lambda: running(code), lambda: running("import aiohttp"), ROUNDS)


def running(code: str) -> float:
    """How long a fresh interpreter keeps the processor busy with a program, in seconds."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    for name, value in rows():
        print(f"{value:6.2f}  {name}")
