"""Exports from a simulated account: exact, or marked as not complete."""

import asyncio
import hashlib
import json
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import (
    AuthenticationError,
    Budget,
    Clock,
    InvalidParameterError,
    Limits,
    OnceHub,
    RetryPolicy,
)
from oncehub_async.export import (
    RESOURCES,
    ExportProgress,
    Manifest,
    ResourceProgress,
    State,
    plan_export,
    resource,
    run_export,
)
from oncehub_async.export.assembly import FinishedFile, assemble
from oncehub_async.simulator import Account, Fault, Service, Simulator

from .loopback import answer, serving

FAST = Clock(speed=500)
ACCOUNT = Account(bookings=650, contacts=230, sms_notifications=120, seed=7)
# With both limits out of the way, the tests take no longer than the machine needs.
ROOMY = Limits(per_second=1000, per_five_minutes=100_000)
PATIENT = RetryPolicy(attempts=20, first_delay=0.1, longest_delay=1.0, attempt_timeout=3.0)


def client(sim: Simulator, retry: RetryPolicy = PATIENT) -> OnceHub:
    budget = Budget(ROOMY, clock=FAST)
    return OnceHub(sim.api_key, base_url=sim.url, clock=FAST, budget=budget, retry=retry)


def simulated(account: Account = ACCOUNT, **settings: Any) -> Simulator:
    return Simulator(account, clock=FAST, limits=None, **settings)


async def export(sim: Simulator, out: Path, *names: str, **filters: Any) -> Manifest:
    async with client(sim) as oncehub:
        return await run_export(oncehub, plan_export(names, **filters), out)


def lines(out: Path, resource: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / f"{resource}.jsonl").read_bytes().splitlines()]


