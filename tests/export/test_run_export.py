"""What an export of a simulated account holds, and what it does not touch."""

import asyncio
import hashlib
import json
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import AuthenticationError, InvalidParameterError, OnceHub, RetryPolicy
from oncehub_async.export import RESOURCES, plan_export, run_export
from oncehub_async.export import _resource_export as resource
from oncehub_async.export._resource_export import FinishedFile, assemble
from oncehub_async.simulator import Account, Fault

from ..loopback import answer, serving
from .simulated import ACCOUNT, FAST, client, export, lines, simulated


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
            await export(sim, tmp_path / "x", "sms_notifications", filters={"recipient_type": ""})
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
