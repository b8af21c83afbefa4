"""Whatever a spool says, an export that finds it ends: with its files, or with the remedy."""

import asyncio
import json
import os
import stat
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from oncehub_async import Budget, OnceHub, RetryPolicy
from oncehub_async.export import ResourceEntry, plan_export, run_export
from oncehub_async.export._files import in_thread, new_file, open_anew, set_aside
from oncehub_async.simulator import Account, Fault, Simulator

from .runs import FAST, LIMITS

ACCOUNT = Account(bookings=650, seed=7)


async def export(sim: Simulator, out: Path) -> ResourceEntry:
    async with OnceHub(
        sim.api_key,
        base_url=sim.url,
        clock=FAST,
        budget=Budget(LIMITS, clock=FAST),
        retry=RetryPolicy(attempts=1),
    ) as oncehub:
        manifest = await run_export(oncehub, plan_export(["bookings"]), out)
    return manifest.resources["bookings"]


def rewritten(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change what each page of a spool says of itself, with checksums that are right."""
    text = path.read_bytes()
    end = text.index(b"\n") + 1
    result, at = text[:end], end
    while at < len(text):
        end = text.index(b"\n", at) + 1
        page = json.loads(text[at:end])["page"]
        body = text[end : end + page["size"]]
        at = end + page["size"]
        change(page)
        line = orjson.dumps(page, option=orjson.OPT_APPEND_NEWLINE)
        header = {"page": page, "crc32": zlib.crc32(body, zlib.crc32(line))}
        result += orjson.dumps(header, option=orjson.OPT_APPEND_NEWLINE) + body
    path.write_bytes(result)


NONSENSE: dict[str, Any] = {
    "stretch": [-1, 5, None, "0", True, 2**62, [0]],
    "side": ["up", None, 1, {}],
    "joins": [0, 1, 7, -1, "1", True],
    "ends": [None, 1, "yes"],
    "ordered": [None, 1],
    "older_than": ["never", 1, "2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00"],
    "cursor": [1, [], {}],
    "announced": ["many", [], {}],
}


def _put(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda page: page["place"].update({name: value})


def _drop(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda page: page["place"].pop(name)


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    **{f"{name}={value}": _put(name, value) for name in NONSENSE for value in NONSENSE[name]},
    **{f"no {name}": _drop(name) for name in NONSENSE},
    "count too high": lambda page: page.update(count=page["count"] + 1),
    "count negative": lambda page: page.update(count=-1),
    "count true": lambda page: page.update(count=True),
    "no count": lambda page: page.pop("count"),
    "no place": lambda page: page.pop("place"),
    "place a text": lambda page: page.update(place="here"),
}


async def test_nonsense_in_a_spool_ends_with_the_remedy_or_the_files(tmp_path: Path) -> None:
    """No place, count or size in it makes an export hang, or end with anything but a line."""
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim:
        sim.inject(Fault("server_error", "list-all-bookings", every=4))
        stopped = await export(sim, tmp_path)
        assert stopped.error
        assert stopped.pages >= 2
        sim.clear_faults()
        spool = tmp_path / "bookings.spool"
        kept = {path: path.read_bytes() for path in tmp_path.iterdir()}
        refused = 0
        for what, change in CHANGES.items():
            for path in tmp_path.iterdir():
                path.unlink()
            for path, text in kept.items():
                path.write_bytes(text)
            rewritten(spool, change)
            async with asyncio.timeout(30):
                entry = await export(sim, tmp_path)
            if not entry.complete:
                refused += 1
                assert "bookings.spool" in (entry.error or ""), what
                assert "delete it" in (entry.error or ""), what
        assert refused >= 30


async def test_a_thread_that_ends_with_stop_iteration_is_no_wait_for_good() -> None:
    """Before Python 3.13, a future that is given one is never done."""

    def stops() -> None:
        next(iter(()))

    async with asyncio.timeout(10):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await in_thread(stops)


async def test_a_thread_that_hangs_is_left_alone_once_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has its time to come to an end; then whoever cancelled has his way."""
    import threading

    monkeypatch.setattr("oncehub_async.export._files.LONGEST_END", 0.05)
    hangs = threading.Event()
    task = asyncio.create_task(in_thread(hangs.wait, 60))
    await asyncio.sleep(0.05)
    task.cancel()
    try:
        async with asyncio.timeout(10):
            with pytest.raises(asyncio.CancelledError):
                await task
    finally:
        hangs.set()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_nobody_else_reads_an_export(tmp_path: Path) -> None:
    """Files 0600 and a folder that the export makes 0700; a folder that was there stays."""
    async with Simulator(Account(bookings=30, seed=7), clock=FAST, limits=None) as sim:
        made = tmp_path / "made"
        await export(sim, made)
        assert mode(made) == 0o700
        assert {mode(path) for path in made.iterdir()} == {0o600}
        there = tmp_path / "there"
        there.mkdir()
        there.chmod(0o755)
        await export(sim, there)
        assert mode(there) == 0o755


def test_what_lies_in_the_way_is_never_written_through(tmp_path: Path) -> None:
    """Neither a link to another file nor a pipe under the name of a partial file."""
    mine = tmp_path / "mine"
    mine.write_text("mine")
    for lie in ("link", "pipe"):
        partial = tmp_path / "teams.jsonl.partial"
        if lie == "link":
            partial.symlink_to(mine)
        else:
            os.mkfifo(partial)
        with new_file(tmp_path / "teams.jsonl") as file:
            file.write(b"{}\n")
        assert not (tmp_path / "teams.jsonl").is_symlink()
        assert (tmp_path / "teams.jsonl").read_bytes() == b"{}\n"
    assert mine.read_text() == "mine"
    (tmp_path / "x.spool").symlink_to(mine)
    open_anew(tmp_path / "x.spool").close()
    assert mine.read_text() == "mine"


def test_an_older_file_that_is_set_aside_becomes_private(tmp_path: Path) -> None:
    """It was written when exports weren't yet."""
    path = tmp_path / "teams.jsonl"
    path.write_text("{}\n")
    path.chmod(0o644)
    set_aside(path)
    assert mode(tmp_path / "teams.jsonl.previous") == 0o600
