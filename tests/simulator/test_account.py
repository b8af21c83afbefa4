import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from oncehub_async.simulator import Account
from oncehub_async.simulator._data.instants import from_datetime, parse
from oncehub_async.simulator._data.kind import Body
from oncehub_async.simulator._data.world import World

START = from_datetime(datetime(2026, 11, 1, 12, tzinfo=UTC))
ENDED = ("completed", "no_show")


def world(**settings: Any) -> World:
    return World(Account(**{"bookings": 3_000, "contacts": 900} | settings), START)


def everything(account: World) -> Iterator[Body]:
    for kind in account.kinds:
        for index in range(min(kind.count, 3_000)):
            yield kind.make(index)


@cache
def bodies(*, quirks: bool) -> list[Body]:
    return list(everything(world(quirks=quirks)))


def test_the_same_seed_makes_the_same_account() -> None:
    """Objects are a function of the seed; another seed makes other ones, with other ids."""
    one, same, other = (
        list(everything(world(bookings=800, contacts=300, seed=seed))) for seed in (1, 1, 2)
    )
    assert one == same
    assert not {body["id"] for body in one} & {body["id"] for body in other}


def test_an_object_does_not_depend_on_what_was_made_before() -> None:
    """Object i is the same whether it is made first or last."""
    forwards, backwards = world(), world()
    ahead = [forwards.bookings.make(index) for index in range(200)]
    assert ahead == [backwards.bookings.make(index) for index in reversed(range(200))][::-1]


def test_times_and_statuses_are_consistent() -> None:
    """Updated after created, never in the future; nothing past is scheduled, nothing ahead over."""
    bookings = world(quirks=False).bookings
    seen = set()
    for index in range(bookings.count):
        body = bookings.make(index)
        created, updated, starting = (
            parse(body[name]) for name in ("creation_time", "last_updated_time", "starting_time")
        )
        assert created is not None
        assert updated is not None
        assert starting is not None
        assert created <= updated <= START
        ended = starting + body["duration_minutes"] * 60_000 <= START
        seen.add((body["status"], ended))
        assert body["status"] != "scheduled" or not ended
        assert body["status"] not in ENDED or ended
    assert {status for status, _ in seen} == {
        "requested", "scheduled", "rescheduled", "completed", "canceled", "no_show",
    }  # fmt: skip


def test_cheap_attributes_agree_with_the_objects() -> None:
    """What filters look at is what the object shows."""
    account = world()
    bookings = account.bookings
    for index in range(bookings.count):
        body = bookings.make(index)
        contact, calendar, page = (
            one(index) for one in (bookings.contact, bookings.calendar, bookings.page)
        )
        assert body["status"] == bookings.status(index)
        assert body["owner"] == account.users.id(bookings.owner(index))
        assert body["contact"] == account.contacts.id(contact or 0)
        assert parse(body["starting_time"]) == bookings.starting(index)
        assert parse(body["last_updated_time"]) == bookings.updated(index)
        assert (calendar is None) != (page is None)
        assert ("booking_calendar" in body) == (calendar is not None)
        assert body.get("booking_page") == (
            None if page is None else account.booking_pages.id(page)
        )


def test_tracking_ids_are_unique() -> None:
    """They hold the booking's whole number; and none is its own rescheduled one."""
    bookings = world(quirks=False).bookings
    for index in (0, 65_535, 65_536, 999_999, 20_000_000):
        assert int(bookings.make(index)["tracking_id"][2:], 16) == index
    for seed in range(40):
        body = world(bookings=1, seed=seed).bookings.make(0)
        assert body.get("rescheduled_booking_id") != body["id"]


def test_contacts_come_before_their_bookings() -> None:
    """Who books exists already."""
    account = world()
    for index in range(account.bookings.count):
        contact = account.bookings.contact(index)
        assert contact is not None
        assert account.contacts.created(contact) <= account.bookings.created(index)


def test_addresses_and_phones_find_their_contact() -> None:
    """Both are unique, and tell whose they are without a search."""
    contacts = world().contacts
    for index in range(contacts.count):
        email, phone = contacts.email(index), contacts.mobile_phone(index)
        assert email or phone
        assert email is None or contacts.by_email(email.upper()) == index
        assert phone is None or contacts.by_mobile_phone(phone) == index
    assert contacts.by_email("somebody@else.example") is None


@pytest.mark.parametrize(
    "strange",
    [
        lambda body: "form_submission" in body and body["form_submission"] is None,
        lambda body: (body.get("external_calendar") or {}).get("type") == "none",
        lambda body: (body.get("cancel_reschedule_information") or {}).get("actioned_by") == "",
        lambda body: body.get("status") == "awaiting_approval",
        lambda body: "ai_summary" in body or "channel_v2" in body,
        lambda body: body["object"] == "booking" and "attendees" not in body,
        lambda body: body["object"] == "contact" and "lead_score" in body,
        lambda body: body.get("status") in ("Nurturing", "undelivered"),
        lambda body: body["object"] == "user" and "avatar_url" in body,
        lambda body: body.get("role_name") == "Auditor",
        lambda body: body["object"] == "notification" and "carrier" in body,
        lambda body: not str(body.get("first_name", "")).isascii(),
        lambda body: any(isinstance(one["value"], dict) for one in body.get("custom_fields", [])),
    ],
)
def test_quirks_are_there_only_if_wanted(strange: object) -> None:
    """Live accounts show these; an account without quirks keeps to the document."""
    assert callable(strange)
    assert any(strange(body) for body in bodies(quirks=True))
    assert not any(strange(body) for body in bodies(quirks=False))


@pytest.mark.parametrize(
    ("product", "calendars", "pages"),
    [("both", True, True), ("calendars", True, False), ("pages", False, True)],
)
def test_bookings_are_of_the_accounts_products(product: str, calendars: bool, pages: bool) -> None:
    """An account with one product has no booking of the other."""
    account = world(product=product)
    bodies = [account.bookings.make(index) for index in range(500)]
    assert any("booking_calendar" in body for body in bodies) == calendars
    assert any("booking_page" in body for body in bodies) == pages
    assert bool(account.booking_calendars.count) == calendars
    assert bool(account.booking_pages.count) == pages


@pytest.mark.parametrize("empty", ["contacts", "teams", "booking_calendars", "booking_pages"])
def test_any_kind_may_be_empty(empty: str) -> None:
    """All other objects can still be made, and written as JSON."""
    for body in everything(world(bookings=50, **{empty: 0})):
        json.dumps(body)


def test_a_negative_count_is_refused() -> None:
    """So is an account without a user: somebody owns it."""
    with pytest.raises(ValueError, match="bookings"):
        Account(bookings=-1)
    with pytest.raises(ValueError, match="users"):
        Account(users=0)


def test_a_time_zone_has_to_be_one() -> None:
    """New users and contacts get it."""
    with pytest.raises(ValueError, match="timezone: 'Mars/X'"):
        Account(timezone="Mars/X")
