"""What is refused before a request is spent on it, and how the refusal reads."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from oncehub_async import UNSET, InvalidParameterError, OnceHub
from oncehub_async._ground import checks
from oncehub_async.models import (
    AvailabilityLocation,
    DateOverride,
    SlotLocation,
    WorkingDay,
    WorkingHours,
)
from oncehub_async.resources._availability_rules import overrides_body, weekly_body

NEW_YORK = ZoneInfo("America/New_York")
T0 = datetime(2026, 1, 1, tzinfo=UTC)
NAIVE = datetime.fromisoformat("2026-01-01")
FORM = {"name": "Carrie", "email": "carrie@example.com"}
VIRTUAL = AvailabilityLocation(type="online_dynamic_link")
STATIC = AvailabilityLocation(type="online_static_link", value="https://meet.example.com/x")


def hours(
    start: str = "09:00", end: str = "12:00", *locations: AvailabilityLocation
) -> WorkingHours:
    return WorkingHours(start_time=start, end_time=end, locations=locations)


def monday(*spans: WorkingHours) -> list[WorkingDay]:
    return [WorkingDay(day="Monday", working_hours=spans)]


# What a type checker would refuse too is tried all the same: `Any` keeps it from doing so.
WRONG: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "limit 500": ("limit", lambda o: o.bookings.list(limit=500)),
    "limit 0": ("limit", lambda o: o.users.list(limit=0)),
    "limit as text": ("limit", lambda o: o.teams.list(limit="10")),
    "limit True": ("limit", lambda o: o.teams.list(limit=True)),
    "both cursors": ("before", lambda o: o.contacts.list(after="CTC-1", before="CTC-2")),
    "empty cursor": ("after", lambda o: o.contacts.list(after="")),
    "naive time": ("last_updated_time_gt", lambda o: o.bookings.list(last_updated_time_gt=NAIVE)),
    "time as text": ("creation_time_lt", lambda o: o.bookings.list(creation_time_lt="2026-01-01")),
    "date as time": ("creation_time_lt", lambda o: o.bookings.list(creation_time_lt=date(2026, 1, 1))),
    "range reversed": (
        "starting_time_gt",
        lambda o: o.bookings.list(starting_time_gt=T0 + timedelta(1), starting_time_lt=T0),
    ),
    "expand too deep": ("expand", lambda o: o.bookings.list(expand="conversation.contact.owner")),
    "expand empty": ("expand", lambda o: o.bookings.list(expand=["owner", ""])),
    "empty id": ("id", lambda o: o.bookings.get("")),
    "id with a slash": ("id", lambda o: o.bookings.get("../users")),
    "id of dots": ("id", lambda o: o.bookings.cancel("..")),
    "id with a control character": ("id", lambda o: o.bookings.get("BKNG-1\n")),
    "id None": ("id", lambda o: o.contacts.delete(None)),
    "slots over 30 days": (
        "end_time",
        lambda o: o.booking_calendars.time_slots("BKC-1", start_time=T0, end_time=T0 + timedelta(30, 1)),
    ),
    "slots reversed": (
        "end_time",
        lambda o: o.booking_calendars.time_slots("BKC-1", start_time=T0, end_time=T0),
    ),
    "slots naive": ("start_time", lambda o: o.booking_calendars.time_slots("BKC-1", start_time=NAIVE)),
    "no guest email": (
        "booking_form.email",
        lambda o: o.booking_calendars.schedule(
            "BKC-1", start_time=T0, guest_time_zone="UTC", booking_form={"name": "Carrie"}
        ),
    ),
    "guest time zone": (
        "guest_time_zone",
        lambda o: o.booking_calendars.schedule(
            "BKC-1", start_time=T0, guest_time_zone="New York", booking_form=FORM
        ),
    ),
    "slot time missing": (
        "start_time",
        lambda o: o.booking_calendars.schedule(
            "BKC-1", start_time=None, guest_time_zone="UTC", booking_form=FORM
        ),
    ),
    "form value": (
        "booking_form.size",
        lambda o: o.booking_calendars.create_one_time_link("BKC-1", booking_form={"size": 5}),
    ),
    "form as text": (
        "booking_form",
        lambda o: o.booking_calendars.create_one_time_link("BKC-1", booking_form="Carrie"),
    ),
    "empty filter": ("owner", lambda o: o.bookings.list(owner="")),
    "empty email": ("email", lambda o: o.contacts.list(email=" ")),
    "half a character": ("email", lambda o: o.users.list(email="\ud83d")),
    "an address for an id": ("id", lambda o: o.contacts.get("jane.doe@example.com")),
    "time out of range": (
        "creation_time_gt",
        lambda o: o.bookings.list(
            creation_time_gt=datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
        ),
    ),
    "slots over 30 days from now": (
        "end_time",
        lambda o: o.booking_calendars.time_slots(
            "BKC-1", end_time=datetime.now(UTC) + timedelta(31)
        ),
    ),
    "slots over 30 days by an hour of summer time": (
        "end_time",
        lambda o: o.booking_calendars.time_slots(
            "BKC-1", start_time=datetime(2026, 10, 20, tzinfo=NEW_YORK),
            end_time=datetime(2026, 11, 19, tzinfo=NEW_YORK),
        ),
    ),
    "virtual without a service": (
        "location.value",
        lambda o: o.booking_calendars.schedule(
            "BKC-1", start_time=T0, guest_time_zone="UTC", booking_form=FORM,
            location=SlotLocation(type="virtual"),
        ),
    ),
    "reason as number": (
        "cancellation_reason",
        lambda o: o.bookings.cancel("BKNG-1", cancellation_reason=5),
    ),
    "not a number": (
        "custom_fields",
        lambda o: o.contacts.update("CTC-1", custom_fields={"x": [float("nan")]}),
    ),
    "blank email": (
        "email",
        lambda o: o.contacts.create(
            first_name="C", last_name="C", email=" ", mobile_phone="+12025550195"
        ),
    ),
    "webhook for nothing": (
        "events",
        lambda o: o.webhooks.create(name="n", url="https://x.example", events=[]),
    ),
    "webhook with a space": (
        "url",
        lambda o: o.webhooks.create(name="n", url="https:// x", events=["booking"]),
    ),
    "no new host": ("new_host", lambda o: o.bookings.reassign("BKNG-1", new_host=" ")),
    "contact unreachable": (
        "email",
        lambda o: o.contacts.create(first_name="Carrie", last_name="Customer"),
    ),
    "contact unreachable by null": (
        "email",
        lambda o: o.contacts.create(first_name="C", last_name="C", email=None, mobile_phone=""),
    ),
    "contact without a name": (
        "first_name",
        lambda o: o.contacts.create(first_name="", last_name="C", email="c@example.com"),
    ),
    "contact time zone": ("timezone", lambda o: o.contacts.update("CTC-1", timezone="Mars/Base")),
    "empty update": ("body", lambda o: o.contacts.update("CTC-1")),
    "custom fields as list": (
        "custom_fields",
        lambda o: o.contacts.update("CTC-1", custom_fields=[{"name": "x"}]),
    ),
    "value that JSON can't express": (
        "custom_fields",
        lambda o: o.contacts.update("CTC-1", custom_fields={"x": object()}),
    ),
    "empty user update": ("body", lambda o: o.users.update("USR-1")),
    "account owner": ("role_name", lambda o: o.users.update("USR-1", role_name="Account Owner")),
    "teams as text": ("teams", lambda o: o.users.update("USR-1", teams="TM-1")),
    "webhook without https": (
        "url",
        lambda o: o.webhooks.create(name="n", url="http://x.example", events=["booking"]),
    ),
    "webhook to nowhere": (
        "url",
        lambda o: o.webhooks.create(name="n", url="https://", events=["booking"]),
    ),
    "events as text": (
        "events",
        lambda o: o.webhooks.create(name="n", url="https://x.example", events="booking"),
    ),
    "availability unchanged": ("body", lambda o: o.users.update_scheduling_availability("USR-1")),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
async def test_what_can_be_seen_here_is_refused_here(case: str) -> None:
    """One line that names the parameter; nothing is sent, the client isn't even open."""
    param, act = WRONG[case]
    oncehub = OnceHub("k", base_url="http://localhost:1")
    with pytest.raises(InvalidParameterError) as caught:
        await act(oncehub)
    assert caught.value.param == param
    assert str(caught.value).startswith(f"{param}: ")
    assert "\n" not in str(caught.value)


