"""Changes by agents: planned, confirmed, made once, written down; under faults nothing twice."""

import asyncio
import importlib
import json
import pkgutil
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import mcp_types as types
import pytest
from mcp.client import Client

from harness.scripted_agent import LOST_ANSWERS, booked_twice, work
from oncehub_async import resources
from oncehub_async._http import Operation
from oncehub_async.mcp import AgentSettings, Change
from oncehub_async.mcp._agent_tools import CHANGING, OPERATIONS, Tool, tools_for
from oncehub_async.mcp._change_tokens import ChangeTokens
from oncehub_async.simulator import Fault
from tests.mcp.agent_clients import MODES, account, asked, in_process, over_http, over_stdio


async def _a_free_time(client: Client) -> dict[str, str]:
    _, bookable = await asked(client, "list_bookable", kind="booking_calendars")
    for calendar in bookable["items"]:
        failed, free = await asked(client, "free_times", booking_calendar=calendar["id"])
        if not failed and free["items"]:
            return {
                "booking_calendar": calendar["id"],
                "start_time": free["items"][0]["start_time"],
                "guest_time_zone": "Europe/Berlin",
                "name": "Ann B",
                "email": "ann@example.com",
            }
    raise AssertionError("no calendar has a free time")


async def _changed(client: Client, tool: str, **given: Any) -> Mapping[str, Any]:
    failed, plan = await asked(client, tool, **given)
    assert not failed, plan
    failed, done = await asked(client, tool, **given, token=plan["token"])
    assert not failed, done
    assert isinstance(done, Mapping)
    return done


async def test_every_change_is_planned_and_then_made() -> None:
    """What the account holds afterwards is what was confirmed."""
    async with account() as sim, in_process(sim) as client:
        meeting = await _a_free_time(client)
        before = sim.counts["bookings"]
        failed, plan = await asked(client, "schedule_meeting", **meeting)
        assert sim.counts["bookings"] == before
        assert "Ann B, ann@example.com" in plan["plan"]
        assert "[Europe/Berlin]" in plan["plan"]
        _, done = await asked(client, "schedule_meeting", **meeting, token=plan["token"])
        booking = done["booking"]
        assert sim.object(booking)["form_submission"]["email"] == "ann@example.com"

        users = [
            each["id"] for each in (await asked(client, "list_bookable", kind="users"))[1]["items"]
        ]
        hosts = [user for user in users if user != sim.object(booking)["owner"]]
        for host in hosts:
            given = {"id": booking, "change": "reassign", "new_host": host}
            failed, plan = await asked(client, "change_booking", **given)
            failed, done = await asked(client, "change_booking", **given, token=plan["token"])
            if not failed:
                _, page = await asked(client, "find_bookings", host=host)
                assert booking in [each["id"] for each in page["items"]]
                break
        else:
            raise AssertionError("nobody can be the host")

        done = await _changed(client, "change_booking", id=booking, change="cancel", reason="ill")
        assert sim.object(booking)["status"] == "canceled"
        assert done["booking"]["status"] == "canceled"

        contact = (
            await _changed(
                client,
                "save_contact",
                fields={"first_name": "Ann", "last_name": "B", "email": "ann.b@example.com"},
            )
        )["contact"]["id"]
        await _changed(client, "save_contact", id=contact, fields={"company": "Example Inc"})
        assert sim.object(contact)["company"] == "Example Inc"
        await _changed(client, "delete_contact", id=contact)
        assert "company" not in sim.object(contact)

        link = await _changed(client, "one_time_link", id=meeting["booking_calendar"], name="Ann")
        assert link["url"].startswith("https://")

        _, hours = await asked(client, "availability", user=users[0])
        monday = hours["weekly"][0]
        shorter = {**monday, "working_hours": [{**monday["working_hours"][0], "end_time": "11:00"}]}
        failed, plan = await asked(client, "set_availability", user=users[0], weekly=[shorter])
        assert f"{monday['day']}: {monday['working_hours'][0]['start_time']}-11:00" in plan["plan"]
        await _changed(client, "set_availability", user=users[0], weekly=[shorter])
        _, hours = await asked(client, "availability", user=users[0])
        assert hours["weekly"][0]["working_hours"][0]["end_time"] == "11:00"


