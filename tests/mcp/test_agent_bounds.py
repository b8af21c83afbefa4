"""What an agent may send and is sent has bounds, and times can't be misunderstood."""

import json
from typing import Any

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.mcp import AgentSettings
from oncehub_async.mcp._agent_answers import MOST_BYTES, Items, fitted
from oncehub_async.mcp._agent_arguments import checked
from oncehub_async.mcp._agent_tools import CHANGING
from oncehub_async.mcp._agent_views import View, needed_moment, zone_of
from oncehub_async.models import Booking, Contact, from_dict
from tests.mcp.agent_clients import account, asked, in_process

(SAVE_CONTACT,) = (tool for tool in CHANGING if tool.name == "save_contact")


def _deep(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("letter", ["x", '"', "ü", "\U000e0063", "\x1b"])
def test_an_answer_about_one_object_has_bounds(letter: str) -> None:
    """Whatever a guest typed, and however much: it is cut, the answer says so, ids stay whole."""
    long = letter * 5_000
    custom = [{"name": long, "value": [long] * 60}] * 60
    form = {"name": long, "email": long, "note": long, "guests": [long] * 60}
    data = {"id": "BKNG-J4FR05BKEWEX", "form_submission": {**form, "custom_fields": custom}}
    shown = View(personal=True).booking(from_dict(data, Booking), zone_of("UTC"))
    for answer in ({"booking": shown}, Items([shown])):
        text = fitted(answer)
        assert len(text.encode()) <= MOST_BYTES
        assert "texts are cut to " in json.loads(text)["note"]
        assert '"BKNG-J4FR05BKEWEX"' in text
    names = ("first_name", "last_name", "email", "mobile_phone", "company", "job_title")
    contact = from_dict({"id": "CTC-J4FR05BKEWEX", **dict.fromkeys(names, long)}, Contact)
    text = fitted({"contact": View(personal=True).contact(contact)})
    assert len(text.encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"company": "x" * 8_000}, "8,000 bytes"),
        ({"company": _deep(100_000)}, "8,000 bytes"),
        ({"company": float("inf")}, "JSON"),
        ({"company": 1, "x" * 8_000: 1}, "8,000 bytes"),
    ],
)
def test_arguments_have_bounds(fields: dict[str, Any], said: str) -> None:
    """So that there is room for a plan that shows all of them."""
    with pytest.raises(InvalidParameterError, match=said) as raised:
        checked(SAVE_CONTACT, {"fields": fields})
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("get_booking", {"id": "x" * 7_000}),
        ("save_contact", {"fields": {"x" * 7_000: 1}}),
        ("change_booking", {"id": "y" * 7_000, "change": "cancel"}),
        ("find_bookings", {"z" * 7_000: "1"}),
    ],
)
async def test_what_is_refused_is_not_quoted_at_length(tool: str, given: dict[str, Any]) -> None:
    """An error is a line."""
    async with account(bookings=1) as sim, in_process(sim) as client:
        failed, text = await asked(client, tool, **given)
    assert failed
    assert len(text) <= 2_000


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-07-01T09:00+02:00[Europe/Berlin]", "2026-07-01T07:00:00+00:00"),
        ("2026-07-01T07:00Z[Europe/Berlin]", "2026-07-01T07:00:00+00:00"),
        ("2026-10-25T02:30+02:00[Europe/Berlin]", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T02:30+01:00[Europe/Berlin]", "2026-10-25T01:30:00+00:00"),
    ],
)
def test_a_time_with_both_offset_and_zone_is_that_moment(text: str, written: str) -> None:
    """Also in the hour that comes twice, for which the offset is needed."""
    assert needed_moment(text, "start_time").isoformat() == written


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-07-01T09:00+01:00[Europe/Berlin]", "not that of Europe/Berlin"),
        ("2026-12-01T09:00+02:00[Europe/Berlin]", "not that of Europe/Berlin"),
        ("2026-12-01T09:00+00:00[Asia/Kolkata]", "not that of Asia/Kolkata"),
        ("2026-12-01T09:00", "its zone"),
        ("2026-12-01", "its zone"),
        ("2026-12-01T09:00[+02:00]", "its zone"),
        ("2026-12-01T09:00[!Europe/Berlin]", "its zone"),
        ("2026-12-01T09:00Z]", "its zone"),
        ("1764579600", "its zone"),
        ("9999-12-31T23:59:59.5Z", "its zone"),
        ("9999-12-31T23:59+00:00[Pacific/Kiritimati]", "its zone"),
        ("0001-01-01T00:00+00:00[America/Chicago]", "its zone"),
    ],
)
def test_a_time_that_could_be_another_is_refused(text: str, said: str) -> None:
    """Whoever writes 09:00 in Berlin with London's offset meant one of two meetings."""
    with pytest.raises(InvalidParameterError, match=said) as raised:
        needed_moment(text, "start_time")
    assert str(raised.value).startswith("start_time: ")


async def test_host_names_are_masked_where_bookable_things_are_listed() -> None:
    """Users by their first letters."""
    async with account() as sim, in_process(sim, settings=AgentSettings()) as client:
        _, listed = await asked(client, "list_bookable", kind="users")
        told = json.dumps(listed)
        for each in sim.ids("users"):
            user = sim.object(each)
            for name in (f"{user['first_name']} {user['last_name']}", user["email"]):
                assert name not in told
