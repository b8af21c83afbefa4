"""Exports of a simulated account that are kept current."""

import json
import re
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import attrs
import pytest

from oncehub_async import AuthenticationError, InvalidParameterError
from oncehub_async.export import (
    RESOURCES,
    Compression,
    Format,
    Manifest,
    plan_export,
    run_export,
    watch_export,
)
from oncehub_async.export._formats import BrokenFileError
from oncehub_async.simulator import Fault, Simulator

from .watching import ACCOUNT, FAST, client, manifest_in, read, watch


@pytest.mark.parametrize("name", [each for each in RESOURCES if each != "sms_notifications"])
async def test_what_changes_is_added_once(sim: Simulator, tmp_path: Path, name: str) -> None:
    """Of every resource, as the service sends it and without secrets; what doesn't change isn't."""
    ids = list(sim.ids(name))
    changed = [ids[0], ids[-1]] if name != "webhooks" else [ids[0]]

    def between(number: int) -> None:
        if number == 1:
            for each in changed:
                sim.touch(each)

    looks = await watch(sim, tmp_path, (name,), between=between, rounds=4)
    assert [look.total for look in looks] == [0, 0, len(set(changed)), 0, 0]
    lines = read(tmp_path / f"{name}.changes.jsonl")
    secrets = {"secret", "signing_secret"}
    assert {line["id"]: line for line in lines} == {
        each: {key: value for key, value in sim.object(each).items() if key not in secrets}
        for each in changed
    }


async def test_new_text_messages_are_added(sim: Simulator, tmp_path: Path) -> None:
    """By the time of their creation."""
    made = []
    looks = await watch(
        sim,
        tmp_path,
        ("sms_notifications",),
        between=lambda _: made.append(sim.create("sms_notifications")),
    )
    lines = read(tmp_path / "sms_notifications.changes.jsonl")
    assert [line["id"] for line in lines] == made[:2]
    assert [look.total for look in looks] == [0, 1, 1]


@pytest.mark.parametrize("compression", [Compression.NONE, Compression.ZSTD])
@pytest.mark.parametrize("format", list(Format))
async def test_whatever_the_format_of_the_export(
    sim: Simulator, tmp_path: Path, format: Format, compression: Compression
) -> None:
    """What lies within the overlap is in its file and isn't added; changes are JSON Lines."""
    sim.touch(next(sim.ids("bookings")))
    changed = list(sim.ids("bookings"))[7]
    looks = await watch(
        sim,
        tmp_path,
        between=lambda number: sim.touch(changed) if number == 1 else None,
        format=format,
        compression=compression,
    )
    assert [look.total for look in looks] == [0, 0, 1]
    assert read(tmp_path / "bookings.changes.jsonl") == [sim.object(changed)]


async def test_it_goes_on_after_a_restart(sim: Simulator, tmp_path: Path) -> None:
    """Without adding anything again, and with what changed in between, the oldest change first."""
    ids = list(sim.ids("bookings"))
    await watch(sim, tmp_path, between=lambda _: sim.touch(ids[3]))
    before = (tmp_path / "bookings.changes.jsonl").read_bytes()
    for each in (ids[9], ids[1], ids[5]):
        sim.touch(each)
    with (tmp_path / "bookings.changes.jsonl").open("ab") as file:
        file.write(b'{"id":"BKNG-TORN')
    await watch(sim, tmp_path)
    after = (tmp_path / "bookings.changes.jsonl").read_bytes()
    assert after.startswith(before)
    added = [json.loads(line)["id"] for line in after[len(before) :].splitlines()]
    assert added == [ids[3], ids[9], ids[1], ids[5]]
    entry = manifest_in(tmp_path)["bookings"]["changes"]
    assert (entry["count"], entry["bytes"]) == (after.count(b"\n"), len(after))
    assert entry["rounds"] == 4


async def test_a_round_that_fails_adds_nothing_and_is_made_up_for(
    sim: Simulator, tmp_path: Path
) -> None:
    """Its error is told, the other resources go on, and the mark stays."""
    ids = list(sim.ids("bookings"))

    def between(number: int) -> None:
        if number == 1:
            sim.touch(ids[0])
            sim.touch(next(sim.ids("contacts")))
            sim.inject(Fault("server_error", "list-all-bookings"))
        elif number == 2:
            sim.clear_faults()

    looks = await watch(sim, tmp_path, ("bookings", "contacts"), between=between, rounds=3)
    assert list(looks[2].errors) == ["bookings"]
    assert "GET /bookings" in looks[2].errors["bookings"]
    assert looks[2].changes == {"contacts": 1}
    assert looks[3].changes == {"bookings": 1, "contacts": 0}


async def test_an_invalid_key_ends_it(sim: Simulator, tmp_path: Path) -> None:
    """For no round after that could succeed."""
    with pytest.raises(AuthenticationError):
        await watch(sim, tmp_path, between=lambda _: sim.revoke_key(sim.api_key))


