"""A page of the classic product. https://developers.oncehub.com/reference/the-booking-page-object"""

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class BookingPage(Model):
    """A booking page. `timezone` is an IANA name."""

    _shown = ("id", "active")

    id: str
    object: str | None = None
    name: str | None = None
    label: str | None = None
    url: str | None = None
    active: bool | None = None
    timezone: str | None = None
