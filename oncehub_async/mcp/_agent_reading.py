"""The tools that read. Each takes checked arguments and gives what is told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from .._client import OnceHub
from .._ground import dump_any_json, load_json, read_date
from .._lists import Listing
from ..errors import InvalidParameterError
from ..models import Model, to_dict
from ..reports import ReportName, report, report_json
from ..sync import DEFAULT_DATABASE
from ..web import BookingLink, ClassicLink, is_classic
from ._agent_answers import Items
from ._agent_tools import BOOKING_FILTERS
from ._agent_views import View, line, moment, slot_view, zone_of

Given = Mapping[str, Any]
Answer = Items | Mapping[str, Any]
_PAGE = 20
_OF_PEOPLE = frozenset(
    {ReportName.DETAIL, ReportName.CUSTOMERS, ReportName.USERS, ReportName.ACCOUNT}
)
_PEOPLE_IN = frozenset({("hosts", "name"), ("cancellations", "reason")})
"""Columns of other reports' tables that name people, or hold what they typed."""
_MOST_ROWS = 100
_MOST_BYTES_OF_ROWS = 9_000
"""Of each table; the account's report has two that are long."""
_MOST_OVERRIDES = 60


@attrs.frozen
class Reading:
    """What the account says, through a client and, for reports, a synced database."""

    oncehub: OnceHub
    view: View
    database: str | None = None

    async def answer(self, tool: str, given: Given) -> Answer:
        """What a tool tells. Raises `OnceHubError`."""
        tools: dict[str, Callable[[Given], Awaitable[Answer]]] = {
            "find_bookings": self._bookings,
            "get_booking": self._booking,
            "find_contacts": self._contacts,
            "list_bookable": self._bookable,
            "free_times": self._free_times,
            "availability": self._availability,
            "booking_link": self._link,
            "report": self._report,
        }
        return await tools[tool](given)

    async def _bookings(self, given: Given) -> Answer:
        zone = _zone(given)
        after, before = (
            moment(given.get(name), name) for name in ("starting_after", "starting_before")
        )
        if after is not None and before is not None and after > before:
            raise InvalidParameterError(
                "starting_after", "is later than starting_before; swap the two"
            )
        found = await self.oncehub.bookings.list(
            **{each: given[each] for each in BOOKING_FILTERS if each in given},
            starting_time_gt=after,
            starting_time_lt=before,
            after=given.get("after"),
            limit=_PAGE,
        ).first_page()
        return Items([self.view.booking(each, zone) for each in found], found.next_cursor)

    async def _booking(self, given: Given) -> Answer:
        booking = await self.oncehub.bookings.get(given["id"])
        return {"booking": self.view.booking(booking, _zone(given))}

    async def _contacts(self, given: Given) -> Answer:
        if "id" in given:
            contact = await self.oncehub.contacts.get(given["id"])
            return {"contact": self.view.contact(contact)}
        found = await self.oncehub.contacts.list(
            email=given.get("email"), after=given.get("after"), limit=_PAGE
        ).first_page()
        return Items([self.view.contact(each) for each in found], found.next_cursor)

    async def _bookable(self, given: Given) -> Answer:
        listing: Listing[Model] = getattr(self.oncehub, given["kind"]).list(
            limit=_PAGE, after=given.get("after")
        )
        found = await listing.first_page()
        return Items([self.view.bookable(each) for each in found], found.next_cursor)

    async def _free_times(self, given: Given) -> Answer:
        zone = _zone(given)
        slots = await self.oncehub.booking_calendars.time_slots(
            given["booking_calendar"],
            start_time=moment(given.get("start_time"), "start_time"),
            end_time=moment(given.get("end_time"), "end_time"),
        )
        return Items(
            [slot_view(each, zone) for each in slots],
            how_to_go_on="ask again with start_time {start_time}",
        )

    async def _availability(self, given: Given) -> Answer:
        today = self.oncehub.clock.date().date()
        hours = to_dict(
            await self.oncehub.users.scheduling_availability(
                given["user"], overrides_start_time=today
            )
        )
        overrides = hours["overrides"] or []
        return {**hours, "overrides": overrides[:_MOST_OVERRIDES]}

    async def _link(self, given: Given) -> Answer:
        kind = ClassicLink if is_classic(given["url"]) else BookingLink
        link = kind(given["url"], name=given.get("name"), email=given.get("email"))
        return {"url": str(link), "note": "who sees the link sees what it carries"}

    async def _report(self, given: Given) -> Answer:
        if given["name"] in _OF_PEOPLE and not self.view.personal:
            raise InvalidParameterError(
                "name", "this report names people: oncehub mcp --personal-data allows it"
            )
        filters = given.get("filters", {})
        for name, value in filters.items():
            if not isinstance(value, str):
                raise InvalidParameterError(
                    f"filters.{name}", "expected a text; several values go with commas"
                )
        made = await report(
            self.database or DEFAULT_DATABASE,
            given["name"],
            by=given.get("by"),
            per=given.get("per", "month"),
            since=_day_or_moment(given.get("since"), "since"),
            until=_day_or_moment(given.get("until"), "until"),
            tz=_zone(given).key,
            filters=filters,
        )
        told: dict[str, Any] = load_json(report_json(made))
        tables = {
            table: _short([self._row(table, row) for row in rows])
            for table, rows in told["tables"].items()
        }
        return {**told, "tables": tables}

    def _row(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: self.view.person(value) if (table, name) in _PEOPLE_IN else line(value)
            for name, value in row.items()
        }


def _short(rows: list[Any]) -> list[Any]:
    """As many rows as there is room for, and a word about the others."""
    shown = rows[:_MOST_ROWS]
    while len(dump_any_json(shown)) > _MOST_BYTES_OF_ROWS:
        shown = shown[: len(shown) * 3 // 4]
    left = len(rows) - len(shown)
    return [*shown, f"{left} more rows: narrow since, until or filters"] if left else shown


def _day_or_moment(text: str | None, name: str) -> date | datetime | None:
    """A day of the report's time zone, or a time that names its own."""
    day = read_date(text)
    return moment(text, name) if day is None else day


def _zone(given: Given) -> ZoneInfo:
    return zone_of(given.get("time_zone", "UTC"))
