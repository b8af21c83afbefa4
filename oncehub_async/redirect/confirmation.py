"""What a redirect tells of a booking.

https://developers.oncehub.com/docs/client-side-api/redirecting-booking-confirmation-data
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

import attrs

from ..links import QueryParameter


@attrs.frozen(kw_only=True, repr=False)
class RedirectData:
    """What the redirects of both products share. Anyone can write such a URL: see `confirm`.

    A field is None where its parameter was missing or could not be read. A repr shows ids, states
    and times, and nothing about people.
    """

    _shown: ClassVar[tuple[str, ...]] = ()

    custom_fields: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    """What the account's own questions were answered with, by name."""
    parameters: tuple[QueryParameter, ...] = ()
    """All parameters, as they came."""
    repeated: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, hash=False)
    """All values of parameters that came several times; the first one is in its field."""
    missing: tuple[str, ...] = ()
    """Parameters that OnceHub always sends and that did not come."""
    unreadable: tuple[str, ...] = ()
    """Parameters whose field is None because their value is not of the documented form."""
    truncated: bool = False
    """Whether the URL ends as one that was cut does. A cut between two words can't be seen."""

    @property
    def complete(self) -> bool:
        """Whether nothing is known to be wrong with it; that doesn't make it true."""
        return not (self.truncated or self.missing or self.unreadable or self.repeated)

    def __repr__(self) -> str:
        values = ((name, getattr(self, name)) for name in (*self._shown, "complete"))
        shown = ", ".join(f"{name}={value!r}" for name, value in values if value is not None)
        return f"{type(self).__name__}({shown})"


@attrs.frozen(kw_only=True, repr=False)
class Confirmation(RedirectData):
    """A booking made through a booking calendar. Times are in UTC."""

    _shown = ("id", "status", "starting_time")

    id: str | None = None
    booking_calendar: str | None = None
    subject: str | None = None
    status: str | None = None
    creation_time: datetime | None = None
    starting_time: datetime | None = None
    customer_timezone: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class ClassicConfirmation(RedirectData):
    """A booking made through a booking page of the classic product. It carries no id.

    `creation_time` is in UTC. `meeting_time` is the booking page's own clock at `utc_offset`; the
    `Z` that the vendor writes after it says nothing. The vendor's example has the winter offset
    (-5) for a meeting in New York in April, so that the moment may be an hour late in summer; the
    clock face is right. `time_zone` is a name such as "Eastern time".
    """

    _shown = ("creation_time", "meeting_time")

    name: str | None = None
    email: str | None = None
    company: str | None = None
    mobile: str | None = None
    phone: str | None = None
    note: str | None = None
    customer_guests: tuple[str, ...] = ()
    location: str | None = None
    subject: str | None = None
    booking_page: str | None = None
    creation_time: datetime | None = None
    meeting_time: datetime | None = None
    time_zone: str | None = None
    utc_offset: timedelta | None = None