async def test_an_export_that_is_not_complete_is_not_watched(
    sim: Simulator, tmp_path: Path
) -> None:
    """Round 0 says so, and there is no other."""
    sim.inject(Fault("server_error", "list-all-bookings"))
    looks = await watch(sim, tmp_path)
    assert [look.manifest.complete for look in looks] == [False]


async def test_the_filters_are_sent_too(sim: Simulator, tmp_path: Path) -> None:
    """An object that doesn't match them isn't added."""
    by_status: dict[str, str] = {}
    for each in sim.ids("bookings"):
        by_status.setdefault(str(sim.object(each)["status"]), each)

    def between(number: int) -> None:
        for each in by_status.values() if number == 1 else ():
            sim.touch(each)

    await watch(sim, tmp_path, between=between, filters={"status": "completed"})
    lines = read(tmp_path / "bookings.changes.jsonl")
    assert [line["id"] for line in lines] == [by_status["completed"]]


async def test_only_the_same_export_can_be_watched(sim: Simulator, tmp_path: Path) -> None:
    """A complete one of something else stays as it is; the folder is locked meanwhile."""
    await watch(sim, tmp_path)
    with pytest.raises(InvalidParameterError, match="of something else or in another format"):
        await watch(sim, tmp_path, format=Format.CSV)
    async with client(sim) as oncehub:
        plan = plan_export(["bookings"])
        async with aclosing(watch_export(oncehub, plan, tmp_path)) as looks:
            await anext(looks)
            with pytest.raises(InvalidParameterError, match="another export writes"):
                await run_export(oncehub, plan, tmp_path)
        with pytest.raises(InvalidParameterError, match="--watch"):
            await run_export(oncehub, plan, tmp_path)


async def test_the_export_of_another_account_is_not_watched(sim: Simulator, tmp_path: Path) -> None:
    """Two accounts don't end up in one folder, also not by way of lists without known objects."""
    await watch(sim, tmp_path, ("teams", "contacts"), rounds=1)
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    async with Simulator(attrs.evolve(ACCOUNT, seed=8), clock=FAST, limits=None) as other:
        with pytest.raises(InvalidParameterError, match=r"contacts.jsonl holds isn't in this acc"):
            await watch(other, tmp_path, ("teams", "contacts"))
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


async def test_an_account_that_cannot_be_asked_is_asked_again(
    sim: Simulator, tmp_path: Path
) -> None:
    """Nothing is added until it is known whose it is."""
    await watch(sim, tmp_path, ("teams", "contacts"), rounds=1)
    sim.inject(Fault("server_error", "get-a-single-contact"))
    sim.touch(next(sim.ids("teams")))
    looks = await watch(
        sim,
        tmp_path,
        ("teams", "contacts"),
        between=lambda number: sim.clear_faults() if number == 1 else None,
    )
    assert list(looks[1].errors) == ["teams", "contacts"]
    assert (looks[1].total, looks[2].changes) == (0, {"teams": 1, "contacts": 0})


async def test_whose_it_is_is_asked_once(sim: Simulator, tmp_path: Path) -> None:
    """Not again with every round."""
    await watch(sim, tmp_path, ("teams", "contacts"), rounds=4)
    assert sim.stats.by_operation["get-a-single-contact"] == 1


async def test_overwriting_sets_the_changes_aside(sim: Simulator, tmp_path: Path) -> None:
    """Those of an older export say nothing about the new one."""
    await watch(sim, tmp_path, between=lambda _: sim.touch(next(sim.ids("bookings"))))
    manifest: Manifest
    async with client(sim) as oncehub:
        manifest = await run_export(oncehub, plan_export(["bookings"]), tmp_path, overwrite=True)
    assert manifest.resources["bookings"].changes is None
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bookings.jsonl", "manifest.json"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: lines[:-1], "cut short or damaged"),
        (lambda lines: lines.replace(b"BKNG", b"BKNX", 1), "cut short or damaged"),
        (lambda lines: b"", "cut short or damaged"),
        (None, "not there any more"),
    ],
)
async def test_changes_that_were_safe_and_are_gone_are_noticed(
    sim: Simulator, tmp_path: Path, damage: Callable[[bytes], bytes] | None, said: str
) -> None:
    """What is missing can't be fetched again, since the mark is beyond it."""
    await watch(sim, tmp_path, between=lambda _: sim.touch(next(sim.ids("bookings"))))
    path = tmp_path / "bookings.changes.jsonl"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BrokenFileError, match=said):
        await watch(sim, tmp_path)


@pytest.mark.parametrize(("option", "value"), [("every", 9.9), ("every", float("nan"))])
async def test_settings_that_cannot_be_are_refused(
    sim: Simulator, tmp_path: Path, option: str, value: float
) -> None:
    """Before anything is sent."""
    async with client(sim) as oncehub:
        with pytest.raises(InvalidParameterError, match=re.escape(option)):
            await anext(watch_export(oncehub, plan_export(), tmp_path / "x", every=value))
    assert not (tmp_path / "x").exists()
    assert sim.stats.requests == 0
