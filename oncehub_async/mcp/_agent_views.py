"""What agents are shown of objects, and how times and people's data are written for them."""

from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from .._ground import (
    in_utc,
    is_time_zone,
    printable,
    read_as_written,
    text_with_offset,
)
from ..errors import InvalidParameterError
from ..models import (
    Booking,
    Contact,
    DateOverride,
    Model,
    TimeSlot,
    User,
    WorkingDay,
    id_of,
    to_dict,
)

MOST_OF_A_TEXT = 1_000
"""Characters of a text that somebody typed; who needs more reads it in OnceHub."""
_GUEST = ("name", "email", "phone", "mobile_phone", "company", "note", "guests", "custom_fields")
_CONTACT = ("first_name", "last_name", "email", "mobile_phone", "phone", "company", "job_title")
_REMEDY = (
    "expected a time with its zone, such as 2026-11-26T09:00+01:00, 2026-11-26T08:00Z or "
    "2026-11-26T09:00[Europe/Berlin]"
)


def needed_moment(text: str, name: str) -> datetime:
    """A time that names its zone, by an offset or by name (RFC 9557) or both.

    Raises `InvalidParameterError`, with the remedy; also where the two don't agree.
    """
    written, zone = _parts(text)
    time = None if zone is not None and not is_time_zone(zone) else read_as_written(written)
    if time is not None and time.tzinfo is None:
        time = None if zone is None else _in_zone(time, ZoneInfo(zone))
    moment = None if time is None else in_utc(time)
    # Near the ends of time there is no room for another zone or a minute more.
    if time is None or moment is None or not MINYEAR < moment.year < MAXYEAR:
        raise InvalidParameterError(name, _REMEDY)
    # "Z" says nothing of the place (RFC 9557, 2); another offset has to be the place's.
    is_there = zone is None or written.upper().endswith("Z")
    if not is_there and moment.astimezone(zone_of(zone or "")).utcoffset() != time.utcoffset():
        raise InvalidParameterError(
            name, f"its offset is not that of {zone} at that time: leave one of them out"
        )
    return moment


def moment(text: str | None, name: str) -> datetime | None:
    """The same, where a time is given."""
    return None if text is None else needed_moment(text, name)


def _parts(text: str) -> tuple[str, str | None]:
    """A time as it is written, and the name of a zone behind it in brackets."""
    written, bracket, zone = text.partition("[")
    return (written, zone[:-1]) if bracket and zone.endswith("]") else (text, None)


def _in_zone(time: datetime, zone: ZoneInfo) -> datetime | None:
    here = time.replace(tzinfo=zone)
    # An hour that is skipped or comes twice when the clocks change needs an offset.
    return here if here.utcoffset() == here.replace(fold=1).utcoffset() else None


def zone_of(name: str, param: str = "time_zone") -> ZoneInfo:
    """The time zone of that name. Raises `InvalidParameterError`, which names `param`."""
    if not is_time_zone(name):
        raise InvalidParameterError(param, "expected an IANA name, such as Europe/Berlin")
    return ZoneInfo(name)


def time_in(time: datetime | None, zone: ZoneInfo) -> str | None:
    """The time there, with its offset and the zone's name (RFC 9557)."""
    return None if time is None else f"{text_with_offset(time.astimezone(zone))}[{zone.key}]"


@attrs.frozen
class View:
    """Objects as agents see them: people's data masked, or as it is."""

    personal: bool = False

    def person(self, value: Any) -> Any:
        """What a person typed or is called: its first letters, or all of it in one line."""
        if isinstance(value, str):
            return _cut(printable(value)) if self.personal else masked(value)
        if isinstance(value, Mapping):
            return {_cut(printable(str(name))): self.person(each) for name, each in value.items()}
        if isinstance(value, Iterable):
            return [self.person(each) for each in list(value)[:50]]
        return value if self.personal or value is None else "***"

    def booking(self, booking: Booking, zone: ZoneInfo) -> dict[str, Any]:
        """A booking; `guest` holds what its guest typed."""
        form = {} if booking.form_submission is None else to_dict(booking.form_submission)
        guest = {name: self.person(form[name]) for name in _GUEST if form.get(name)}
        return _filled(
            {
                "id": booking.id,
                "status": None if booking.status is None else printable(booking.status),
                "in_trash": booking.in_trash,
                "starting_time": time_in(booking.starting_time, zone),
                "duration_minutes": booking.duration_minutes,
                "creation_time": time_in(booking.creation_time, zone),
                "owner": id_of(booking.owner),
                "contact": id_of(booking.contact),
                "booking_calendar": id_of(booking.booking_calendar),
                "booking_page": id_of(booking.booking_page),
                "event_type": id_of(booking.event_type),
                "guest_time_zone": line(booking.customer_timezone) if self.personal else None,
                "guest": guest,
            }
        )

    def contact(self, contact: Contact) -> dict[str, Any]:
        """A contact."""
        fields = to_dict(contact)
        return _filled(
            {
                "id": contact.id,
                "status": None if contact.status is None else printable(contact.status),
                "owner": id_of(contact.owner),
                "person": {name: self.person(fields[name]) for name in _CONTACT if fields[name]},
            }
        )

    def bookable(self, model: Model) -> dict[str, Any]:
        """A calendar, page, event type, team or user: what the account calls it."""
        shown = ("id", "name", "published", "active", "duration_minutes", "url", "status")
        told = {name: getattr(model, name, None) for name in shown}
        if isinstance(model, User):
            told["person"] = self.person(f"{model.first_name or ''} {model.last_name or ''}")
            told["time_zone"] = model.timezone
        return _filled({name: line(each) for name, each in told.items()})


def slot_view(slot: TimeSlot, zone: ZoneInfo) -> dict[str, Any]:
    """A free time, and of which kinds its places are."""
    return {
        "start_time": time_in(slot.start_time, zone),
        "locations": [line(each.type) for each in slot.locations or ()],
    }


def hours_in_words(day: WorkingDay | DateOverride) -> str:
    """Such as 09:00-12:00, 13:00-17:00."""
    if day.working_hours is None:
        return "as on that weekday"
    hours = [f"{each.start_time}-{each.end_time}" for each in day.working_hours]
    return ", ".join(hours) or "off"


def masked(text: str) -> str:
    """The first letter of each of the first three words."""
    words = text.split()[:3]
    return " ".join(
        f"{word[0]}***" if len(word) > 2 and word[0].isalnum() else "***" for word in words
    )


def line(value: Any) -> Any:
    """A text that somebody wrote in one line of bounded length; other values as they are."""
    return _cut(printable(value)) if isinstance(value, str) else value


def _cut(text: str) -> str:
    if len(text) <= MOST_OF_A_TEXT:
        return text
    return f"{text[:MOST_OF_A_TEXT]}... ({len(text)} characters)"


def _filled(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in (None, {}, [], "")}
