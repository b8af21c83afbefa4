"""Whatever changes, whenever, and however often the watch is killed: nothing is lost, nor twice."""

import asyncio
import json
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.list_service import Latency
from harness.virtual_time import InlineLoop
from oncehub_async.export import ExportPlan, Manifest, verify_export, watch_export
from oncehub_async.export._export_plan import ResourcePlan

from .changing_service import START, ChangingService, client, milliseconds

HOUR = 3600


@attrs.frozen
class Change:
    after: float
    what: str
    pick: int
    ahead: float = 0.0
    """Seconds from then to the time that it says."""


@attrs.frozen
class Session:
    """A watch that is killed after some seconds, on a machine whose clock is off."""

    seconds: float
    skew: float
    kill: int


def scripts(*ahead: float) -> st.SearchStrategy[list[Change]]:
    """Changes, each after a pause."""
    one = st.builds(
        Change,
        st.sampled_from([0.0, 0.3, 2.0, 30.0, 200.0, 1500.0]),
        st.sampled_from(["create", "touch", "touch", "touch", "delete"]),
        st.integers(0, 999),
        st.sampled_from(ahead),
    )
    return st.lists(one, max_size=40)


def sessions(*skews: float) -> st.SearchStrategy[list[Session]]:
    """Some that are killed."""
    skew = st.sampled_from(skews)
    one = st.builds(Session, st.floats(0.1, 2500), skew, st.integers(0, 10**6))
    return st.lists(one, max_size=3)


latencies = st.builds(
    Latency, st.sampled_from([0.0, 0.4, 5.0, 100.0]), st.just(0.5), st.integers(0, 9)
)


async def change(service: ChangingService, script: list[Change]) -> None:
    for each in script:
        await asyncio.sleep(each.after)
        ids = service.ids()
        if each.what == "create" or not ids:
            service.create()
        elif each.what == "touch":
            service.touch(ids[each.pick % len(ids)], each.ahead)
        else:
            service.delete(ids[each.pick % len(ids)])


class Machine:
    """The disk of a machine that is switched off at times."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.manifests: list[bytes] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        write = Manifest.write

        def noted(manifest: Manifest, folder: Path) -> None:
            write(manifest, folder)
            self.manifests.append((folder / "manifest.json").read_bytes())

        with patch.object(Manifest, "write", noted), patch.object(os, "fsync", lambda _: None):
            yield

    def killed(self, pick: int) -> None:
        """As if between the lines of the last round and its manifest."""
        log = self.out / "bookings.changes.jsonl"
        if len(self.manifests) < 2 or not log.exists():
            return
        before = json.loads(self.manifests[-2])["resources"]["bookings"]
        if not before["complete"]:
            return
        (self.out / "manifest.json").write_bytes(self.manifests[-2])
        self.manifests = self.manifests[-2:-1]
        safe = (before["changes"] or {"bytes": 0})["bytes"]
        lines = log.read_bytes()
        log.write_bytes(lines[: safe + random.Random(pick).randint(0, len(lines) - safe)])

    def lines(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / name).read_bytes().splitlines()]


async def watched(
    service: ChangingService, machine: Machine, limit: int, skew: float, rounds: int
) -> None:
    plan = ExportPlan((ResourcePlan("bookings", {"limit": limit}),))
    # No more than it takes: whatever relies on the overlap without saying so gets lost.
    overlap = timedelta(seconds=service.lag + 0.01)
    oncehub = client(service, skew)
    watching = watch_export(oncehub, plan, machine.out, every=400, overlap=overlap)
    async with aclosing(watching) as looks:
        async for look in looks:
            assert not look.errors
            if look.number == rounds:
                return


async def scenario(
    service: ChangingService,
    machine: Machine,
    limit: int,
    script: list[Change],
    killed: list[Session],
) -> dict[str, dict[str, Any]]:
    changing = asyncio.create_task(change(service, script))
    for session in killed:
        watching = asyncio.create_task(watched(service, machine, limit, session.skew, 10**6))
        await asyncio.wait([watching], timeout=session.seconds)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        machine.killed(session.kill)
    await changing
    await asyncio.sleep(service.lag)
    await watched(service, machine, limit, 0.0, 3)
    return service.objects()


def check(
    service: ChangingService, limit: int, script: list[Change], killed: list[Session]
) -> None:
    """Export and changes give the account, and no version is there twice."""
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder))
        with machine.running(), asyncio.Runner(loop_factory=InlineLoop) as runner:
            expected = runner.run(scenario(service, machine, limit, script, killed))
        found = verify_export(Path(folder))
        assert found.good, found
        lines = machine.lines("bookings.jsonl") + machine.lines("bookings.changes.jsonl")
    versions = [(each["id"], each["last_updated_time"]) for each in lines]
    assert len(versions) == len(set(versions))
    replayed = {each["id"]: each for each in lines}
    assert {key: replayed.get(key) for key in expected} == expected


ages_in_seconds = st.lists(st.integers(0, 3000), max_size=30)
lags = st.sampled_from([0.0, 1.0, 500.0])
limits = st.sampled_from([4, 100])


@settings(max_examples=80, deadline=None)
@given(
    ages_in_seconds,
    latencies,
    lags,
    limits,
    scripts(0.0),
    sessions(0.0, 5.0, -5.0, HOUR, -HOUR, 24 * HOUR, -24 * HOUR),
)
def test_base_and_changes_give_the_account_and_no_version_twice(
    ages: list[int],
    latency: Latency,
    lag: float,
    limit: int,
    script: list[Change],
    killed: list[Session],
) -> None:
    """Changes at whatever moment, also during rounds and while nobody watches; kills anywhere.

    Clocks are off by up to a day either way, and changes show later than their time says.
    """
    times = [milliseconds(START) - age * 1000 for age in ages]
    check(ChangingService(times, latency, lag=lag), limit, script, killed)


@settings(max_examples=60, deadline=None)
@given(
    ages_in_seconds,
    latencies,
    limits,
    scripts(0.0, 0.0, 1.0, 500.0, HOUR, 100 * 24 * HOUR),
    sessions(0.0, -5.0, -HOUR, -24 * HOUR),
)
def test_changes_that_say_a_time_in_the_future_hide_no_others(
    ages: list[int],
    latency: Latency,
    limit: int,
    script: list[Change],
    killed: list[Session],
) -> None:
    """Neither later ones of the same object with earlier times, nor those of other objects.

    As long as our own clock isn't ahead: then nothing tells that a time lies in the future.
    """
    times = [milliseconds(START) - age * 1000 for age in ages]
    check(ChangingService(times, latency), limit, script, killed)
