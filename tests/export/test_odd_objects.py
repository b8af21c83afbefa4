"""One odd object among others never ends a list or an export, and comes out as it was sent."""

from contextlib import aclosing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import Budget, Clock, OnceHub
from oncehub_async._ground import load_json
from oncehub_async.export import Format, plan_export, run_export, verify_export, watch_export
from oncehub_async.export._manifest_reader import read_manifest
from oncehub_async.models import to_dict, to_json

from ..loopback import Send, answer, serving

KEY = "key"
GOOD = (
    b'{"id": "BKNG-2", "object": "booking", "creation_time": "2026-10-31T08:00:00Z"}',
    b'{"id": "BKNG-1", "object": "booking", "creation_time": "2026-10-30T08:00:00Z"}',
)
ODD: dict[str, bytes] = {
    "first moment": b'"creation_time": "0001-01-01T00:00:00Z", "last_updated_time": "0001-01-01T00:00:00Z"',
    "last moment": b'"creation_time": "9999-12-31T23:59:59.999999Z"',
    "before the first": b'"creation_time": "0001-01-01T00:00:00+14:00"',
    "after the last": b'"creation_time": "9999-12-31T23:59:59-12:00", "last_updated_time": "9999-12-31T24:00:00Z"',
    "leap second": b'"creation_time": "2026-10-31T23:59:60Z"',
    "end of a day": b'"creation_time": "2026-10-31T24:00:00Z"',
    "missing": b'"subject": "x"',
    "null": b'"creation_time": null, "starting_time": null',
    "epoch": b'"creation_time": 1761897600, "starting_time": 1761897600000',
    "no text": b'"creation_time": {"at": "2026-10-31"}',
    "empty": b'"creation_time": ""',
    "without a zone": b'"creation_time": "2026-10-31T09:00:00"',
    "finer digits": b'"creation_time": "2026-10-31T09:00:00.1234567Z"',
    "half an emoji": b'"subject": "cut \\ud83d", "creation_time": "2026-10-31T09:00:00\\ud83d"',
    "half a name": b'"cut \\ud83d": 1',
    "long integer": b'"duration_minutes": 123456789012345678901234567890',
    "very long integer": b'"duration_minutes": ' + b"9" * 5_000,
    "decimals": b'"duration_minutes": 30.0000000000000000001, "new": [1.0000000000000000001, 1e400]',
    "tiny": b'"new": {"at": -1e-400}',
}  # fmt: skip


def page(odd: bytes, mark: bytes = b"") -> Send:
    """A list of three bookings, the odd one in the middle."""
    third = b'{"id": "BKNG-9", "object": "booking", ' + odd + b"}"
    text = b'{"object": "list", "data": [' + b",".join((GOOD[0], third, GOOD[1])) + b"]}"
    return answer(200, mark + text)


@pytest.mark.parametrize("kind", ODD)
async def test_a_list_goes_on_and_the_object_comes_out(kind: str) -> None:
    """As a model, and in the JSON that is made of it; with a byte order mark before the page."""
    sent = load_json(b"{" + ODD[kind] + b"}")
    async with (
        serving(page(ODD[kind], b"\xef\xbb\xbf")) as server,
        OnceHub(KEY, base_url=server.url) as oncehub,
    ):
        bookings = await oncehub.bookings.list().collect()
    assert [each.id for each in bookings] == ["BKNG-2", "BKNG-9", "BKNG-1"]
    for data in (to_dict(bookings[1]), load_json(to_json(bookings[1]))):
        assert {
            name: data[name] for name in sent if not _says_as_much(data[name], sent[name])
        } == {}


def _says_as_much(value: Any, sent: Any) -> bool:
    """An empty time is null, and one without a zone is in UTC."""
    return value == sent or (value, sent) in (
        (None, ""),
        ("2026-10-31T09:00:00Z", "2026-10-31T09:00:00"),
        ("2026-11-01T00:00:00Z", "2026-10-31T24:00:00Z"),
    )


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV])
@pytest.mark.parametrize("kind", ODD)
async def test_an_export_ends_and_its_manifest_is_accepted(
    kind: str, format: Format, tmp_path: Path
) -> None:
    """By the next run, which exports the same again, and by the check of the files."""
    async with serving(page(ODD[kind])) as server, OnceHub(KEY, base_url=server.url) as oncehub:
        for overwrite in (False, True):
            manifest = await run_export(
                oncehub, plan_export(["bookings"]), tmp_path, format=format, overwrite=overwrite
            )
            entry = manifest.resources["bookings"]
            assert (entry.error, entry.complete, entry.count) == (None, True, 3)
            assert read_manifest(tmp_path) == manifest
    problems = verify_export(tmp_path).resources["bookings"].problems
    assert [each for each in problems if "newer than the one before" not in each] == []
    if format is Format.JSONL:
        lines = (tmp_path / "bookings.jsonl").read_bytes().splitlines()
        odd = next(data for data in map(load_json, lines) if data["id"] == "BKNG-9")
        assert odd == load_json(b'{"id": "BKNG-9", "object": "booking", ' + ODD[kind] + b"}")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"])
async def test_a_watch_goes_on_at_the_ends_of_time(moment: str, tmp_path: Path) -> None:
    """No mark of it is so early or late that the next round, or the next run, fails."""
    booking = f'{{"id": "BKNG-1", "creation_time": "{moment}", "last_updated_time": "{moment}"}}'
    body = f'{{"object": "list", "data": [{booking}]}}'.encode()
    clock = Clock(speed=1_000)
    async with (
        serving(answer(200, body)) as server,
        OnceHub(KEY, base_url=server.url, clock=clock, budget=Budget(clock=clock)) as oncehub,
    ):
        for _ in range(2):
            watching = watch_export(oncehub, plan_export(["bookings"]), tmp_path, every=10)
            async with aclosing(watching) as rounds:
                for number in range(3):
                    each = await anext(rounds)
                    assert not each.errors, (number, each.errors)
            assert read_manifest(tmp_path) == each.manifest


def test_decimals_are_equal_only_to_themselves() -> None:
    """What the comparisons above rest on."""
    assert load_json(b"[1.0000000000000000001]") == [Decimal("1.0000000000000000001")] != [1.0]