def test_a_naive_time_is_told_how_to_become_aware() -> None:
    """The remedy stands in the error."""
    with pytest.raises(InvalidParameterError, match=r"replace\(tzinfo=timezone.utc\).*astimezone"):
        checks.moment(NAIVE, "creation_time_gt")


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (T0, "2026-01-01T00:00:00Z"),
        (datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), "2026-01-01T00:00:00Z"),
        (T0.replace(microsecond=1000), "2026-01-01T00:00:00.001Z"),
        (T0.replace(microsecond=1), "2026-01-01T00:00:00.000001Z"),
    ],
)
def test_times_are_sent_in_utc(time: datetime, text: str) -> None:
    """To the microsecond, for both ends of a filter are exclusive."""
    assert checks.moment(time, "x") == text


def test_ranges_are_compared_as_moments() -> None:
    """In the hour that comes twice, a clock's face tells nothing."""
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)
    second = datetime(2026, 11, 1, 1, 15, fold=1, tzinfo=NEW_YORK)
    assert checks.time_range("creation_time", first, second) == {
        "creation_time.gt": "2026-11-01T05:30:00Z",
        "creation_time.lt": "2026-11-01T06:15:00Z",
    }
    with pytest.raises(InvalidParameterError):
        checks.time_range("creation_time", second, first)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (None, None),
        ("owner", "owner"),
        ("owner, contact", "owner,contact"),
        (("owner", "conversation.contact"), "owner,conversation.contact"),
        ((), None),
    ],
)
def test_expansions(given: Any, sent: str | None) -> None:
    """A name, several, or names with commas."""
    assert checks.expansion(given) == sent


