"""All 38 operations: which request each method sends, and what it makes of the answer."""

import os
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import attrs
import orjson
import pytest
from aioresponses import aioresponses
from yarl import URL

from oncehub_async import Listing, OnceHub, Resources
from oncehub_async.models import (
    AvailabilityLocation,
    Booking,
    BookingCalendar,
    BookingForm,
    BookingPage,
    BookingStatus,
    Contact,
    DateOverride,
    Deleted,
    EventType,
    MasterPage,
    Model,
    OneTimeLink,
    ScheduledBooking,
    SchedulingAvailability,
    SlotLocation,
    SmsNotification,
    Team,
    TimeSlot,
    User,
    UtmParams,
    Webhook,
    WorkingDay,
    WorkingHours,
    from_dict,
)
from oncehub_async.resources import KeyValidation

BASE = "https://api.oncehub.com/v2"
T0 = datetime(2026, 1, 1, tzinfo=UTC)
T1 = datetime(2026, 2, 1, tzinfo=UTC)
FORM = {"name": "Carrie", "email": "carrie@example.com", "interests": ["a", "b"]}


@attrs.frozen
class Case:
    """A call, and the request that it has to become."""

    name: str
    act: Callable[[OnceHub], Awaitable[Any] | Listing[Any]]
    operation: str
    model: type[Model] | None
    body: Any = None
    query: dict[str, str] = attrs.Factory(dict)
    path: str = ""
    answer: Any = attrs.Factory(lambda: {"id": "X-1"})
    status: int = 200

    @property
    def method(self) -> str:
        return self.operation.split(" ")[0]

    @property
    def sent_path(self) -> str:
        return self.path or self.operation.split(" ")[1].replace("{id}", "X-1")


def lists(
    name: str, operation: str, model: type[Model], query: dict[str, str], **filters: Any
) -> Case:
    """A list with all its filters."""
    resource = name.partition(".")[0]
    return Case(
        name,
        lambda o: getattr(o, resource).list(**filters),
        operation,
        model,
        query={"limit": "100", **query},
        answer={"object": "list", "data": [{"id": "X-1"}], "has_more": False},
    )


