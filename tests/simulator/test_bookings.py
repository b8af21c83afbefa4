from collections.abc import Callable
from typing import Any

import pytest

from oncehub_async.simulator import Account, Simulator

from .conftest import Api, error

OPEN = ("requested", "scheduled", "rescheduled")
PAID = {
    "cancel": "Paid bookings cannot be canceled through this endpoint. Please login to OnceHub and "
    "use the Activity Stream to cancel paid bookings.",
    "request-reschedule": "Paid bookings can only be requested for reschedule in your OnceHub "
    "account. Log in and use the activity stream to submit a reschedule request for this booking.",
}


@pytest.fixture
def account() -> Account:
    return Account(bookings=4_000, contacts=300, users=40)


def some(sim: Simulator, holds: Callable[[dict[str, Any]], bool]) -> str:
    return next(one for one in sim.ids("bookings") if holds(sim.object(one)))


def unpaid(status: str) -> Callable[[dict[str, Any]], bool]:
    return lambda body: body["status"] == status and not body.get("payment_information")


@pytest.mark.parametrize("status", ["scheduled", "requested", "rescheduled"])
@pytest.mark.parametrize(
    ("action", "field"),
    [("cancel", "cancellation_reason"), ("request-reschedule", "reschedule_reason")],
)
async def test_calling_off(api: Api, action: str, field: str, status: str) -> None:
    """Canceled by the owner, with the reason, and last updated now; once only."""
    booking = some(api.sim, unpaid(status))
    before = api.sim.object(booking)
    answer = await api.post(f"/bookings/{booking}/{action}", {field: "Ill"})
    assert answer.status == 200
    assert answer.body["status"] == "canceled"
    assert answer.body["cancel_reschedule_information"] == {
        "reason": "Ill",
        "actioned_by": "user",
        "user_id": before["owner"],
    }
    assert answer.body["last_updated_time"] > before["last_updated_time"]
    assert (await api.get(f"/bookings/{booking}")).body == answer.body
    again = await api.post(f"/bookings/{booking}/{action}")
    assert (again.status, again.body) == (
        409,
        error(f"Booking cannot be cancelled: '{booking}'", "id"),
    )


@pytest.mark.parametrize("action", ["cancel", "request-reschedule"])
async def test_paid_bookings_are_not_called_off(api: Api, action: str) -> None:
    """422, in the vendor's words; nothing changes."""
    booking = some(
        api.sim,
        lambda body: body["status"] in OPEN and bool(body.get("payment_information")),
    )
    before = api.sim.object(booking)
    answer = await api.post(f"/bookings/{booking}/{action}")
    assert (answer.status, answer.body) == (422, error(PAID[action]))
    assert api.sim.object(booking) == before


async def test_fields_of_the_wrong_type(api: Api) -> None:
    """400 that names the field."""
    path = f"/bookings/{some(api.sim, unpaid('scheduled'))}/cancel"
    for fields, param in (
        ({"cancellation_reason": 5}, "cancellation_reason"),
        ({"send_cancellation_email": "yes"}, "send_cancellation_email"),
    ):
        answer = await api.post(path, fields)
        assert (answer.status, answer.body["param"]) == (400, param)


async def test_no_show(api: Api) -> None:
    """For a meeting that has begun; not for one ahead, nor a canceled one."""
    done = some(api.sim, unpaid("completed"))
    answer = await api.post(f"/bookings/{done}/no-show")
    assert (answer.status, answer.body["status"]) == (200, "no_show")
    for status in ("scheduled", "canceled", "no_show"):
        booking = some(api.sim, unpaid(status))
        refused = await api.post(f"/bookings/{booking}/no-show")
        assert (refused.status, refused.body) == (
            409,
            error(f"Cannot update booking status to no_show: '{booking}'", "id"),
        )


async def test_unknown_and_deleted_bookings(api: Api) -> None:
    """404, for all that can be done with one."""
    gone = next(api.sim.ids("bookings"))
    api.sim.delete(gone)
    for booking in ("123", gone):
        for action in ("cancel", "request-reschedule", "no-show", "reassign"):
            answer = await api.post(f"/bookings/{booking}/{action}", {"new_host": "USR-1"})
            assert (answer.status, answer.body) == (
                404,
                error(f"No such booking: '{booking}'", "id"),
            )
    shown = await api.get(f"/bookings/{gone}")
    assert (shown.status, shown.body) == (200, {"id": gone, "object": "booking", "deleted": True})