async def test_a_token_is_for_one_change_and_once() -> None:
    """Other arguments, another tool, a second time: refused, and nothing happens."""
    async with account(bookings=600) as sim, in_process(sim) as client:
        first, second = [
            each for each in sim.ids("bookings") if sim.object(each)["status"] == "scheduled"
        ][:2]
        cancel = {"change": "cancel"}
        _, plan = await asked(client, "change_booking", id=first, **cancel)
        token = plan["token"]
        for given, remedy in (
            ({"id": second, **cancel, "token": token}, "other arguments"),
            ({"id": first, "change": "no_show", "token": token}, "other arguments"),
            ({"id": first, **cancel, "reason": "x", "token": token}, "other arguments"),
            ({"id": first, **cancel, "token": "x"}, "none of this server's"),
            ({"id": first, **cancel, "token": token[:-4]}, "other arguments"),
            ({"id": first, **cancel, "token": "AAAA"}, "none of this server's"),
        ):
            failed, text = await asked(client, "change_booking", **given)
            assert failed
            assert remedy in text
        both = await asyncio.gather(
            *(asked(client, "change_booking", id=first, **cancel, token=token) for _ in range(2))
        )
        assert sorted(failed for failed, _ in both) == [False, True]
        failed, text = await asked(client, "change_booking", id=first, **cancel, token=token)
        assert failed
        assert "used already: look" in text
        assert sim.object(second)["status"] == "scheduled"


def test_a_token_ends_after_ten_minutes() -> None:
    """Not a moment later."""

    class Hand:
        time = 0.0

        def now(self) -> float:
            return self.time

    clock = Hand()
    tokens = ChangeTokens(clock)  # type: ignore[arg-type] # of a clock only the time is used
    early, late = (tokens.token_for("tool", {"id": "1"}) for _ in range(2))
    clock.time = 599.9
    tokens.take(early, "tool", {"id": "1"})
    clock.time = 600.0
    with pytest.raises(ValueError, match="older than 10 minutes"):
        tokens.take(late, "tool", {"id": "1"})
    with pytest.raises(ValueError, match="is for other arguments"):
        ChangeTokens(clock).take(early, "tool", {"id": "1"})  # type: ignore[arg-type] # as above


_ANN = {"first_name": "Ann", "last_name": "B", "email": "ann.b@example.com"}


def _on_monday(start: str, end: str) -> list[dict[str, Any]]:
    return [{"day": "Monday", "working_hours": [{"start_time": start, "end_time": end}]}]


@pytest.mark.parametrize(
    ("tool", "given", "remedy"),
    [
        ("change_booking", {"change": "reassign"}, "new_host: is missing"),
        ("change_booking", {"change": "no_show", "reason": "x"}, "is only for cancel"),
        ("change_booking", {"change": "reassign", "write_to_guest": False}, "is only for cancel"),
        ("change_booking", {"change": "move"}, "reassign"),
        ("save_contact", {"fields": {}}, "fields: is empty"),
        ("save_contact", {"fields": {"first_nam": "A"}}, "first_name"),
        ("save_contact", {"fields": {"first_name": "A"}}, "fields.last_name: is missing"),
        ("save_contact", {"fields": {"first_name": "A", "last_name": "B"}}, "fields.email"),
        ("save_contact", {"id": "CTC-1", "fields": {"email": "a@b.c"}}, "can't be changed"),
        ("one_time_link", {"id": "MP-1", "name": "A"}, "only a booking calendar's"),
        ("set_availability", {"user": "USR-1"}, "pass weekly or overrides"),
        ("set_availability", {"user": "USR-1", "weekly": ["x"]}, "weekly[0]"),
        ("set_availability", {"user": "USR-1", "weekly": "x"}, "expected a list"),
        ("set_availability", {"weekly": [{"day": "Mon", "working_hours": []}]}, "weekly.day"),
        ("set_availability", {"weekly": [{"day": "Monday"}]}, "weekly.working_hours"),
        ("set_availability", {"weekly": _on_monday("17:00", "09:00")}, "after start_time"),
        ("set_availability", {"weekly": _on_monday("09:05", "10:00")}, "multiple of 15"),
        ("set_availability", {"overrides": [{"date": "2020-01-01"}]}, "overrides.date"),
        ("change_booking", {"change": "cancel", "reason": " "}, "reason: is empty"),
        ("change_booking", {"change": "reassign", "new_host": "a b"}, "new_host: not an id"),
        ("change_booking", {"change": "reassign", "new_host": "USR-NONE"}, "No such user"),
        ("save_contact", {"fields": {**_ANN, "first_name": None}}, "fields.first_name: is empty"),
        ("save_contact", {"fields": {**_ANN, "email": None}}, "fields.email: pass an email"),
        ("save_contact", {"fields": {**_ANN, "email": 5}}, "fields.email: expected a text"),
        ("save_contact", {"fields": {**_ANN, "timezone": "x"}}, "fields.timezone: not an IANA"),
        ("save_contact", {"fields": {**_ANN, "employees": "9"}}, "expected a whole number"),
        ("save_contact", {"fields": {**_ANN, "custom_fields": []}}, "expected an object"),
        ("save_contact", {"fields": {**_ANN, "owner": "USR-NONE"}}, "No such user"),
        ("save_contact", {"id": "CTC-1", "fields": {"company": None}}, "expected a text"),
    ],
)
async def test_a_change_that_cannot_be_is_refused_when_planned(
    tool: str, given: dict[str, Any], remedy: str
) -> None:
    """With the remedy, and without a token."""
    async with account(bookings=5) as sim, in_process(sim) as client:
        if tool == "change_booking":
            given = {"id": next(sim.ids("bookings")), **given}
        if tool == "set_availability":
            given = {"user": next(sim.ids("users")), **given}
        failed, text = await asked(client, tool, **given)
    assert failed
    assert remedy in text
    assert "token" not in text


