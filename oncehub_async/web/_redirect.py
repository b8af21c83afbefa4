"""The query string of a thank-you page, read.

https://help.oncehub.com/scheduleonce/developers/client-side-api/redirecting-booking-confirmation-data
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

import attrs

from .._ground import in_utc, read_clock_face, read_zoned_time
from ._query import QueryParameter, parse_query, with_plus


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
    """All parameters, in their order; their `raw` is as it came."""
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


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_HOURS = re.compile(r"[+-]?\d{1,2}(\.\d{1,2})?", re.ASCII)
_MOST_HOURS = 15
_ADDRESS = re.compile(r"@[^@]+\.[^@]+$")
_CUT_ESCAPE = re.compile(r"%[0-9A-Fa-f]?$")


def read_moment(text: str) -> datetime | None:
    """A time with its zone, in UTC; one without has been cut and is None."""
    text = text.replace(" ", "+")  # a plus that was not encoded
    return read_zoned_time(text) if _TIME.fullmatch(text) else None


def read_face(text: str) -> datetime | None:
    """The same, but what its clock shows, whatever zone it names."""
    text = text.replace(" ", "+")
    return read_clock_face(text) if _TIME.fullmatch(text) else None


def read_offset(text: str) -> timedelta | None:
    """An offset from UTC, in hours."""
    text = text.replace(" ", "+")
    if not _HOURS.fullmatch(text) or abs(float(text)) > _MOST_HOURS:
        return None
    return timedelta(hours=float(text))


def read_addresses(text: str) -> tuple[str, ...]:
    """Addresses with commas or semicolons between."""
    return tuple(each.strip() for each in re.split("[,;]", text) if each.strip())


def ends_in_a_cut(parameters: Sequence[QueryParameter], unreadable: Sequence[str]) -> bool:
    """Whether the last parameter is in a state in which OnceHub doesn't send any."""
    if not parameters:
        return False
    last = parameters[-1]
    _, equals, value = last.raw.partition("=")
    # Empty fields are left out of the URL, not left empty.
    unfinished = not equals or not value or _CUT_ESCAPE.search(value) is not None
    half_an_address = last.name in ("email", "Email") and not _ADDRESS.search(last.value)
    return unfinished or half_an_address or last.value.endswith("\ufffd") or last.name in unreadable


T = TypeVar("T")

Query = str | Mapping[str, Any] | Iterable[tuple[str, str]]
"""A URL, a query string, a mapping of names to values (or lists of them), or pairs."""

# What is there whatever the guest filled in; the rest is left out where it is empty.
_ALWAYS_SENT = (
    "booking_calendar", "id", "subject", "status", "creation_time", "starting_time",
    "customer_timezone", "name", "email",
)  # fmt: skip
_CLASSIC_ALWAYS_SENT = (
    "Name", "Email", "subject", "bookingPage", "creationTime", "meetingTime", "timeZone",
    "utcOffset",
)  # fmt: skip
_SIGNS = ("booking_calendar", "creation_time", "starting_time", "customer_timezone")
_CLASSIC_SIGNS = (
    "Name", "Email", "bookingPage", "creationTime", "meetingTime", "timeZone", "utcOffset"
)  # fmt: skip


def parse_confirmation(query: Query) -> Confirmation | ClassicConfirmation | None:
    """What OnceHub's redirect says of a booking, or None where it says nothing of any.

    Anyone can write such a URL and open it: use `confirm` before you trust what it says.

    Takes the URL as it was requested, or its query string; best as it came and not decoded before,
    for only there it can be seen that it was cut. Never fails on what stands in it: what is
    missing, repeated, cut or unreadable is marked on the result.
    """
    values = _Values(_pairs(query))
    new, classic = values.count(_SIGNS) + values.has_booking_id(), values.count(_CLASSIC_SIGNS)
    if not new and not classic:
        return None
    return _confirmation(values) if new >= classic else _classic_confirmation(values)


