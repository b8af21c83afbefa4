"""When a user can be booked.

https://help.oncehub.com/developers/api/#tag/users/GET/users/{id}/scheduling-availability
"""

import datetime as dt
from collections.abc import Sequence

import attrs

from ._base import Model


@attrs.frozen(kw_only=True, repr=False)
class AvailabilityLocation(Model):
    """A place where a user takes meetings; `type` is an `AvailabilityLocationType`.

    `in_person_by_host` needs the address's `id`, `online_static_link` needs the URL as `value`.
    """

    _shown = ("type", "id")

    type: str | None = None
    """What kind of place it is: an `AvailabilityLocationType`."""
    value: str | None = None
    """For `online_static_link` the address of the meeting."""
    id: str | None = None
    """For `in_person_by_host` the id of the address, such as ADD-1234."""


@attrs.frozen(kw_only=True, repr=False)
class WorkingHours(Model):
    """A span of a day, from "HH:MM" to "HH:MM" in steps of 15 minutes, in the user's time zone."""

    _shown = ("start_time", "end_time")

    start_time: str | None = None
    """When the span begins: HH:MM, in the user's time zone."""
    end_time: str | None = None
    """When the span ends: HH:MM, in the user's time zone."""
    locations: tuple[AvailabilityLocation, ...] | None = None
    """The places where meetings take place in this span."""


@attrs.frozen(kw_only=True, repr=False)
class WorkingDay(Model):
    """The working hours of a day of the week, such as "Monday". No hours: a day off."""

    _shown = ("day", "working_hours")

    day: str | None = None
    """The day of the week, such as "Monday"."""
    working_hours: tuple[WorkingHours, ...] | None = None
    """The spans in which the user can be booked; none on a day off."""


@attrs.frozen(kw_only=True, repr=False)
class DateOverride(Model):
    """The working hours of one date, in place of that weekday's.

    In an update, `()` as working hours closes the date and None removes the override; `closed`
    and `removed` say so in words.
    """

    _shown = ("date", "working_hours")

    date: dt.date | None = None
    """The date whose hours differ from its weekday's."""
    day: str | None = None
    """The day of the week on which the date falls, such as "Monday"."""
    working_hours: tuple[WorkingHours, ...] | None = None
    """The spans in which the user can be booked on that date; none where it is closed."""

    @classmethod
    def open(cls, date: dt.date, hours: Sequence[WorkingHours]) -> "DateOverride":
        """Work these hours on that date."""
        return cls(date=date, working_hours=tuple(hours))

    @classmethod
    def closed(cls, date: dt.date) -> "DateOverride":
        """Don't work on that date."""
        return cls(date=date, working_hours=())

    @classmethod
    def removed(cls, date: dt.date) -> "DateOverride":
        """Let the weekday's hours count again on that date."""
        return cls(date=date, working_hours=None)


@attrs.frozen(kw_only=True, repr=False)
class SchedulingAvailability(Model):
    """A user's weekly hours and the dates that differ from them. `timezone` is an IANA name."""

    _shown = ("timezone",)

    object: str | None = None
    """The kind of object: "schedule"."""
    timezone: str | None = None
    """The time zone in which all of its hours are meant, as an IANA name."""
    weekly: tuple[WorkingDay, ...] | None = None
    """The working hours of each day of the week."""
    overrides: tuple[DateOverride, ...] | None = None
    """The dates with hours of their own."""