_NO_DAYS: list[Any] = [None, 5, "x", [None], [{}]]
_DAY: dict[str, Any] = {"day": "Monday", "date": "2030-01-07", "working_hours": []}
BAD: dict[str, list[Any]] = {
    "boolean": [None, "yes"],
    "string": ["", " ", "a b", "../x", "é", "2026-01-01"],
    "object": [{}, {"x": None}, {"x": ["a"]}, {"": "y"}, {"custom_fields": 5}, {"company": []}],
    "array": [
        *([{**_DAY, name: value}] for name in _DAY for value in _NO_DAYS),
        *([{**_DAY, "working_hours": _on_monday(*each)[0]["working_hours"]}] for each in (
            ("9:00", "10:00"), ("24:00", "24:00"), ("10:00", "09:00"), ("09:01", "10:00"),
        )),
        [_DAY, _DAY],
        [{}],
    ],
}  # fmt: skip
"""By the type of an argument."""


@pytest.mark.parametrize("tool", CHANGING, ids=lambda tool: tool.name)
async def test_what_a_plan_lets_through_only_the_service_can_refuse(tool: Tool) -> None:
    """Whoever confirms is never told of an argument that was wrong from the start."""
    async with account(speed=20) as sim, in_process(sim) as client:
        meeting = await _a_free_time(client)
        user, contact = (next(sim.ids(each)) for each in ("users", "contacts"))
        good: dict[str, list[dict[str, Any]]] = {
            "schedule_meeting": [meeting],
            "change_booking": [
                {"id": next(sim.ids("bookings")), "change": "request_reschedule"},
                {"id": next(sim.ids("bookings")), "change": "reassign", "new_host": user},
            ],
            "save_contact": [{"fields": _ANN}, {"id": contact, "fields": {"company": "B"}}],
            "delete_contact": [{"id": contact}],
            "one_time_link": [{"id": meeting["booking_calendar"]}],
            "set_availability": [{"user": user}],
        }
        for given in good[tool.name]:
            for name, schema in tool.arguments.items():
                for bad in schema.get("enum") or BAD[schema.get("type", "string")]:
                    change = {**given, name: bad}
                    failed, plan = await asked(client, tool.name, **change)
                    if not failed:
                        change["token"] = plan["token"]
                        failed, said = await asked(client, tool.name, **change)
                        assert not failed or re.search(r": 4\d\d ", said), (name, bad, said)


async def test_a_time_that_is_not_free_is_refused_when_planned() -> None:
    """Without spending the token; a place that isn't offered as well, and a naive time."""
    async with account() as sim, in_process(sim) as client:
        meeting = await _a_free_time(client)
        for given, remedy in (
            (
                {
                    "start_time": meeting["start_time"]
                    .replace(":00:00", ":01:00")
                    .replace(":30:00", ":31:00")
                },
                "not free",
            ),
            ({"start_time": "2026-12-01T09:00"}, "its zone"),
            ({"guest_time_zone": "Berlin"}, "guest_time_zone: expected an IANA name"),
            ({"location": "moon"}, "this time offers"),
        ):
            failed, text = await asked(client, "schedule_meeting", **{**meeting, **given})
            assert failed
            assert remedy in text


