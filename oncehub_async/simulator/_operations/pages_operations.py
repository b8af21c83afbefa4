"""Booking calendars and pages: what the vendor documents at https://help.oncehub.com/developers."""

from .._listing.list_answers import ListOperation
from .._listing.list_filters import BOOKING_CALENDARS, BOOKING_PAGES
from .._simulator_call import SimulatedOperation
from .one_time_links import link_to_calendar, link_to_master_page
from .schedule_operation import schedule
from .single_objects import get
from .slots_operations import time_slots

_PATH = "/booking-calendars"
_CALENDARS_PRODUCT = "calendars"

CALENDAR_OPERATIONS = (
    SimulatedOperation(
        "list-all-booking-calendars",
        "GET",
        _PATH,
        ListOperation("booking_calendars", _PATH, BOOKING_CALENDARS),
        _CALENDARS_PRODUCT,
    ),
    SimulatedOperation(
        "get-a-single-booking-calendar",
        "GET",
        f"{_PATH}/{{id}}",
        get("booking_calendars"),
        _CALENDARS_PRODUCT,
    ),
    SimulatedOperation(
        "get-available-time-slots-for-booking-calendar",
        "GET",
        f"{_PATH}/{{id}}/time-slots",
        time_slots,
        _CALENDARS_PRODUCT,
    ),
    SimulatedOperation(
        "book-a-time-slot-for-a-booking-calendar",
        "POST",
        f"{_PATH}/{{id}}/schedule",
        schedule,
        _CALENDARS_PRODUCT,
    ),
    SimulatedOperation(
        "booking-calendars-create-a-one-time-link",
        "POST",
        f"{_PATH}/{{id}}/one-time-links",
        link_to_calendar,
        _CALENDARS_PRODUCT,
    ),
)


_PRODUCT = "pages"

PAGE_OPERATIONS = (
    SimulatedOperation(
        "list-all-booking-pages",
        "GET",
        "/booking-pages",
        ListOperation("booking_pages", "/booking-pages", BOOKING_PAGES),
        _PRODUCT,
    ),
    SimulatedOperation(
        "get-a-single-booking-page",
        "GET",
        "/booking-pages/{id}",
        get("booking_pages"),
        _PRODUCT,
    ),
    SimulatedOperation(
        "list-all-event-types",
        "GET",
        "/event-types",
        ListOperation("event_types", "/event-types"),
        _PRODUCT,
    ),
    SimulatedOperation(
        "get-a-single-event-type", "GET", "/event-types/{id}", get("event_types"), _PRODUCT
    ),
    SimulatedOperation(
        "list-all-master-pages",
        "GET",
        "/master-pages",
        ListOperation("master_pages", "/master-pages"),
        _PRODUCT,
    ),
    SimulatedOperation(
        "get-a-single-master-page", "GET", "/master-pages/{id}", get("master_pages"), _PRODUCT
    ),
    SimulatedOperation(
        "create-one-time-link",
        "POST",
        "/master-pages/{id}/one-time-links",
        link_to_master_page,
        _PRODUCT,
    ),
)