AVAILABILITY = {"object": "schedule", "timezone": "UTC", "weekly": [], "overrides": []}
CASES = [
    Case("validate_key", lambda o: o.validate_key(), "GET /test", KeyValidation, answer={"message": "x"}),
    lists(
        "bookings.list", "GET /bookings", Booking,
        {
            "status": "scheduled", "owner": "USR-1", "contact": "CTC-1", "host": "USR-2",
            "booking_calendar": "BKC-1", "booking_page": "BP-1", "master_page": "MP-1",
            "event_type": "ET-1", "expand": "owner,contact", "limit": "7", "after": "BKNG-9",
            "creation_time.gt": "2026-01-01T00:00:00Z", "creation_time.lt": "2026-02-01T00:00:00Z",
            "starting_time.gt": "2026-01-01T00:00:00Z", "starting_time.lt": "2026-02-01T00:00:00Z",
            "last_updated_time.gt": "2026-01-01T00:00:00Z",
            "last_updated_time.lt": "2026-02-01T00:00:00Z",
        },
        status=BookingStatus.SCHEDULED, owner="USR-1", contact="CTC-1", host="USR-2",
        booking_calendar="BKC-1", booking_page="BP-1", master_page="MP-1", event_type="ET-1",
        creation_time_gt=T0, creation_time_lt=T1, starting_time_gt=T0, starting_time_lt=T1,
        last_updated_time_gt=T0, last_updated_time_lt=T1, expand=("owner", "contact"),
        limit=7, after="BKNG-9",
    ),
    Case("bookings.get", lambda o: o.bookings.get("X-1"), "GET /bookings/{id}", Booking),
    Case(
        "bookings.cancel",
        lambda o: o.bookings.cancel("X-1", cancellation_reason="Ill", send_cancellation_email=False),
        "POST /bookings/{id}/cancel", Booking,
        {"send_cancellation_email": False, "cancellation_reason": "Ill"},
    ),
    Case(
        "bookings.request_reschedule",
        lambda o: o.bookings.request_reschedule("X-1", reschedule_reason="Ill"),
        "POST /bookings/{id}/request-reschedule", Booking, {"reschedule_reason": "Ill"},
    ),
    Case(
        "bookings.reassign",
        lambda o: o.bookings.reassign("X-1", new_host="USR-1", virtual_location="zoom"),
        "POST /bookings/{id}/reassign", Booking,
        {"new_host": "USR-1", "location": {"type": "virtual", "value": "zoom"}},
    ),
    Case(
        "bookings.mark_no_show", lambda o: o.bookings.mark_no_show("X-1"),
        "POST /bookings/{id}/no-show", Booking,
    ),
    lists(
        "booking_calendars.list", "GET /booking-calendars", BookingCalendar,
        {"host": "USR-1", "before": "BKC-1"}, host="USR-1", before="BKC-1",
    ),
    Case(
        "booking_calendars.get", lambda o: o.booking_calendars.get("X-1"),
        "GET /booking-calendars/{id}", BookingCalendar,
    ),
    Case(
        "booking_calendars.time_slots",
        lambda o: o.booking_calendars.time_slots("X-1", start_time=T0, end_time=T0.replace(day=31)),
        "GET /booking-calendars/{id}/time-slots", TimeSlot,
        query={"start_time": "2026-01-01T00:00:00Z", "end_time": "2026-01-31T00:00:00Z"},
        answer=[{"start_time": "2026-01-02T06:30:00.000Z", "locations": [{"type": "physical", "id": "ADD-1"}]}],
    ),
    Case(
        "booking_calendars.schedule",
        lambda o: o.booking_calendars.schedule(
            "X-1", start_time=T0, guest_time_zone="America/New_York", booking_form=FORM,
            location=SlotLocation(type="physical", id="ADD-1"),
        ),
        "POST /booking-calendars/{id}/schedule", ScheduledBooking,
        {
            "start_time": "2026-01-01T00:00:00Z", "guest_time_zone": "America/New_York",
            "booking_form": FORM, "location": {"type": "physical", "value": "ADD-1"},
        },
    ),
    Case(
        "booking_calendars.create_one_time_link",
        lambda o: o.booking_calendars.create_one_time_link(
            "X-1", booking_form=from_dict(FORM, BookingForm), utm_params=UtmParams(source="mail"), hide_url_params=True
        ),
        "POST /booking-calendars/{id}/one-time-links", OneTimeLink,
        {"booking_form": FORM, "utm_params": {"source": "mail"}, "hide_url_params": True},
    ),
    lists(
        "booking_pages.list", "GET /booking-pages", BookingPage,
        {"master_page": "MP-1", "event_type": "ET-1", "user": "USR-1"},
        master_page="MP-1", event_type="ET-1", user="USR-1",
    ),
    Case("booking_pages.get", lambda o: o.booking_pages.get("X-1"), "GET /booking-pages/{id}", BookingPage),
    lists("event_types.list", "GET /event-types", EventType, {}),
    Case("event_types.get", lambda o: o.event_types.get("X-1"), "GET /event-types/{id}", EventType),
    lists("master_pages.list", "GET /master-pages", MasterPage, {}),
    Case("master_pages.get", lambda o: o.master_pages.get("X-1"), "GET /master-pages/{id}", MasterPage),
    Case(
        "master_pages.create_one_time_link", lambda o: o.master_pages.create_one_time_link("X-1"),
        "POST /master-pages/{id}/one-time-links", OneTimeLink,
    ),
    lists(
        "sms_notifications.list", "GET /notifications/sms", SmsNotification,
        {
            "recipient": "CTC-1", "recipient_type": "contact", "expand": "recipient",
            "creation_time.gt": "2026-01-01T00:00:00Z", "creation_time.lt": "2026-02-01T00:00:00Z",
        },
        recipient="CTC-1", recipient_type="contact", expand="recipient",
        creation_time_gt=T0, creation_time_lt=T1,
    ),
    lists("users.list", "GET /users", User, {"email": "a+b@example.com"}, email="a+b@example.com"),
    Case(
        "users.create",
        lambda o: o.users.create(
            email="a@example.com", first_name="A", last_name="B", role_name="Member", teams=["TM-1"]
        ),
        "POST /users", User,
        {"email": "a@example.com", "first_name": "A", "last_name": "B", "role_name": "Member", "teams": ["TM-1"]},
    ),
    Case("users.get", lambda o: o.users.get("X-1"), "GET /users/{id}", User),
    Case(
        "users.update", lambda o: o.users.update("X-1", first_name="A", teams=[]),
        "PATCH /users/{id}", User, {"first_name": "A", "teams": []},
    ),
    Case(
        "users.delete", lambda o: o.users.delete("X-1"), "DELETE /users/{id}", Deleted,
        answer={"id": "X-1", "object": "user", "deleted": True},
    ),
    Case(
        "users.scheduling_availability", lambda o: o.users.scheduling_availability("X-1"),
        "GET /users/{id}/scheduling-availability", SchedulingAvailability, answer=AVAILABILITY,
    ),
    Case(
        "users.update_scheduling_availability",
        lambda o: o.users.update_scheduling_availability(
            "X-1",
            weekly=[
                WorkingDay(
                    day="Monday",
                    working_hours=(
                        WorkingHours(
                            start_time="09:00", end_time="12:00",
                            locations=(AvailabilityLocation(type="phone_by_guest"),),
                        ),
                    ),
                )
            ],
            overrides=[DateOverride.removed(date(2999, 1, 1))],
        ),
        "PATCH /users/{id}/scheduling-availability", SchedulingAvailability,
        {
            "weekly": [
                {
                    "day": "Monday",
                    "working_hours": [
                        {"start_time": "09:00", "end_time": "12:00", "locations": [{"type": "phone_by_guest"}]}
                    ],
                }
            ],
            "overrides": [{"date": "2999-01-01", "working_hours": None}],
        },
        answer=AVAILABILITY,
    ),
    lists("teams.list", "GET /teams", Team, {"user": "USR-1"}, user="USR-1"),
    Case("teams.get", lambda o: o.teams.get("X-1"), "GET /teams/{id}", Team),
    lists(
        "contacts.list", "GET /contacts", Contact,
        {
            "email": "c@example.com",
            "creation_time.gt": "2026-01-01T00:00:00Z", "creation_time.lt": "2026-02-01T00:00:00Z",
            "last_updated_time.gt": "2026-01-01T00:00:00Z",
            "last_updated_time.lt": "2026-02-01T00:00:00Z",
        },
        email="c@example.com", creation_time_gt=T0, creation_time_lt=T1,
        last_updated_time_gt=T0, last_updated_time_lt=T1,
    ),
    Case(
        "contacts.create",
        lambda o: o.contacts.create(
            first_name="Carrie", last_name="Customer", mobile_phone="+12025550195",
            timezone="America/New_York", custom_fields={"resume": None, "tags": ["a"]},
        ),
        "POST /contacts", Contact,
        {
            "first_name": "Carrie", "last_name": "Customer", "mobile_phone": "+12025550195",
            "timezone": "America/New_York",
            "custom_fields": [{"name": "resume", "value": None}, {"name": "tags", "value": ["a"]}],
        },
        status=201,
    ),
    Case("contacts.get", lambda o: o.contacts.get("X-1"), "GET /contacts/{id}", Contact),
    Case(
        "contacts.update", lambda o: o.contacts.update("X-1", city=None, employees=3),
        "PATCH /contacts/{id}", Contact, {"city": None, "employees": 3},
    ),
    Case(
        "contacts.delete", lambda o: o.contacts.delete("X-1"), "DELETE /contacts/{id}", Deleted,
        answer={"id": "X-1", "deleted": True},
    ),
    Case(
        "webhooks.create",
        lambda o: o.webhooks.create(name="n", url="https://x.example/h", events=["booking"]),
        "POST /webhooks", Webhook, {"name": "n", "url": "https://x.example/h", "events": ["booking"]},
    ),
    lists("webhooks.list", "GET /webhooks", Webhook, {}),
    Case("webhooks.get", lambda o: o.webhooks.get("X-1"), "GET /webhooks/{id}", Webhook),
    Case(
        "webhooks.delete", lambda o: o.webhooks.delete("X-1"), "DELETE /webhooks/{id}", Deleted,
        answer={"id": "X-1", "deleted": True},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_each_operation(case: Case, mocked: aioresponses) -> None:
    """Method, path, query and body as the vendor documents them; the answer as a model."""
    url = URL(BASE + case.sent_path).with_query(case.query)
    mocked.add(str(url), case.method, payload=case.answer, status=case.status)
    async with OnceHub("key") as oncehub:
        result = case.act(oncehub)
        given = await (result.collect() if isinstance(result, Listing) else result)
    ((_, sent_url), calls) = next(iter(mocked.requests.items()))
    assert (sent_url.with_query(None), dict(sent_url.query)) == (
        URL(BASE + case.sent_path),
        case.query,
    )
    sent = calls[0].kwargs["data"]
    assert (None if sent is None else orjson.loads(sent)) == (
        {} if case.body is None and sent is not None else case.body
    )
    first = given[0] if isinstance(given, list) else given
    assert type(first) is case.model


def test_the_cases_are_the_whole_api() -> None:
    """38 operations, each once, and every public method of every resource has a case."""
    assert len({case.operation for case in CASES}) == len(CASES) == 38
    methods = {"validate_key"}
    oncehub = OnceHub("k")
    for name in dir(oncehub):
        resource = getattr(oncehub, name)
        if type(resource).__module__.startswith("oncehub_async.resources") and name[0] != "_":
            methods |= {f"{name}.{method}" for method in dir(resource) if method[0] != "_"}
    assert methods == {case.name for case in CASES}
    assert isinstance(oncehub, Resources)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_method_names_its_page_of_the_vendors_reference(case: Case) -> None:
    """Where `help()` leads: to the operation that the method sends."""
    resource, _, method = case.name.rpartition(".")
    oncehub = OnceHub("k")
    documented = getattr(getattr(oncehub, resource) if resource else oncehub, method).__doc__
    (page,) = re.findall(r"https://help\.oncehub\.com\S*", documented)
    is_classic = case.operation.split("/")[1] in ("booking-pages", "event-types", "master-pages")
    product = "scheduleonce/" if is_classic else ""
    tag = {"test": "authentication"}.get(first := case.operation.split("/")[1], first)
    assert page == (
        f"https://help.oncehub.com/{product}developers/api/#tag/{tag}/"
        + case.operation.replace(" ", "")
    )


@pytest.mark.vendor_document
def test_the_cases_are_the_vendors_operations() -> None:
    """All that the vendor's document lists, with all query parameters of the lists."""
    path = os.environ.get("ONCEHUB_OPENAPI")
    if path is None:
        pytest.skip("set ONCEHUB_OPENAPI to the vendor's OpenAPI document")
    with open(path, "rb") as file:
        document = orjson.loads(file.read())
    theirs = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert set(theirs) <= {case.operation for case in CASES}
    if {"/booking-pages", "/booking-calendars"} <= document["paths"].keys():
        assert set(theirs) == {case.operation for case in CASES}
    cursors = {"limit", "after", "before"}
    for case in CASES:
        if case.name.endswith(".list") and case.operation in theirs:
            documented = {
                parameter["name"]
                for parameter in theirs[case.operation]["parameters"]
                if "$ref" not in parameter
            }
            assert documented - cursors <= set(case.query)
