"""What happens to bookings and conversations, by the API's operations and besides them."""

from typing import Any

import pytest

from oncehub_async.simulator import Account, Simulator
from oncehub_async.simulator._account_events.booking_events import STATUSES
from oncehub_async.simulator._data.webhooks_data import EVENT_TYPES, AccountEvent

from .conftest import Api


@pytest.fixture
def seen(sim: Simulator) -> list[AccountEvent]:
    """What is announced."""
    happenings: list[AccountEvent] = []
    sim._state.observers.append(happenings.append)
    return happenings


async def test_operations_let_things_happen(api: Api, seen: list[AccountEvent]) -> None:
    """Each of them one thing, after it has taken effect; what is refused nothing."""
    sim = api.sim
    first, second = (sim.happen("booking.scheduled") for _ in range(2))
    seen.clear()
    assert (await api.post(f"/bookings/{first}/no-show", {})).status == 409
    hosts = sim._state.hosts(sim._state.bookings.index(first) or 0)
    host = next(
        one
        for one in sim.ids("users")
        if sim.object(one)["status"] == "active"
        and one not in hosts
        and sim._state.has_seat(sim._state.users.index(one) or 0)
    )
    assert (await api.post(f"/bookings/{first}/reassign", {"new_host": host})).status == 200
    paid = bool(sim.object(first).get("payment_information"))
    canceled = await api.post(f"/bookings/{first}/cancel", {})
    asked = await api.post(f"/bookings/{second}/request-reschedule", {})
    assert (canceled.status, asked.status, paid) == (200, 200, False)
    assert [(one.type, one.id) for one in seen] == [
        ("booking.reassigned", first),
        ("booking.canceled", first),
        ("booking.canceled_reschedule_requested", second),
    ]


async def test_scheduling_and_missing_by_the_api(api: Api, seen: list[AccountEvent]) -> None:
    """A free slot is booked; a meeting that is over is marked."""
    for calendar in api.sim.ids("booking_calendars"):
        slots = await api.get(f"/booking-calendars/{calendar}/time-slots")
        if slots.status == 200 and slots.body:
            break
    booked = await api.post(
        f"/booking-calendars/{calendar}/schedule",
        {
            "start_time": slots.body[0]["start_time"],
            "guest_time_zone": "Europe/Berlin",
            "booking_form": {"name": "A B", "email": "a@b.example"},
        },
    )
    over = next(
        one for one in api.sim.ids("bookings") if api.sim.object(one)["status"] == "completed"
    )
    assert (await api.post(f"/bookings/{over}/no-show", {})).status == 200
    assert [(one.type, one.id) for one in seen] == [
        ("booking.scheduled", booked.body["id"]),
        ("booking.no_show", over),
    ]


@pytest.mark.parametrize("what", list(STATUSES))
async def test_without_an_id_some_booking_is_taken(
    sim: Simulator, seen: list[AccountEvent], what: str
) -> None:
    """One to which it can happen; it is as it should be afterwards."""
    sim.happen("booking.scheduled")
    booking = sim.happen(what)
    assert [(one.type, one.id) for one in seen][-1] == (what, booking)
    body = sim.object(booking)
    expected = {
        "booking.canceled_then_rescheduled": "canceled",
        "booking.canceled_reschedule_requested": "canceled",
        "booking.reassigned": body["status"],
    }
    assert body["status"] == expected.get(what, what.partition(".")[2])
    assert body["last_updated_time"].startswith("2026-11-01T12:00:")
    assert body["starting_time"] > "2026-11-01T12" or what == "booking.no_show"


async def test_a_request_is_approved() -> None:
    """With an id, `booking.scheduled` makes no new booking."""
    async with Simulator(Account(bookings=3_000)) as sim:
        before = sim.counts["bookings"]
        requested, *_ = (
            one for one in sim.ids("bookings") if sim.object(one)["status"] == "requested"
        )
        assert sim.happen("booking.scheduled", requested) == requested
        assert sim.object(requested)["status"] == "scheduled"
        assert sim.counts["bookings"] == before


async def test_who_canceled(sim: Simulator) -> None:
    """The customer, or the user who asks for another time."""
    by = {
        what: sim.object(sim.happen(what))["cancel_reschedule_information"]["actioned_by"]
        for what in STATUSES
        if "cancel" in what
    }
    assert by == {
        "booking.canceled_then_rescheduled": "customer",
        "booking.canceled_reschedule_requested": "user",
        "booking.canceled": "customer",
    }


@pytest.mark.parametrize(
    ("what", "id", "error", "said"),
    [
        ("booking.cancelled", None, ValueError, "did you mean 'booking.canceled'"),
        ("booking", None, ValueError, "no event"),
        ("booking.canceled", "BKNG-NOPE", KeyError, "BKNG-NOPE"),
        ("booking.canceled", "CVR-NOPE", KeyError, "CVR-NOPE"),
        ("conversation.closed", "CVR-NOPE", KeyError, "CVR-NOPE"),
        ("conversation.closed", None, LookupError, "no conversation is open"),
    ],
)
async def test_what_cannot_happen(
    sim: Simulator, what: str, id: str | None, error: type[Exception], said: str
) -> None:
    """One line says why; nothing is announced."""
    with pytest.raises(error, match=said):
        sim.happen(what, id)
    assert sim._state.announced == 0


async def test_nothing_happens_twice(sim: Simulator, seen: list[AccountEvent]) -> None:
    """A canceled booking isn't canceled again, an ended conversation not ended."""
    booking = sim.happen("booking.canceled")
    with pytest.raises(ValueError, match=f"{booking} is canceled, not requested or"):
        sim.happen("booking.canceled", booking)
    talk = sim.happen("conversation.started")
    with pytest.raises(ValueError, match="is started, not reached_out"):
        sim.happen("conversation.started", talk)
    assert sim.happen("conversation.abandoned") == talk
    with pytest.raises(KeyError):
        sim.happen("conversation.closed", talk)
    assert len(seen) == 3
    assert len(sim._state.conversations) == 0


async def test_an_empty_account() -> None:
    """Has nothing that can be canceled, but anything can begin."""
    async with Simulator(Account(bookings=0, contacts=0, users=1, webhooks=0)) as sim:
        for what in EVENT_TYPES:
            if what in ("booking.scheduled", "conversation.reached_out", "conversation.started"):
                continue
            with pytest.raises(LookupError):
                sim.happen(what)
        booking = sim.happen("booking.scheduled")
        with pytest.raises(LookupError, match="no other active user"):
            sim.happen("booking.reassigned", booking)
        talk = sim.happen("conversation.reached_out")
        assert sim.object(talk)["initiated_by"] == "bot"


async def test_an_open_conversation_can_be_looked_at(sim: Simulator) -> None:
    """And changing what one is shown changes nothing."""
    talk = sim.happen("conversation.started")
    shown: dict[str, Any] = sim.object(talk)
    assert shown["status"] == "started"
    shown["status"] = "gone"
    assert sim.object(talk)["status"] == "started"


async def test_created_bookings_tell_what_they_are(
    sim: Simulator, seen: list[AccountEvent]
) -> None:
    """By their status; a request and other objects are no events, nor are touches."""
    made = [sim.create("bookings") for _ in range(40)]
    announced = {one.id: one.type for one in seen}
    for booking in made:
        status = sim.object(booking)["status"]
        assert announced.get(booking) == (
            None if status in ("requested", "awaiting_approval") else f"booking.{status}"
        )
    seen.clear()
    sim.create("contacts")
    sim.touch(made[0])
    sim.delete(made[0])
    assert seen == []
