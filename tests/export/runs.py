"""Exports in processes of their own, which can be killed at any moment."""

import asyncio
import json
import multiprocessing
import os
import resource
import shutil
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from oncehub_async import Budget, Clock, Limits, OnceHub, RetryPolicy
from oncehub_async.export import Compression, Format, plan_export, run_export
from oncehub_async.export._spool import Spool
from oncehub_async.simulator import Account, Simulator

FAST = Clock(speed=100)
ACCOUNT = Account(bookings=1950, contacts=230, sms_notifications=120, seed=7)
NAMES = ("bookings", "contacts", "teams")
PATIENT = RetryPolicy(attempts=30, first_delay=0.1, longest_delay=1.0, attempt_timeout=20.0)
# So few that a slow machine, whose latency looks long on this clock, has not many under way.
LIMITS = Limits(per_second=2, per_five_minutes=100_000)

# Processes that are forked from one that has imported everything begin at once.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["pyarrow.parquet", __name__])


@attrs.frozen
class Run:
    """An export to make, as often as it takes."""

    url: str
    key: str = attrs.field(repr=False)
    out: Path
    format: Format = Format.JSONL
    compression: Compression = Compression.NONE
    names: tuple[str, ...] = NAMES

    @classmethod
    def of(cls, simulator: Simulator, out: Path, **settings: Any) -> "Run":
        """An export of what a simulator has."""
        return cls(simulator.url, simulator.api_key, out, **settings)

    def process(self, before: Callable[[], None] | None = None) -> Any:
        """A process that makes it, after `before` was called in it; not yet started."""
        return _PROCESSES.Process(target=_export, args=(self, before))

    def finish(self) -> None:
        """Make it, here and now, to its end."""
        _export(self, None)


def _export(run: Run, before: Callable[[], None] | None) -> None:
    if before is not None:
        before()
    asyncio.run(_run(run))


async def _run(run: Run) -> None:
    budget = Budget(LIMITS, clock=FAST)
    async with OnceHub(
        run.key, base_url=run.url, clock=FAST, budget=budget, retry=PATIENT
    ) as oncehub:
        await run_export(
            oncehub,
            plan_export(run.names),
            run.out,
            format=run.format,
            compression=run.compression,
        )


@attrs.frozen
class DieAt:
    """Lets a process kill itself just before the n-th time that it changes the disk for good."""

    number: int

    def __call__(self) -> None:
        done = 0

        def counted(function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **settings: Any) -> Any:
                nonlocal done
                done += 1
                if done == self.number:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **settings)

            return call

        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Path, "open")):
            setattr(owner, name, counted(getattr(owner, name)))


@attrs.frozen
class SmallDisk:
    """Lets no file of a process grow beyond so many bytes."""

    size: int

    def __call__(self) -> None:
        # Without the signal, writing fails as on a full disk.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.size))


def files(out: Path) -> dict[str, bytes]:
    """What an export has made, but for the manifest."""
    return {path.name: path.read_bytes() for path in out.iterdir() if path.name != "manifest.json"}


def manifest(out: Path) -> dict[str, Any]:
    """What it says."""
    data: dict[str, Any] = json.loads((out / "manifest.json").read_text())
    return data


def pages_kept(out: Path) -> int:
    """How many pages an export has safely on disk, in spools and in complete files."""
    if not (out / "manifest.json").exists():
        return 0
    return sum(
        entry["pages"] if entry["complete"] else _pages_in(out / f"{name}.spool")
        for name, entry in manifest(out)["resources"].items()
    )


def _pages_in(path: Path) -> int:
    if not path.exists() or not path.read_bytes():
        return 0
    with path.open("rb") as file:
        about = json.loads(file.readline())["about"]
    # Opening one repairs it, which is for the export to do.
    with TemporaryDirectory() as folder:
        copied = Path(shutil.copy(path, folder))
        with closing(Spool.reopen(copied, about)) as spool:
            return len(spool.entries)


def is_complete(out: Path) -> bool:
    """Whether an export has come to its end."""
    return (out / "manifest.json").exists() and bool(manifest(out)["complete"])
