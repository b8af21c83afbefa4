"""Booking pages, master pages and event types: what the vendor documents at https://developers.oncehub.com."""

from ..call import Operation
from ..lists.filters import BOOKING_PAGES
from ..lists.listing import Listing
from .one_time_links import link_to_master_page
from .single import get

_PRODUCT = "pages"

OPERATIONS = (
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
