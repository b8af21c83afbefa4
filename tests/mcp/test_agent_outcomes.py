"""What an agent, a person and the record are told of a change that went wrong on its way."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from mcp.client import Client

from oncehub_async._http import Caller, Request
from oncehub_async.mcp import AgentSettings, Change, _agent_server
from oncehub_async.mcp._agent_server import _Agent
from oncehub_async.simulator import Fault, Simulator
from tests.mcp.agent_clients import account, asked, in_process

LOST = [
    Fault("drop_after"),
    Fault("server_error", takes_effect=True),
    Fault("empty", takes_effect=True),
    Fault("truncated_json"),
]


def _outcomes(audit: Path) -> list[str]:
    return [json.loads(line)["outcome"] for line in audit.read_text().splitlines()]


def _contact(sim: Simulator) -> str:
    return next(sim.ids("contacts"))


def _monday(sim: Simulator) -> dict[str, Any]:
    hours = [{"start_time": "09:00", "end_time": "10:00"}]
    return {
        "user": next(sim.ids("users")),
        "weekly": [{"day": "Monday", "working_hours": hours}],
    }


async def _planned(client: Client, tool: str, given: dict[str, Any]) -> dict[str, Any]:
    failed, plan = await asked(client, tool, **given)
    assert not failed, plan
    return {**given, "token": plan["token"]}


@pytest.mark.parametrize("fault", LOST, ids=[each.kind for each in LOST])
@pytest.mark.parametrize("tool", ["save_contact", "delete_contact", "set_availability"])
async def test_a_change_that_is_sent_several_times_may_be_done(
    tool: str, fault: Fault, tmp_path: Path
) -> None:
    """Each answer got lost: that is no refusal, and the agent is told where to look."""
    audit = tmp_path / "changes.jsonl"
    settings = AgentSettings(list(Change), audit=audit)
    async with account(bookings=5, speed=20) as sim, in_process(sim, settings=settings) as client:
        given: dict[str, dict[str, Any]] = {
            "save_contact": {"id": _contact(sim), "fields": {"company": "Example Inc"}},
            "delete_contact": {"id": _contact(sim)},
            "set_availability": _monday(sim),
        }
        confirmed = await _planned(client, tool, given[tool])
        sim.inject(*(_of(fault, method) for method in ("PATCH", "DELETE")))
        failed, text = await asked(client, tool, **confirmed)
    assert failed
    assert "it isn't known whether this was done" in text
    assert "Look first: " in text
    assert "try again" not in text.lower()
    assert _outcomes(audit) == ["begun", "unknown"]


def _of(fault: Fault, method: str) -> Fault:
    return Fault(fault.kind, (method, "*"), takes_effect=fault.takes_effect)


@pytest.mark.parametrize("tool", ["save_contact", "delete_contact"])
async def test_a_refusal_says_that_nothing_was_changed(tool: str, tmp_path: Path) -> None:
    """Be it of the change itself, or of the plan that is made anew before it."""
    audit = tmp_path / "changes.jsonl"
    settings = AgentSettings(list(Change), audit=audit)
    async with account(bookings=5, speed=20) as sim, in_process(sim, settings=settings) as client:
        given: dict[str, Any] = {"id": _contact(sim)}
        if tool == "save_contact":
            given["fields"] = {"company": "Example Inc"}
        for operation, written in (("*", []), ("/contacts/{id}", ["begun", "refused"])):
            confirmed = await _planned(client, tool, given)
            method = "GET" if operation == "*" else "PATCH" if tool == "save_contact" else "DELETE"
            sim.inject(Fault("server_error", (method, operation), status=403))
            failed, text = await asked(client, tool, **confirmed)
            sim.clear_faults()
            assert failed
            assert text.startswith("nothing was changed: ")
            assert _outcomes(audit) == written


@pytest.mark.parametrize("method", ["DELETE", "GET"])
async def test_an_error_that_nobody_foresaw_leaves_the_outcome_open(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The agent is told where to look, the log what it was; neither what it quoted."""
    audit = tmp_path / "changes.jsonl"
    settings = AgentSettings(list(Change), audit=audit)

    call = Caller.call

    async def broken(self: Caller, request: Request, *more: Any) -> Any:
        if request.method == method:
            raise KeyError("ann@example.com")
        return await call(self, request, *more)

    async with account(bookings=5) as sim, in_process(sim, settings=settings) as client:
        confirmed = await _planned(client, "delete_contact", {"id": _contact(sim)})
        monkeypatch.setattr(Caller, "call", broken)
        with caplog.at_level("ERROR", "oncehub_async"):
            failed, text = await asked(client, "delete_contact", **confirmed)
    assert failed
    unexpected = "this server failed unexpectedly (KeyError; its log says where)"
    if method == "DELETE":
        assert text.startswith(f"it isn't known whether this was done: {unexpected}. Don't ask")
        assert f"Look first: find_contacts with id {confirmed['id']}." in text
        assert _outcomes(audit) == ["begun", "unknown"]
    else:
        assert text == f"nothing was changed: {unexpected}"
        assert _outcomes(audit) == []
    (record,) = caplog.records
    assert record.__dict__["error_type"] == "KeyError"
    assert record.__dict__["error_place"].startswith("test_agent_outcomes.py:")
    assert "ann@" not in caplog.text


