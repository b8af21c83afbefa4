"""What agents are shown of objects: what is listed here, and nothing about people."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .._ground import is_time_zone, printable, read_zoned_time
from ..errors import InvalidParameterError
from ..models import Booking, TimeSlot, id_of


def moment(text: str | None, name: str) -> datetime | None:
    """A time that names its zone. Raises `InvalidParameterError`, with the remedy."""
    time = read_zoned_time(text)
    if text is not None and time is None:
        raise InvalidParameterError(
            name, "expected a time with its offset, such as 2026-11-26T09:00+01:00 or ...T08:00Z"
        )
    return time


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name. Raises `InvalidParameterError`."""
    if not is_time_zone(name):
        raise InvalidParameterError("time_zone", "expected an IANA name, such as Europe/Berlin")
    return ZoneInfo(name)


def booking_view(booking: Booking, zone: ZoneInfo) -> dict[str, Any]:
    """A booking without its guest's data, subject, place, notes and reasons."""
    return {
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
    }


def slot_view(slot: TimeSlot, zone: ZoneInfo) -> dict[str, Any]:
    """A free time, and of which kinds its places are."""
    return {
        "start_time": time_in(slot.start_time, zone),
        "locations": [each.type for each in slot.locations or ()],
    }


def time_in(time: datetime | None, zone: ZoneInfo) -> str | None:
    """The time there, with its offset and the zone's name (RFC 9557)."""
    return None if time is None else f"{time.astimezone(zone).isoformat()}[{zone.key}]"