def test_unset_and_none_are_different() -> None:
    """Leave as it is, and set to null."""
    assert checks.some_given({"city": None, "state": UNSET, "country": "DE"}) == {
        "city": None,
        "country": "DE",
    }
    assert repr(UNSET) == "UNSET"


@pytest.mark.parametrize(
    ("weekly", "param"),
    [
        (monday(hours("09:05", "12:00")), "weekly.working_hours.start_time"),
        (monday(hours("09:00", "12:10")), "weekly.working_hours.end_time"),
        (monday(hours("9:00", "12:00")), "weekly.working_hours.start_time"),
        (monday(hours("25:00", "26:00")), "weekly.working_hours.start_time"),
        (monday(hours("12:00", "12:00")), "weekly.working_hours.end_time"),
        (monday(hours("09:00", "11:00"), hours("10:45", "12:00")), "weekly.working_hours"),
        (monday(hours()) + monday(hours()), "weekly"),
        ([WorkingDay(day="monday", working_hours=())], "weekly.day"),
        ([WorkingDay(day="Monday")], "weekly.working_hours"),
        (monday(hours("09:00", "12:00", VIRTUAL, STATIC)), "weekly.working_hours.locations"),
        (monday(hours("09:00", "12:00", VIRTUAL, VIRTUAL)), "weekly.working_hours.locations.type"),
        (
            monday(hours("09:00", "12:00", AvailabilityLocation(type="in_person_by_host"))),
            "weekly.working_hours.locations.id",
        ),
        (
            monday(hours("09:00", "12:00", AvailabilityLocation(type="online_static_link"))),
            "weekly.working_hours.locations.value",
        ),
        ("Monday", "weekly"),
        ([{"day": "Monday"}], "weekly"),
    ],
)
def test_working_hours_that_the_vendor_refuses(weekly: Any, param: str) -> None:
    """Steps of 15 minutes, in order, once, apart, and with what each location needs."""
    with pytest.raises(InvalidParameterError) as caught:
        weekly_body(weekly)
    assert caught.value.param == param


