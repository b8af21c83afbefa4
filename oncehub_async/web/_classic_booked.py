"""What the classic page hands to `SOAfterConfirmationFunction`.

https://help.oncehub.com/scheduleonce/developers/client-side-api/collecting-data-from-embedded-booking-page
"""

from datetime import datetime, timedelta, timezone
from types import MappingProxyType

import attrs

from .._ground import read_clock_face
from ..models import Model

_LONGEST_OFFSET = timedelta(hours=24)


@attrs.frozen(kw_only=True, repr=False)
class MeetingTimes(Model):
    """When a meeting starts, on three clocks: in UTC, the customer's, the booking page's.

    The vendor sends three clock faces without a zone. How far they are apart tells the offset, so
    that `customer_time` and `page_time` are aware.
    """

    _shown = ("utc_time",)
    _other_spellings = MappingProxyType(
        {
            "UTCTime": "utc_time",
            "CustomerTime": "customer_clock",
            "SOTime": "page_clock",
        }
    )

    utc_time: datetime | None = None
    customer_clock: str | None = None
    page_clock: str | None = None

    @property
    def customer_time(self) -> datetime | None:
        """The start on the customer's clock."""
        return _on_clock(self.utc_time, self.customer_clock)

    @property
    def page_time(self) -> datetime | None:
        """The start on the clock of the booking page's time zone."""
        return _on_clock(self.utc_time, self.page_clock)


def _on_clock(moment: datetime | None, clock: str | None) -> datetime | None:
    face = read_clock_face(clock)
    if moment is None or face is None:
        return None
    offset = face - moment
    return moment.astimezone(timezone(offset)) if abs(offset) < _LONGEST_OFFSET else None


@attrs.frozen(kw_only=True, repr=False)
class CalendarEvent(Model):
    """Addresses of files for the customer's calendar."""

    _shown = ()
    _other_spellings = MappingProxyType({"ICS": "ics", "VCS": "vcs"})

    ics: str | None = None
    vcs: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class BookingInfo(Model):
    """The booking, and who made it. `status_code` "1" is success, "0" an invalid request."""

    _shown = ("status_code", "meeting_times")
    _other_spellings = MappingProxyType(
        {
            "Version": "version",
            "MeetingTimes": "meeting_times",
            "CancelRescheduleLink": "cancel_reschedule_link",
            "Note": "note",
            "CalendarEvent": "calendar_event",
            "statusCode": "status_code",
            "Message": "message",
            "CustomerName": "customer_name",
            "CustomerEmail": "customer_email",
            "CustomerPhone": "customer_phone",
            "EventTypeName": "event_type_name",
        }
    )

    version: str | None = None
    meeting_times: tuple[MeetingTimes, ...] | None = None
    cancel_reschedule_link: str | None = None
    note: str | None = None
    calendar_event: CalendarEvent | None = None
    status_code: str | None = None
    message: str | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    customer_phone: str | None = None
    event_type_name: str | None = None


@attrs.frozen(kw_only=True, repr=False)
class ClassicBooked(Model):
    """A booking made in an embedded page of the classic product. `error_status` 0 is success."""

    _shown = ("error_status", "booking_info")
    _other_spellings = MappingProxyType(
        {
            "errorStatus": "error_status",
            "bookingInfo": "booking_info",
        }
    )

    error_status: int | None = None
    booking_info: BookingInfo | None = None

    @property
    def succeeded(self) -> bool:
        """Whether both the page and the service say that it worked."""
        info = self.booking_info
        return self.error_status == 0 and info is not None and info.status_code == "1"
