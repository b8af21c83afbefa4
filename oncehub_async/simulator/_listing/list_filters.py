"""The filters of each list, as the vendor documents them."""

from collections.abc import Callable, Mapping

import attrs

from .._data.bookings_data import LONGEST_LEAD
from .._data.contacts_data import LONGEST_LIFE
from .._field_checks import is_email
from .._service_answers import invalid
from .._state import AccountState
from . import time_filters as times
from .filter_rules import Rule

ByValue = Callable[[AccountState, str], Rule]
Timed = Callable[[AccountState, times.Bounds], Rule]


@attrs.frozen
class Filters:
    """What a list can be filtered by: equal to a value, or within two times."""

    by_value: Mapping[str, ByValue] = attrs.field(factory=dict)
    by_time: Mapping[str, Timed] = attrs.field(factory=dict)
    never_empty: frozenset[str] = frozenset()
    """The filters whose value has a format or is one of a few: an empty one is refused."""

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the query parameters."""
        ends = (f"{field}.{end}" for field in self.by_time for end in ("gt", "lt"))
        return frozenset((*self.by_value, *ends))

    def rules(self, state: AccountState, query: Mapping[str, str]) -> list[Rule]:
        """The rules that a query asks for; an empty value asks for nothing, an empty time is wrong.

        Raises ApiError (400) for what is no time, or no value that the filter knows.
        """
        rules = []
        for field, timed in self.by_time.items():
            bounds = times.bounds(query, field)
            if bounds != (None, None):
                rules.append(timed(state, bounds))
        for name, by_value in self.by_value.items():
            if query.get(name) or (name in query and name in self.never_empty):
                rules.append(by_value(state, query[name]))
        return rules


def _all(wanted: int | None) -> int | None:
    """No untouched object has to be looked at for an id that stands for nothing."""
    return 0 if wanted is None else None


def _names(field: str, others: str, number: str) -> ByValue:
    """`field` of a booking names an object of `others`; `number` tells its index."""

    def rule(state: AccountState, value: str) -> Rule:
        wanted = state.collections[others].index(value)
        number_of: Callable[[int], int | None] = getattr(state.world.bookings, number)
        return Rule(
            untouched=lambda index: wanted is not None and number_of(index) == wanted,
            changed=lambda _index, body: body.get(field) == value,
            high=_all(wanted),
        )

    return rule


def _of_page(field: str) -> ByValue:
    """The master page or event type of a booking, which its booking page tells."""

    def rule(state: AccountState, value: str) -> Rule:
        wanted = state.collections[field + "s"].index(value)
        pages, bookings = state.world.booking_pages, state.world.bookings
        number_of = pages.master_page if field == "master_page" else pages.event_type

        def untouched(index: int) -> bool:
            page = bookings.page(index)
            return page is not None and wanted is not None and number_of(page) == wanted

        return Rule(untouched, lambda _index, body: body.get(field) == value, high=_all(wanted))

    return rule


def _status(state: AccountState, value: str) -> Rule:
    bookings = state.world.bookings
    return Rule(
        lambda index: bookings.status(index) == value,
        lambda _index, body: body.get("status") == value,
    )


def _booking_host(state: AccountState, value: str) -> Rule:
    user, bookings = state.users.index(value), state.world.bookings
    return Rule(
        lambda index: user is not None and user in (bookings.owner(index), bookings.cohost(index)),
        lambda index, _body: value in state.hosts(index),
        high=_all(user),
    )


def _calendar_host(state: AccountState, value: str) -> Rule:
    calendars = state.world.booking_calendars
    return Rule(lambda index: calendars.host_id(index) == value)


def _page_owner(state: AccountState, value: str) -> Rule:
    wanted, pages = state.users.index(value), state.world.booking_pages
    return Rule(lambda index: pages.owner(index) == wanted)


def _page_master(state: AccountState, value: str) -> Rule:
    wanted, pages = state.master_pages.index(value), state.world.booking_pages
    return Rule(lambda index: wanted is not None and pages.master_page(index) == wanted)


def _page_type(state: AccountState, value: str) -> Rule:
    wanted, pages = state.event_types.index(value), state.world.booking_pages
    return Rule(lambda index: wanted is not None and pages.event_type(index) == wanted)


def _user_email(state: AccountState, value: str) -> Rule:
    if not is_email(value):
        raise invalid(f"Invalid email: {value}", "email")
    email, users = value.lower(), state.world.users
    return Rule(
        lambda index: users.email(index) == email,
        lambda _index, body: str(body["email"]).lower() == email,
    )


def _contact_email(state: AccountState, value: str) -> Rule:
    email = value.lower()
    # The address tells the index: nothing has to be searched.
    only = state.world.contacts.by_email(email)
    return Rule(
        untouched=lambda index: index == only,
        changed=lambda _index, body: str(body.get("email") or "").lower() == email,
        low=0 if only is None else only,
        high=0 if only is None else only + 1,
    )


def _team_member(state: AccountState, value: str) -> Rule:
    user = state.users.index(value)
    known = user is not None and state.users.exists(user)
    teams = state.users.body(user)["teams"] if user is not None and known else []
    return Rule(lambda index: state.world.teams.id(index) in teams)


def _recipient(state: AccountState, value: str) -> Rule:
    notifications = state.world.sms_notifications
    return Rule(lambda index: notifications.recipient(index) == value)


def _recipient_type(state: AccountState, value: str) -> Rule:
    if value not in ("contact", "user"):
        raise invalid(f"Invalid string: {value}", "recipient_type")
    notifications = state.world.sms_notifications
    return Rule(lambda index: notifications.recipient_type(index) == value)


BOOKINGS = Filters(
    by_value={
        "status": _status,
        "owner": _names("owner", "users", "owner"),
        "contact": _names("contact", "contacts", "contact"),
        "host": _booking_host,
        "booking_calendar": _names("booking_calendar", "booking_calendars", "calendar"),
        "booking_page": _names("booking_page", "booking_pages", "page"),
        "master_page": _of_page("master_page"),
        "event_type": _of_page("event_type"),
    },
    by_time={
        "creation_time": lambda state, wanted: times.creation_time(state.bookings, wanted),
        "starting_time": lambda state, wanted: times.moving_time(
            state.bookings, "starting_time", state.world.bookings.starting, LONGEST_LEAD, wanted
        ),
        "last_updated_time": lambda state, wanted: times.moving_time(
            state.bookings, "last_updated_time", state.world.bookings.updated, LONGEST_LEAD, wanted
        ),
    },
)
CONTACTS = Filters(
    by_value={"email": _contact_email},
    by_time={
        "creation_time": lambda state, wanted: times.creation_time(state.contacts, wanted),
        "last_updated_time": lambda state, wanted: times.moving_time(
            state.contacts, "last_updated_time", state.world.contacts.updated, LONGEST_LIFE, wanted
        ),
    },
)
BOOKING_CALENDARS = Filters({"host": _calendar_host})
BOOKING_PAGES = Filters(
    {"master_page": _page_master, "event_type": _page_type, "user": _page_owner}
)
USERS = Filters({"email": _user_email}, never_empty=frozenset({"email"}))
TEAMS = Filters({"user": _team_member})
SMS_NOTIFICATIONS = Filters(
    {"recipient": _recipient, "recipient_type": _recipient_type},
    {"creation_time": lambda state, wanted: times.creation_time(state.sms_notifications, wanted)},
    never_empty=frozenset({"recipient_type"}),
)
NONE = Filters()