async def test_only_what_is_allowed_is_there() -> None:
    """By kind; what isn't allowed isn't announced, and refused where it is called all the same."""
    for kind in Change:
        async with account(bookings=3) as sim:
            async with in_process(sim, settings=AgentSettings([kind])) as client:
                tools = {each.name for each in (await client.list_tools()).tools}
                for tool in CHANGING:
                    assert (tool.name in tools) == (tool.changes is kind)
                    if tool.changes is not kind:
                        failed, text = await asked(client, tool.name, id=next(sim.ids("bookings")))
                        assert failed
                        assert f"--allow-changes {tool.changes}" in text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("action", ["accept", "decline", "cancel"])
async def test_a_person_is_asked_where_that_can_be(mode: str, action: Any) -> None:
    """One call of the tool; what the person says is what happens."""
    questions: list[str] = []

    async def answer(_context: Any, params: Any) -> types.ElicitResult:
        questions.append(params.message)
        return types.ElicitResult(action=action, content={})

    async with account() as sim, in_process(sim, mode, elicitation_callback=answer) as client:
        booking = next(
            each for each in sim.ids("bookings") if sim.object(each)["status"] == "scheduled"
        )
        failed, said = await asked(client, "change_booking", id=booking, change="cancel")
    assert not failed
    assert len(questions) == 1
    assert booking in questions[0]
    assert (sim.object(booking)["status"] == "canceled") == (action == "accept")
    assert ("done" in said) == (action == "accept")


async def test_an_answer_that_got_lost_is_not_asked_for_again(tmp_path: Path) -> None:
    """The agent is told where to look; the record says so, and names nobody."""
    audit = tmp_path / "changes.jsonl"
    settings = AgentSettings(list(Change), audit=audit)
    async with account() as sim, in_process(sim, settings=settings) as client:
        meeting = await _a_free_time(client)
        _, plan = await asked(client, "schedule_meeting", **meeting)
        sim.inject(Fault("drop_after", ("POST", "/booking-calendars/{id}/schedule"), times=1))
        failed, text = await asked(client, "schedule_meeting", **meeting, token=plan["token"])
        assert failed
        assert "it isn't known whether this was done" in text
        assert f"find_bookings with booking_calendar {meeting['booking_calendar']}" in text
        assert "again" in text
        assert "try again" not in text
        await _changed(client, "change_booking", id=next(sim.ids("bookings")), change="cancel")
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [each["outcome"] for each in lines] == ["begun", "unknown", "begun", "done"]
    assert audit.stat().st_mode & 0o777 == 0o600
    assert "ann" not in audit.read_text().lower()


def test_every_operation_is_reached_or_named() -> None:
    """A new operation of the client needs a tool or a reason."""
    tools = {each.name for each in tools_for(list(Change), has_database=True)}
    modules = [
        importlib.import_module(f"{resources.__name__}.{each.name}")
        for each in pkgutil.iter_modules(resources.__path__)
    ]
    values = [value for module in modules for value in vars(module).values()]
    assert set(OPERATIONS) == {str(each) for each in values if isinstance(each, Operation)}
    for reached in OPERATIONS.values():
        assert reached in tools or reached.startswith("left out: ")


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_is_booked_twice_under_faults(seed: int) -> None:
    """A scripted agent books, moves and cancels; answers get lost, late, refused, garbled."""
    async with account(bookings=10, speed=10) as sim, in_process(sim) as client:
        await work(client, sim, seed)
        assert not booked_twice(sim)


@pytest.mark.parametrize("transport", [over_stdio, over_http])
@pytest.mark.parametrize("mode", MODES)
async def test_the_same_over_the_transports(transport: Any, mode: str) -> None:
    """As agents do it."""
    allowed = ("--allow-changes", "bookings")
    async with account(bookings=10) as sim, transport(sim, mode, *allowed) as client:
        await work(client, sim, 1, LOST_ANSWERS)
        assert not booked_twice(sim)
