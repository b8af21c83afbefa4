"""Exports under faults: exact, or marked as not complete."""

from pathlib import Path
from typing import Any

import pytest

from oncehub_async import RetryPolicy
from oncehub_async.export import plan_export, run_export
from oncehub_async.simulator import Fault, Service

from .simulated import client, export, lines, simulated


@pytest.mark.parametrize(
    "fault",
    [
        Fault("latency", seconds=2, jitter=2),
        Fault("rate_limit", rate=0.1),
        Fault("rate_limit", rate=0.1, retry_after="3"),
        Fault("server_error", rate=0.2),
        Fault("html", rate=0.2),
        Fault("html", rate=0.2, status=200),
        Fault("empty", rate=0.2),
        Fault("not_utf8", rate=0.2),
        Fault("drop_before", rate=0.2),
        Fault("drop_after", rate=0.2),
        Fault("truncated_body", rate=0.2),
        Fault("truncated_json", rate=0.2),
        Fault("hang", times=1),
        Fault("foreign_link"),
    ],
    ids=lambda fault: fault.kind,
)
async def test_an_export_under_faults_that_pass_is_exact(tmp_path: Path, fault: Fault) -> None:
    """Byte by byte what an undisturbed export gives."""
    async with simulated() as sim:
        await export(sim, tmp_path / "calm", "bookings", "contacts")
        sim.inject(fault)
        manifest = await export(sim, tmp_path / "rough", "bookings", "contacts")
        assert sim.stats.faults[fault.kind] > 0
    assert manifest.complete
    for name in ("bookings.jsonl", "contacts.jsonl"):
        assert (tmp_path / "calm" / name).read_bytes() == (tmp_path / "rough" / name).read_bytes()


@pytest.mark.parametrize(
    ("fault", "deleted_cursor"),
    [
        (Fault("server_error", "list-all-bookings"), "position"),
        (Fault("hang", "list-all-bookings"), "position"),
        (Fault("endless_body", "list-all-bookings", every=3, times=30), "position"),
        (Fault("slow_body", "list-all-bookings", seconds=1000), "position"),
        (Fault("repeating_link", "list-all-bookings"), "position"),
        (Fault("stuck_list", "list-all-bookings"), "position"),
        (Fault("stuck_list", "list-all-bookings", every=2), "position"),
        (Fault("deleted_cursor", "list-all-bookings"), "error"),
        (Fault("deleted_cursor", "list-all-bookings"), "restart"),
        (Fault("deleted_cursor", "list-all-bookings"), "empty"),
        (Fault("deleted_cursor", "list-all-bookings"), "position"),
        (Fault("deleted_cursor", "list-all-teams"), "error"),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
async def test_an_export_is_exact_or_says_what_is_missing(
    tmp_path: Path, fault: Fault, deleted_cursor: Any
) -> None:
    """Under faults that stay: never a file that looks complete and isn't; the others complete."""
    service = Service(deleted_cursor=deleted_cursor)
    impatient = RetryPolicy(attempts=3, first_delay=0.1, longest_delay=1.0, attempt_timeout=0.5)
    async with simulated(faults=[fault], service=service) as sim:
        before = set(sim.ids("bookings"))
        async with client(sim, impatient) as oncehub:
            manifest = await run_export(oncehub, plan_export(["bookings", "contacts"]), tmp_path)
        there = before & set(sim.ids("bookings"))
    assert manifest.resources["contacts"].complete
    entry = manifest.resources["bookings"]
    if entry.complete:
        ids = [line["id"] for line in lines(tmp_path, "bookings")]
        assert len(ids) == len(set(ids))
        assert there <= set(ids)
        return
    assert entry.error
    assert "\n" not in entry.error
    assert not (tmp_path / "bookings.jsonl").exists()
    assert (tmp_path / "bookings.spool").exists()


async def test_a_cursor_that_was_deleted_does_not_end_a_list(tmp_path: Path) -> None:
    """Also where the service answers with nothing then: the walk takes it up from the one before."""
    fault = Fault("deleted_cursor", "list-all-bookings", every=3, times=1)
    async with simulated(faults=[fault], service=Service(deleted_cursor="empty")) as sim:
        before = set(sim.ids("bookings"))
        manifest = await export(sim, tmp_path, "bookings")
        assert sim.stats.faults["deleted_cursor"] == 1
        assert {line["id"] for line in lines(tmp_path, "bookings")} == before
    assert manifest.complete


async def test_objects_that_change_meanwhile_do_not_stop_it(tmp_path: Path) -> None:
    """What was there before and still is afterwards is in the file, once."""
    churn = [Fault("churn", every=2, change=change) for change in ("create", "update", "delete")]
    async with simulated(faults=churn) as sim:
        before = set(sim.ids("bookings"))
        manifest = await export(sim, tmp_path, "bookings")
        after = set(sim.ids("bookings"))
    ids = [line["id"] for line in lines(tmp_path, "bookings")]
    assert manifest.complete
    assert len(ids) == len(set(ids))
    assert before & after <= set(ids)