def user(sim: Simulator, *, active: bool = True, seat: bool = True, but: str = "") -> str:
    state = sim._state
    return next(
        state.world.users.id(index)
        for index in state.users.indexes()
        if (state.users.body(index)["status"] == "active") == active
        and state.has_seat(index) == seat
        and state.world.users.id(index) != but
    )


async def test_reassigning(api: Api) -> None:
    """The host changes, the owner stays; attendees and the calendar are the new host's."""
    booking = some(api.sim, unpaid("scheduled"))
    before = api.sim.object(booking)
    host = user(api.sim, but=before["owner"])
    email = api.sim.object(host)["email"]
    answer = await api.post(f"/bookings/{booking}/reassign", {"new_host": host})
    assert answer.status == 200
    assert answer.body["owner"] == before["owner"]
    assert answer.body["attendees"][0] == email
    assert answer.body["external_calendar"]["id"] == email
    assert booking in await api.walk("/bookings", host=host)
    again = await api.post(f"/bookings/{booking}/reassign", {"new_host": host})
    assert (again.status, again.body) == (
        409,
        error("Booking cannot be reassigned to the same host.", "new_host"),
    )


async def test_the_old_host_leaves_though_deleted(api: Api) -> None:
    """Nothing but their place among the attendees tells who they were."""
    booking = some(api.sim, unpaid("scheduled"))
    before = api.sim.object(booking)
    host = user(api.sim, but=before["owner"])
    api.sim.delete(before["owner"])
    answer = await api.post(f"/bookings/{booking}/reassign", {"new_host": host})
    assert before["attendees"][0] not in answer.body["attendees"]
    assert answer.body["attendees"][1:] == before["attendees"][1:]


async def test_what_cannot_be_reassigned(api: Api) -> None:
    """Each refusal in the vendor's words."""
    sim = api.sim
    booking = some(sim, unpaid("scheduled"))
    owner = sim.object(booking)["owner"]
    host = user(sim, but=owner)
    cases: list[tuple[str, Any, int, dict[str, str]]] = [
        (booking, {}, 400, error("Required fields are missing.", "new_host")),
        (booking, {"new_host": "USR-X"}, 404, error("No such user: 'USR-X'", "new_host")),
        (
            booking,
            {"new_host": user(sim, active=False, but=owner)},
            409,
            error("User is inactive.", "new_host"),
        ),
        (
            booking,
            {"new_host": user(sim, seat=False, but=owner)},
            409,
            error("Cannot reassign booking: The new host requires an assigned seat."),
        ),
        (
            some(sim, unpaid("completed")),
            {"new_host": host},
            409,
            error("Booking cannot be reassigned in its current status.", "id"),
        ),
    ]
    for one, fields, status, body in cases:
        answer = await api.post(f"/bookings/{one}/reassign", fields)
        assert (answer.status, answer.body) == (status, body)


async def test_the_video_service_has_to_be_connected(api: Api) -> None:
    """409 that lists the ones that are; with one of these the meeting is virtual."""
    sim = api.sim
    booking = some(sim, lambda body: unpaid("scheduled")(body) and "location_description" in body)
    host = user(sim, but=sim.object(booking)["owner"])
    index = sim._state.users.index(host)
    assert index is not None
    connected = sim._state.schedules.conferencing(index)
    other = next(one for one in ("webex", "zoom", "google_meet") if one not in connected)
    for service, status in ((other, 409), (connected[0], 200)):
        fields = {"new_host": host, "location": {"type": "virtual", "value": service}}
        answer = await api.post(f"/bookings/{booking}/reassign", fields)
        assert answer.status == status
        if status == 409:
            assert answer.body["message"].endswith(
                f"is not connected for this user. Connected video conferencing options: "
                f"{', '.join(connected)}."
            )
            assert answer.body["param"] == "location.value"
    assert "location_description" not in sim.object(booking)


async def test_a_plan_without_reassigning(session: Any) -> None:
    """409, in the vendor's words."""
    async with Simulator(Account(reassign=False), limits=None) as sim:
        booking = next(sim.ids("bookings"))
        answer = await Api(sim, session).post(
            f"/bookings/{booking}/reassign", {"new_host": user(sim)}
        )
        assert (answer.status, answer.body) == (
            409,
            error("Reassign is available on the Route plan and above."),
        )
