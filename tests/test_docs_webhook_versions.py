"""docs/webhook-versions.md says what is true: its program takes both versions, its tables are whole."""

import re
import shlex
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from aiohttp.test_utils import TestClient, TestServer

from oncehub_async.cli._app import command_line
from oncehub_async.models import Booking, BookingPageV1, BookingV1, EventTypeV1, MasterPageV1
from oncehub_async.testing import EVENTS_OF_V1, make_event, sign

from .documents import ROOT, blocks

PAGE = "docs/webhook-versions.md"
TEXT = (ROOT / PAGE).read_text()
(PROGRAM,) = (block.code for block in blocks(PAGE) if block.language == "python")
SECRET, OLD = "a-secret-to-try-it-out", "3f9c0d"
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
Post = TestClient[Any, Any]


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page's program defines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("OLD_WEBHOOK_PATH", OLD)
    defined: dict[str, Any] = {"__name__": "program"}
    exec(compile(PROGRAM, PAGE, "exec"), defined)
    return defined


@pytest.fixture
async def client(names: dict[str, Any]) -> AsyncIterator[Post]:
    async with TestClient(TestServer(names["app"])) as running:
        yield running


async def deliver(client: Post, version: str, type: str, at: datetime) -> None:
    """As a webhook of that version does, about always the same booking."""
    is_old = version == "v1"
    body = make_event(
        type,
        data={"tracking_id": "TRACK1"},
        creation_time=at,
        api_version="v1" if is_old else "v2",
    )
    path = OLD if is_old else "oncehub"
    headers = {} if is_old else {"Oncehub-Signature": sign(body, SECRET)}
    async with client.post(f"/webhooks/{path}", data=body, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("type", sorted(EVENTS_OF_V1))
@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_both_versions_write_the_same(
    names: dict[str, Any], client: Post, version: str, type: str
) -> None:
    """For every event that v1 has."""
    await deliver(client, version, type, START)
    await names["older"].idle()
    await names["newer"].idle()
    happened, status = names["bookings"]["TRACK1"]
    assert happened == START
    expected = type.removeprefix("booking.")
    assert status == ("canceled" if expected.startswith("canceled_") else expected)


async def test_the_newest_wins_whichever_told_it(names: dict[str, Any], client: Post) -> None:
    """Each event comes twice, and one version is late."""
    later = START + timedelta(hours=1)
    await deliver(client, "v2", "booking.scheduled", START)
    await deliver(client, "v2", "booking.canceled", later)
    await names["newer"].idle()
    await deliver(client, "v1", "booking.scheduled", START)
    await names["older"].idle()
    assert names["bookings"] == {"TRACK1": (later, "canceled")}


async def test_an_unsigned_event_is_for_the_old_path_only(client: Post) -> None:
    """The new one refuses it."""
    body = make_event("booking.scheduled", api_version="v1")
    async with client.post("/webhooks/oncehub", data=body) as answer:
        assert answer.status == 401


def told(column: int) -> set[str]:
    """The fields that a column of the second table names."""
    table = TEXT.split("Field by field:")[1].split("\n## ")[0]
    found = set()
    for row in re.findall(r"^\| (`.*) \|$", table, re.MULTILINE):
        prefix = ""
        for name in re.findall(r"`([\w.]+)`", row.split(" | ")[column]):
            # What follows an object's field in a row is of the same object.
            prefix = name.rpartition(".")[0] or prefix
            found.add(name if "." in name or not prefix else f"{prefix}.{name}")
    return found


def test_the_table_has_every_field_of_v1() -> None:
    """And no other."""
    parts = {"booking_page": BookingPageV1, "master_page": MasterPageV1, "event_type": EventTypeV1}
    fields = {each.name for each in attrs.fields(BookingV1)} - set(parts)
    for name, model in parts.items():
        fields |= {f"{name}.{each.name}" for each in attrs.fields(model)}
    ours = {each for each in fields if not each.endswith(".unknown_fields")} - {"unknown_fields"}
    assert told(0) == ours


def test_what_the_table_calls_v2_is_there() -> None:
    """Fields of a booking."""
    fields = {each.name for each in attrs.fields(Booking)}
    named = {name.partition(".")[0] for name in told(1)} - {"no_show", "first_name", "last_name"}
    assert len(named) > 8
    assert named <= fields | {"user", "customer"}


COMMANDS = re.findall(r"^ {7}(oncehub .*)$|`(oncehub [^`]+)`", TEXT, re.MULTILINE)


@pytest.mark.parametrize("line", [first or second for first, second in COMMANDS])
def test_every_command_is_one(line: str) -> None:
    """With options that it has."""
    arguments = shlex.split(line)[1:]
    command_line(arguments).parse_args(arguments, exit_on_error=False, print_error=False)
