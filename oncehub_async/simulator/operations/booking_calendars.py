"""Booking calendars: what the vendor documents at https://developers.oncehub.com."""

from ..call import Operation
from ..lists.filters import BOOKING_CALENDARS
from ..lists.listing import Listing
from .one_time_links import link_to_calendar
from .schedule import schedule
from .single import get
from .time_slots import time_slots

_PATH = "/booking-calendars"
_PRODUCT = "calendars"

OPERATIONS = (
    Operation(
        "list-all-booking-calendars",
        "GET",
        _PATH,
        Listing("booking_calendars", _PATH, BOOKING_CALENDARS),
        _PRODUCT,
    ),
    Operation(
        "get-a-single-booking-calendar",
        "GET",
        f"{_PATH}/{{id}}",
        get("booking_calendars"),
        _PRODUCT,
    ),
    Operation(
        "get-available-time-slots-for-booking-calendar",
        "GET",
        f"{_PATH}/{{id}}/time-slots",
        time_slots,
        _PRODUCT,
    ),
    Operation(
        "book-a-time-slot-for-a-booking-calendar",
        "POST",
        f"{_PATH}/{{id}}/schedule",
        schedule,
        _PRODUCT,
    ),
    Operation(
        "booking-calendars-create-a-one-time-link",
        "POST",
        f"{_PATH}/{{id}}/one-time-links",
        link_to_calendar,
        _PRODUCT,
    ),
)
