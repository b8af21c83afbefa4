"""Booking links: built and taken apart, for both products of OnceHub.

    from oncehub_async.links import BookingLink

    link = BookingLink("https://oncehub.com/live-demo", name="Carrie Customer", skip=True)
    str(link)   # https://oncehub.com/live-demo?name=Carrie%20Customer&skip=1
    link.name   # Carrie Customer

Needs no network and no key. What a link carries is visible to everyone who sees it; `guest_url`
gives one that shows nothing, through the API.
"""

from ..models import UtmParams
from .booking_link import BookingLink
from .classic_link import ClassicLink
from .guest_url import guest_url
from .limits import MOST_GUESTS, URL_LIMIT, Note
from .query import QueryParameter

__all__ = [
    "MOST_GUESTS",
    "URL_LIMIT",
    "BookingLink",
    "ClassicLink",
    "Note",
    "QueryParameter",
    "UtmParams",
    "guest_url",
]