def _pairs(query: Query) -> tuple[QueryParameter, ...]:
    if isinstance(query, str):
        before, mark, after = query.partition("?")
        # Values hold question marks too, and classic ones are not always encoded; so do paths
        # hold equals signs, but no query string begins as a path or a URL does.
        is_url = before.startswith(("/", "http://", "https://")) or "=" not in before
        found = parse_query((after if mark and is_url else query).partition("#")[0])
        return tuple(attrs.evolve(each, value=with_plus(each.name, each.value)) for each in found)
    items = query.items() if isinstance(query, Mapping) else query
    pairs = []
    for name, value in items:
        for each in value if isinstance(value, list | tuple) else [value]:
            raw = f"{_quoted(name)}={_quoted(each)}"
            pairs.append(QueryParameter(str(name), with_plus(str(name), str(each)), raw))
    return tuple(pairs)


def _quoted(text: object) -> str:
    return quote(str(text), safe="", errors="replace")


class _Values:
    """The parameters by name, and what was found to be wrong with them while reading."""

    def __init__(self, parameters: tuple[QueryParameter, ...]) -> None:
        self._parameters = parameters
        self._all: dict[str, list[str]] = {}
        self._read: set[str] = set()
        self._unreadable: list[str] = []
        for each in parameters:
            self._all.setdefault(each.name, []).append(each.value)

    def count(self, names: Iterable[str]) -> int:
        return sum(name in self._all for name in names)

    def has_booking_id(self) -> bool:
        return self._first("id").startswith("BKNG-")

    def _first(self, name: str) -> str:
        return self._all.get(name, [""])[0]

    def text(self, name: str) -> str | None:
        self._read.add(name)
        return self._first(name) or None

    def read(self, name: str, reader: Callable[[str], T | None]) -> T | None:
        text = self.text(name)
        if text is None:
            return None
        value = reader(text)
        if value is None:
            self._unreadable.append(name)
        return value

    def unreadable(self, name: str) -> None:
        self._unreadable.append(name)

    def rest(self, always_sent: Iterable[str]) -> dict[str, Any]:
        """What is no field of its own."""
        return {
            "custom_fields": {k: v[0] for k, v in self._all.items() if k not in self._read},
            "parameters": self._parameters,
            "repeated": {k: tuple(v) for k, v in self._all.items() if len(v) > 1},
            "missing": tuple(name for name in always_sent if not self._first(name)),
            "unreadable": tuple(self._unreadable),
            "truncated": ends_in_a_cut(self._parameters, self._unreadable),
        }


def _confirmation(values: _Values) -> Confirmation:
    return Confirmation(
        id=values.text("id"),
        booking_calendar=values.text("booking_calendar"),
        subject=values.text("subject"),
        status=values.text("status"),
        creation_time=values.read("creation_time", read_moment),
        starting_time=values.read("starting_time", read_moment),
        customer_timezone=values.text("customer_timezone"),
        name=values.text("name"),
        email=values.text("email"),
        phone=values.text("phone"),
        **values.rest(_ALWAYS_SENT),
    )


def _classic_confirmation(values: _Values) -> ClassicConfirmation:
    offset = values.read("utcOffset", read_offset)
    clock = values.read("meetingTime", read_face)
    meeting = None
    if clock is not None and offset is not None:
        meeting = clock.replace(tzinfo=timezone(offset))
    if clock is not None and (meeting is None or in_utc(meeting) is None):
        meeting = None
        values.unreadable("meetingTime")  # at what moment it is can't be told
    return ClassicConfirmation(
        name=values.text("Name"),
        email=values.text("Email"),
        company=values.text("company"),
        mobile=values.text("mobile"),
        phone=values.text("phone"),
        note=values.text("note"),
        customer_guests=values.read("customerGuests", read_addresses) or (),
        location=values.text("location"),
        subject=values.text("subject"),
        booking_page=values.text("bookingPage"),
        creation_time=values.read("creationTime", read_moment),
        meeting_time=meeting,
        time_zone=values.text("timeZone"),
        utc_offset=offset,
        **values.rest(_CLASSIC_ALWAYS_SENT),
    )
