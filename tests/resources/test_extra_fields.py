"""Writing is as open as reading: fields that only the vendor knows of can be sent."""

import inspect
import pydoc
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from oncehub_async import UNSET, BadRequestError, InvalidParameterError, OnceHub, resources
from oncehub_async._ground import load_json
from oncehub_async.models import WorkingDay
from oncehub_async.simulator import Account, Simulator

from ..loopback import answer, serving

FORM = {"name": "C", "email": "c@example.com"}
Extra = Mapping[str, Any] | None
WRITING: dict[str, tuple[Callable[[OnceHub, Extra], Awaitable[Any]], str]] = {
    "Bookings.cancel": (lambda o, e: o.bookings.cancel("X-1", extra=e), "cancellation_reason"),
    "Bookings.request_reschedule": (
        lambda o, e: o.bookings.request_reschedule("X-1", extra=e),
        "reschedule_reason",
    ),
    "Bookings.reassign": (
        lambda o, e: o.bookings.reassign("X-1", new_host="USR-1", extra=e),
        "new_host",
    ),
    "Bookings.mark_no_show": (lambda o, e: o.bookings.mark_no_show("X-1", extra=e), ""),
    "BookingCalendars.schedule": (
        lambda o, e: o.booking_calendars.schedule(
            "X-1",
            start_time=datetime(2026, 1, 1, tzinfo=UTC),
            guest_time_zone="UTC",
            booking_form=FORM,
            extra=e,
        ),
        "location",
    ),
    "BookingCalendars.create_one_time_link": (
        lambda o, e: o.booking_calendars.create_one_time_link("X-1", extra=e),
        "booking_settings",
    ),
    "MasterPages.create_one_time_link": (
        lambda o, e: o.master_pages.create_one_time_link("X-1", extra=e),
        "",
    ),
    "Contacts.create": (
        lambda o, e: o.contacts.create(
            first_name="C", last_name="C", email="c@example.com", extra=e
        ),
        "mobile_phone",
    ),
    "Contacts.update": (lambda o, e: o.contacts.update("X-1", extra=e), "custom_fields"),
    "Users.create": (
        lambda o, e: o.users.create(first_name="U", last_name="U", email="u@example.com", extra=e),
        "teams",
    ),
    "Users.update": (lambda o, e: o.users.update("X-1", extra=e), "first_name"),
    "Users.update_scheduling_availability": (
        lambda o, e: o.users.update_scheduling_availability(
            "X-1", weekly=[WorkingDay(day="Monday", working_hours=())], extra=e
        ),
        "overrides",
    ),
    "Webhooks.create": (
        lambda o, e: o.webhooks.create(name="n", url="https://x.example", events=["a"], extra=e),
        "url",
    ),
}
LATER: dict[str, Any] = {"priority": 2, "tags": ["a", None], "nested": {"cut": "\ud83d"}}


def test_every_method_that_writes_takes_them() -> None:
    """Also those whose requests have had no body so far; `help()` says what for."""
    writing = {
        f"{cls.__name__}.{name}": method
        for cls in vars(resources).values()
        if inspect.isclass(cls) and issubclass(cls, resources.Resource)
        for name, method in inspect.getmembers(cls, inspect.iscoroutinefunction)
        if not name.startswith(("_", "get", "delete", "validate", "time_slots"))
        and name != "scheduling_availability"
    }
    assert writing.keys() == WRITING.keys()
    for method in writing.values():
        assert inspect.signature(method).parameters["extra"].default is None
        assert "`extra`" in pydoc.plain(pydoc.render_doc(method))


@pytest.mark.parametrize("name", WRITING)
async def test_what_only_the_vendor_knows_is_sent_beside_the_rest(name: str) -> None:
    """As it was passed; without it the body is what it was."""
    act, _ = WRITING[name]
    async with (
        serving(answer(200, {"id": "X-1"})) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        if name not in ("Contacts.update", "Users.update"):
            await act(oncehub, None)
        await act(oncehub, LATER)
    bodies = [load_json(each.body) if each.body else {} for each in server.received]
    before = bodies[0] if len(bodies) > 1 else {}
    assert bodies[-1] == before | LATER
    assert not LATER.keys() & before.keys()


@pytest.mark.parametrize("name", [name for name, (_, named) in WRITING.items() if named])
async def test_what_has_a_parameter_is_refused_in_extra(name: str) -> None:
    """Also where that parameter wasn't passed: its checks would be gone round."""
    act, named = WRITING[name]
    with pytest.raises(InvalidParameterError) as caught:
        await act(OnceHub("key"), {"fine": 1, named: "s3cret"})
    assert str(caught.value) == (
        f"extra: '{named}' has a parameter of its own; pass it there, not in extra"
    )


async def test_another_kind_of_place_can_be_reassigned_to() -> None:
    """`location` is no parameter of `reassign`; where `virtual_location` makes one it stays."""
    place = {"location": {"type": "guest_phone", "value": "+1"}}
    async with (
        serving(answer(200, {"id": "X-1"})) as server,
        OnceHub("key", base_url=server.url) as oncehub,
    ):
        await oncehub.bookings.reassign("X-1", new_host="USR-1", extra=place)
        with pytest.raises(InvalidParameterError, match="extra: 'location' has a parameter"):
            await oncehub.bookings.reassign(
                "X-1", new_host="USR-1", virtual_location="zoom", extra=place
            )
    assert [load_json(each.body) for each in server.received] == [{"new_host": "USR-1", **place}]


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        ("a=1", "extra: expected a mapping of fields to values, got str"),
        ([("a", 1)], "extra: expected a mapping of fields to values, got list"),
        ({1: 2}, "extra: the names of fields are texts"),
        ({"": 2}, "extra: the names of fields are texts"),
        ({"a": UNSET}, "extra: 'a' is UNSET; leave it out instead"),
        ({"a": float("nan")}, "a: holds a value that JSON can't express"),
        ({"a": {1, 2}}, "a: holds a value that JSON can't express"),
    ],
)
@pytest.mark.parametrize("name", ["Bookings.mark_no_show", "Contacts.update", "Webhooks.create"])
async def test_what_cannot_be_a_field_is_refused(name: str, extra: Any, says: str) -> None:
    """Before anything is sent, in a line that names it."""
    act, _ = WRITING[name]
    with pytest.raises(InvalidParameterError) as caught:
        await act(OnceHub("key"), extra)
    assert str(caught.value) == says


@pytest.mark.parametrize("name", ["Contacts.update", "Users.update"])
async def test_nothing_but_an_empty_extra_updates_nothing(name: str) -> None:
    """An update has to change something."""
    act, _ = WRITING[name]
    with pytest.raises(InvalidParameterError, match="nothing to update"):
        await act(OnceHub("key"), {})


async def test_the_simulated_service_says_what_it_thinks_of_them() -> None:
    """Unknown fields of contacts are refused, as the vendor's document says; others are ignored."""
    async with (
        Simulator(Account(bookings=300), limits=None) as sim,
        OnceHub(sim.api_key, base_url=sim.url) as oncehub,
    ):
        contact = next(sim.ids("contacts"))
        with pytest.raises(BadRequestError) as caught:
            await oncehub.contacts.update(contact, extra={"shoe_size": 43})
        assert caught.value.param == "shoe_size"
        booking = await oncehub.bookings.list(status="scheduled").first()
        assert booking is not None
        assert booking.id is not None
        canceled = await oncehub.bookings.cancel(booking.id, extra={"shoe_size": 43})
        assert canceled.status == "canceled"