def test_working_hours_that_meet_do_not_overlap() -> None:
    """And a cleared day is an empty list."""
    address = AvailabilityLocation(type="in_person_by_host", id="ADD-1")
    days = [
        *monday(hours("09:00", "12:00", VIRTUAL, address), hours("12:00", "24:00")),
        WorkingDay(day="Sunday", working_hours=()),
    ]
    assert weekly_body(days) == [
        {
            "day": "Monday",
            "working_hours": [
                {
                    "start_time": "09:00",
                    "end_time": "12:00",
                    "locations": [
                        {"type": "online_dynamic_link"},
                        {"type": "in_person_by_host", "id": "ADD-1"},
                    ],
                },
                {"start_time": "12:00", "end_time": "24:00", "locations": []},
            ],
        },
        {"day": "Sunday", "working_hours": []},
    ]


def test_overrides_open_close_and_remove() -> None:
    """An empty list closes a date, null removes its override."""
    day = date(2026, 12, 24)
    overrides = [
        DateOverride.closed(day),
        DateOverride.removed(day + timedelta(1)),
        DateOverride.open(day + timedelta(2), [hours()]),
    ]
    bodies = overrides_body(overrides, today=lambda: day)
    assert [(body["date"], body["working_hours"]) for body in bodies] == [
        ("2026-12-24", []),
        ("2026-12-25", None),
        ("2026-12-26", [{"start_time": "09:00", "end_time": "12:00", "locations": []}]),
    ]


@pytest.mark.parametrize(
    ("overrides", "param"),
    [
        ([DateOverride()], "overrides.date"),
        ([DateOverride.closed(date(2026, 1, 1))], "overrides.date"),
        ([DateOverride.closed(date(2026, 6, 1))] * 2, "overrides"),
        ([DateOverride.closed(datetime(2026, 6, 1, tzinfo=UTC))], "overrides.date"),
        ([DateOverride.open(date(2026, 6, 1), [hours("09:05")])], "overrides.working_hours.start_time"),
    ],
)  # fmt: skip
def test_overrides_that_the_vendor_refuses(overrides: list[DateOverride], param: str) -> None:
    """Dates once, not in the past anywhere on earth, with proper hours."""
    with pytest.raises(InvalidParameterError) as caught:
        overrides_body(overrides, today=lambda: date(2026, 5, 1))
    assert caught.value.param == param


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        ("cancelled", "did you mean 'canceled'?"),
        ("Scheduled", "'scheduled'?"),
        ("x", "they are requested"),
    ],
)
def test_an_undocumented_status_is_sent_with_a_warning(
    status: str, hint: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The vendor may have added it; more likely it is misspelt, and would give an empty list."""
    OnceHub("k").bookings.list(status=status)
    assert hint in caplog.text
    caplog.clear()
    OnceHub("k").bookings.list(status="no_show")
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda: checks.several("abc", "names", "names"), "names: expected a list of names"),
        (lambda: checks.several(5, "names", "names"), "names: expected a list of names"),
        (
            lambda: checks.mapping([("a", 1)], "extra", "names to values"),
            "extra: expected a mapping of names to values, got list",
        ),
        (lambda: checks.any_text(b"x", "name"), "name: expected text, got bytes"),
        (lambda: checks.encodable("a\ud83d", "name"), "name: holds half a surrogate pair"),
        (lambda: checks.yes_no_or_none("1", "skip"), "skip: expected True, False or None"),
        (lambda: checks.yes_no_or_none(2, "skip"), "skip: expected True, False or None"),
        (
            lambda: checks.whole_number(0, "duration", 1, 9, "whole number of minutes"),
            "duration: expected a whole number of minutes from 1 to 9",
        ),
    ],
)
def test_a_check_names_the_parameter_and_what_is_wanted(
    check: Callable[[], object], said: str
) -> None:
    """The same words, whichever argument it is."""
    with pytest.raises(InvalidParameterError) as caught:
        check()
    assert str(caught.value) == said


def test_a_check_returns_what_is_wanted() -> None:
    """Elements once read, plain texts, and what 1 and 0 are equal to."""
    assert checks.several((each for each in (1, "a")), "x", "x") == [1, "a"]
    assert checks.any_text("", "x") == ""
    assert [checks.yes_no_or_none(each, "x") for each in (1, 0, True, None)] == [
        True, False, True, None,
    ]  # fmt: skip
