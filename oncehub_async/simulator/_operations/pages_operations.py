"""Booking calendars and pages: what the vendor documents at https://developers.oncehub.com."""

from .._listing.list_answers import Listing
from .._listing.list_filters import BOOKING_CALENDARS, BOOKING_PAGES
from .._simulator_call import Operation
from .one_time_links import link_to_calendar, link_to_master_page
from .schedule_operation import schedule
from .single_objects import get
from .slots_operations import time_slots

_PATH = "/booking-calendars"
_CALENDARS_PRODUCT = "calendars"

CALENDAR_OPERATIONS = (
    Operation(
        "list-all-booking-calendars",
        "GET",
        _PATH,
        Listing("booking_calendars", _PATH, BOOKING_CALENDARS),
        _CALENDARS_PRODUCT,
    ),
    Operation(
        "get-a-single-booking-calendar",
        "GET",
        f"{_PATH}/{{id}}",
        get("booking_calendars"),
        _CALENDARS_PRODUCT,
    ),
    Operation(
        "get-available-time-slots-for-booking-calendar",
        "GET",
        f"{_PATH}/{{id}}/time-slots",
        time_slots,
        _CALENDARS_PRODUCT,
    ),
    Operation(
        "book-a-time-slot-for-a-booking-calendar",
        "POST",
        f"{_PATH}/{{id}}/schedule",
        schedule,
        _CALENDARS_PRODUCT,
    ),
    Operation(
        "booking-calendars-create-a-one-time-link",
        "POST",
        f"{_PATH}/{{id}}/one-time-links",
        link_to_calendar,
        _CALENDARS_PRODUCT,
    ),
)


_PRODUCT = "pages"

PAGE_OPERATIONS = (
    Operation(
        "list-all-booking-pages",
        "GET",
        "/booking-pages",
        Listing("booking_pages", "/booking-pages", BOOKING_PAGES),
        _PRODUCT,
    ),
    Operation(
        "get-a-single-booking-page",
        "GET",
        "/booking-pages/{id}",
        get("booking_pages"),
        _PRODUCT,
    ),
    Operation(
        "list-all-event-types",
        "GET",
        "/event-types",
        Listing("event_types", "/event-types"),
        _PRODUCT,
    ),
    Operation("get-a-single-event-type", "GET", "/event-types/{id}", get("event_types"), _PRODUCT),
    Operation(
        "list-all-master-pages",
        "GET",
        "/master-pages",
        Listing("master_pages", "/master-pages"),
        _PRODUCT,
    ),
    Operation(
        "get-a-single-master-page", "GET", "/master-pages/{id}", get("master_pages"), _PRODUCT
    ),
    Operation(
        "create-one-time-link",
        "POST",
        "/master-pages/{id}/one-time-links",
        link_to_master_page,
        _PRODUCT,
    ),
)