async def test_everything_is_exported_and_the_manifest_says_so(tmp_path: Path) -> None:
    """Each object once, in order, as the service sends it; hashes and counts are right."""
    async with simulated() as sim:
        manifest = await export(sim, tmp_path)
        for name in RESOURCES:
            assert [line["id"] for line in lines(tmp_path, name)] == list(sim.ids(name))
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert written == manifest.as_dict()
    assert written["complete"]
    for name, entry in written["resources"].items():
        data = (tmp_path / entry["file"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        assert entry["bytes"] == len(data)
        assert entry["count"] == sim.counts[name]
        assert entry["complete"]
        assert entry["pages"] >= max(1, -(-entry["count"] // 100))
    bookings, entry = lines(tmp_path, "bookings"), written["resources"]["bookings"]
    assert entry["newest_creation_time"] == bookings[0]["creation_time"]
    assert entry["oldest_creation_time"] == bookings[-1]["creation_time"]
    assert entry["high_water_mark"] == max(each["last_updated_time"] for each in bookings)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["manifest.json", *(f"{name}.jsonl" for name in RESOURCES)]
    )


async def test_signing_secrets_stay_out_of_files(tmp_path: Path) -> None:
    """An export of webhooks is no place for keys."""
    async with simulated() as sim:
        await export(sim, tmp_path, "webhooks")
    for webhook in lines(tmp_path, "webhooks"):
        assert {"url", "events"} <= set(webhook)
        assert not {"secret", "signing_secret"} & set(webhook)


async def test_since_and_until_bound_the_creation_time(tmp_path: Path) -> None:
    """The first is included, the second isn't; what has no such filter comes whole."""
    async with simulated() as sim:
        await export(sim, tmp_path / "all")
        everything = lines(tmp_path / "all", "bookings")
        since = datetime.fromisoformat(everything[400]["creation_time"])
        until = datetime.fromisoformat(everything[100]["creation_time"])
        await export(sim, tmp_path / "some", "bookings", "users", since=since, until=until)
    times = [datetime.fromisoformat(each["creation_time"]) for each in everything]
    expected = [each for each, at in zip(everything, times, strict=True) if since <= at < until]
    assert lines(tmp_path / "some", "bookings") == expected
    assert len(lines(tmp_path / "some", "users")) == ACCOUNT.users


async def test_filters_and_expansion_are_the_apis(tmp_path: Path) -> None:
    """Sent with every page, and noted in the manifest."""
    async with simulated() as sim:
        manifest = await export(
            sim, tmp_path, "bookings", filters={"status": "completed"}, expand=["owner"]
        )
    found = lines(tmp_path, "bookings")
    assert {each["status"] for each in found} == {"completed"}
    assert any(isinstance(each["owner"], dict) for each in found)
    assert manifest.resources["bookings"].arguments == {"status": "completed", "expand": "owner"}


@pytest.mark.parametrize("product", ["calendars", "pages"])
async def test_the_other_products_resources_are_no_failure(tmp_path: Path, product: Any) -> None:
    """Reported as not there, without a file."""
    other = {"calendars": "master_pages", "pages": "booking_calendars"}[product]
    async with simulated(Account(bookings=5, product=product)) as sim:
        manifest = await export(sim, tmp_path)
    assert manifest.complete
    assert not manifest.resources[other].available
    assert not list(tmp_path.glob(f"{other}*"))


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


async def test_an_invalid_key_stops_everything(tmp_path: Path) -> None:
    """One error, not ten; the manifest is not complete."""
    async with simulated() as sim:
        sim.revoke_key(sim.api_key)
        async with client(sim) as oncehub:
            with pytest.raises(AuthenticationError):
                await run_export(oncehub, plan_export(), tmp_path)
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert not written["complete"]
    assert not list(tmp_path.glob("*.jsonl"))


async def test_an_interrupted_export_is_not_complete(tmp_path: Path) -> None:
    """Cancelled in the middle: spools, and a manifest that says so."""
    async with simulated(faults=[Fault("latency", seconds=50)]) as sim:
        task = asyncio.create_task(export(sim, tmp_path, "bookings", "teams"))
        while not (tmp_path / "teams.jsonl").exists():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        so_far = json.loads((tmp_path / "manifest.json").read_text())["resources"]
        assert so_far["teams"]["complete"], "whoever is killed now finds it"
        assert so_far["bookings"]["error"] == "not finished"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert written["finished"] is None
    assert not written["complete"]
    assert written["resources"]["bookings"]["error"] == "interrupted"
    assert written["resources"]["teams"]["complete"]


async def test_an_older_export_is_not_mixed_with_a_new_one(tmp_path: Path) -> None:
    """It is refused, or set aside until the new one is complete; nothing is lost."""
    async with simulated() as sim:
        await export(sim, tmp_path, "teams", "users")
        older = (tmp_path / "teams.jsonl").read_bytes()
        with pytest.raises(
            InvalidParameterError, match=r"holds a complete export already|is there already"
        ):
            await export(sim, tmp_path, "teams")
        sim.inject(Fault("server_error"))
        async with client(sim, retry=RetryPolicy(attempts=1)) as oncehub:
            plan = plan_export(["teams"])
            manifest = await run_export(oncehub, plan, tmp_path, overwrite=True)
            assert not manifest.complete
            assert not (tmp_path / "teams.jsonl").exists()
            assert (tmp_path / "teams.jsonl.previous").read_bytes() == older
            sim.clear_faults()
            manifest = await run_export(oncehub, plan, tmp_path, overwrite=True)
    assert manifest.complete
    assert (tmp_path / "teams.jsonl").read_bytes() == older
    assert not (tmp_path / "teams.jsonl.previous").exists()
    assert manifest.resources["users"].complete, "what wasn't exported again stays"


async def test_files_of_somebody_elses_are_not_overwritten(tmp_path: Path) -> None:
    """Also where there is no manifest."""
    (tmp_path / "teams.jsonl").write_text("mine")
    async with simulated() as sim:
        with pytest.raises(
            InvalidParameterError, match=r"holds a complete export already|is there already"
        ):
            await export(sim, tmp_path, "teams")
    assert (tmp_path / "teams.jsonl").read_text() == "mine"


async def test_filters_that_the_api_refuses_touch_nothing(tmp_path: Path) -> None:
    """They are found before the folder is looked at."""
    async with simulated() as sim:
        with pytest.raises(InvalidParameterError, match="recipient_type"):
            await export(
                sim, tmp_path / "x", "sms_notifications", filters={"recipient_type": "foo"}
            )
    assert not (tmp_path / "x").exists()


async def test_a_wrong_address_is_not_an_account_without_resources(tmp_path: Path) -> None:
    """A gateway's 404 is no product that the account doesn't have."""
    async with simulated() as sim:
        url = sim.url.replace("/v2", "/nope")
        async with OnceHub(sim.api_key, base_url=url, clock=FAST) as oncehub:
            manifest = await run_export(oncehub, plan_export(), tmp_path)
        sim.inject(Fault("html", "list-all-master-pages", status=404))
        rest = await export(sim, tmp_path / "rest", "master_pages")
    assert not manifest.complete
    assert manifest.resources["bookings"].error
    assert not rest.complete


async def test_what_is_finished_when_the_interruption_comes_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File and manifest say the same."""
    waiting = threading.Event()

    def slowly(*arguments: Any) -> FinishedFile:
        waiting.set()
        time.sleep(0.3)
        return assemble(*arguments)

    monkeypatch.setattr(resource, "assemble", slowly)
    async with simulated() as sim:
        task = asyncio.create_task(export(sim, tmp_path, "teams"))
        await asyncio.to_thread(waiting.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    entry = json.loads((tmp_path / "manifest.json").read_text())["resources"]["teams"]
    assert entry["complete"] is (tmp_path / "teams.jsonl").exists() is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b"-18446744073709551617", -18446744073709551617),
        (rb'"\ud83d"', "\ud83d"),
        (b"18446744073709551615", 18446744073709551615),
        (b"1.5e300", 1.5e300),
    ],
)
async def test_odd_texts_and_numbers_survive(tmp_path: Path, text: bytes, value: Any) -> None:
    """Integers beyond 64 bits and halves of emojis come out as they went in."""
    body = b'{"object":"list","data":[{"id":"TM-1","odd":%s}],"has_more":false}' % text
    async with serving(answer(200, body)) as server:
        async with OnceHub("k", base_url=server.url) as oncehub:
            await run_export(oncehub, plan_export(["teams"]), tmp_path)
    assert lines(tmp_path, "teams") == [{"id": "TM-1", "odd": value}]


async def test_a_full_disk_fails_that_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line that names the file."""

    def full(*_arguments: Any) -> FinishedFile:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(resource, "assemble", full)
    async with simulated() as sim:
        manifest = await export(sim, tmp_path, "teams")
    assert manifest.resources["teams"].error == "teams.jsonl: No space left on device"
    assert not manifest.complete


@pytest.mark.parametrize(
    ("names", "options", "param"),
    [
        (["invoices"], {}, "resource"),
        (["bookings"], {"filters": {"colour": "red"}}, "filter"),
        ([], {"filters": {"status": "scheduled"}}, "filter"),
        (["bookings"], {"filters": {"contacts.email": "x"}}, "filter"),
        (["bookings"], {"filters": {"limit": "5"}}, "filter"),
        (["bookings"], {"filters": {"starting_time.gt": "soon"}}, "starting_time_gt"),
        (["users"], {"expand": ["teams"]}, "expand"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    names: list[str], options: dict[str, Any], param: str
) -> None:
    """Before anything is sent, with what there is instead."""
    with pytest.raises(InvalidParameterError) as caught:
        plan_export(names, **options)
    assert caught.value.param == param


def test_filters_can_name_their_resource() -> None:
    """With the vendor's spelling or Python's."""
    plan = plan_export(
        ["bookings", "Booking-Calendars"],
        filters={"bookings.starting_time.gt": "2026-01-31", "booking-calendars.host": "USR-1"},
    )
    by_name = {each.name: each.arguments for each in plan.resources}
    assert by_name["bookings"] == {"starting_time_gt": datetime(2026, 1, 31, tzinfo=UTC)}
    assert by_name["booking_calendars"] == {"host": "USR-1"}


def test_what_is_left_follows_from_an_earlier_export_or_from_the_walk() -> None:
    """And where nothing tells, nothing is pretended."""
    known = ResourceProgress("bookings", expected=1000, objects=250, pages=3)
    assert known.pages_left() == 8
    seen = ResourceProgress("bookings", objects=250, pages=3, left=6)
    assert seen.pages_left() == 6
    unknown = ResourceProgress("bookings", objects=250, pages=3)
    assert unknown.pages_left() is None
    done = ResourceProgress("bookings", state=State.COMPLETE)
    assert done.pages_left() == 0
    progress = ExportProgress(FAST, Budget(clock=FAST), resources={"a": done, "b": unknown})
    assert progress.seconds_left() is None
    progress.resources["b"] = known
    assert progress.seconds_left() == pytest.approx(1.02, abs=0.1)
