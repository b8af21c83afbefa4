"""The query string of a thank-you page, read."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timezone
from typing import Any, TypeVar
from urllib.parse import quote

from ..links import QueryParameter
from ..links.query import parse_query
from .confirmation import ClassicConfirmation, Confirmation
from .values import ends_in_a_cut, read_addresses, read_moment, read_offset, read_time

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
        return parse_query((after if mark and is_url else query).partition("#")[0])
    items = query.items() if isinstance(query, Mapping) else query
    pairs = []
    for name, value in items:
        for each in value if isinstance(value, list | tuple) else [value]:
            raw = f"{_quoted(name)}={_quoted(each)}"
            pairs.append(QueryParameter(str(name), str(each), raw))
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
    clock = values.read("meetingTime", read_time)
    meeting = None
    if clock is not None and offset is not None:
        meeting = clock.replace(tzinfo=timezone(offset))
    elif clock is not None:
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