async def test_a_record_that_can_not_be_ended_does_not_deny_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a beginning nothing is changed; without an end it is, and the answer says both."""
    audit = tmp_path / "records" / "changes.jsonl"
    audit.parent.mkdir()
    settings = AgentSettings(list(Change), audit=audit)
    async with account(bookings=5) as sim, in_process(sim, settings=settings) as client:
        contact = _contact(sim)
        given = {"id": contact, "fields": {"company": "Example Inc"}}
        confirmed = await _planned(client, "save_contact", given)
        _move_away_after_begin(monkeypatch, audit)
        failed, said = await asked(client, "save_contact", **confirmed)
        assert not failed
        assert sim.object(contact)["company"] == "Example Inc"
        assert "the record of changes can't be written" in said["note"]
        other = {"id": contact, "fields": {"company": "B"}}
        confirmed = await _planned(client, "save_contact", other)
        failed, text = await asked(client, "save_contact", **confirmed)
        assert failed
        assert "nothing is changed without a record" in text
        assert sim.object(contact)["company"] == "Example Inc"


def _move_away_after_begin(monkeypatch: pytest.MonkeyPatch, audit: Path) -> None:
    apply = _Agent._apply

    async def moved(self: _Agent, tool: Any, plan: Any, *more: Any) -> Any:
        done = plan.apply

        async def applied(oncehub: Any) -> Any:
            audit.parent.rename(audit.parent.with_name("elsewhere"))
            return await done(oncehub)

        monkeypatch.setattr(_Agent, "_apply", apply)
        object.__setattr__(plan, "apply", applied)
        return await apply(self, tool, plan, *more)

    monkeypatch.setattr(_Agent, "_apply", moved)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_agent_that_hangs_up_leaves_an_end_in_the_record(
    mode: str, tmp_path: Path
) -> None:
    """Nobody waits for the answer any more; the record says that nobody knows."""
    audit = tmp_path / "changes.jsonl"
    settings = AgentSettings(list(Change), audit=audit)
    async with account(bookings=5) as sim, in_process(sim, mode, settings) as client:
        given = {"id": _contact(sim), "fields": {"company": "Example Inc"}}
        confirmed = await _planned(client, "save_contact", given)
        sim.inject(Fault("hang", ("PATCH", "*")))
        call = asyncio.create_task(asked(client, "save_contact", **confirmed))
        while _outcomes(audit) != ["begun"]:
            await asyncio.sleep(0.01)
        call.cancel()
        while len(_outcomes(audit)) < 2:
            await asyncio.sleep(0.01)
    assert _outcomes(audit) == ["begun", "unknown"]


async def test_a_confirmed_change_has_one_time_for_plan_and_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the plan needs is not there for the change: whoever waits is answered in time."""
    monkeypatch.setattr(_agent_server, "_SECONDS", 4.0)
    async with account(bookings=5) as sim, in_process(sim) as client:
        given = {"id": _contact(sim), "fields": {"company": "Example Inc"}}
        confirmed = await _planned(client, "save_contact", given)
        sim.inject(Fault("latency", ("GET", "*"), seconds=3.0), Fault("hang", ("PATCH", "*")))
        begun = time.monotonic()
        failed, text = await asked(client, "save_contact", **confirmed)
        assert failed
        assert "it isn't known whether this was done" in text
        # One and a half times of 4 s; twice 4 s less a second if each had its own.
        assert time.monotonic() - begun < 6.0


async def test_a_plan_shows_what_will_be_written() -> None:
    """Whoever agrees has seen the reason, the answers, the fields and their values."""
    async with account(bookings=600) as sim, in_process(sim) as client:
        booking = next(
            each for each in sim.ids("bookings") if sim.object(each)["status"] == "scheduled"
        )
        cancel = {"id": booking, "change": "cancel", "reason": "the host is ill"}
        _, plan = await asked(client, "change_booking", **cancel)
        assert 'reason "the host is ill"' in plan["plan"]
        again = {"id": booking, "change": "request_reschedule", "reason": "the host is ill"}
        _, plan = await asked(client, "change_booking", **again)
        assert 'reason "the host is ill"' in plan["plan"]
        fields = {"company": "Example Inc", "job_title": "line\nline"}
        _, plan = await asked(client, "save_contact", id=_contact(sim), fields=fields)
        assert 'company "Example Inc", job_title "line\\nline"' in plan["plan"]
        page = next(sim.ids("master_pages"))
        _, plan = await asked(client, "one_time_link", id=page)
        assert sim.object(page)["name"] in plan["plan"]


async def test_a_link_of_nothing_is_refused_when_planned(tmp_path: Path) -> None:
    """And what an agent passes as an id never gets into the record."""
    audit = tmp_path / "changes.jsonl"
    settings = AgentSettings(list(Change), audit=audit)
    async with account(bookings=1) as sim, in_process(sim, settings=settings) as client:
        for wrong in ("ann@example.com", "BKC-NONE000000"):
            failed, text = await asked(client, "one_time_link", id=wrong)
            assert failed
            assert "token" not in text
    assert audit.read_text() == ""
