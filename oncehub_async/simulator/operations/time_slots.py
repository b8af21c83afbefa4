"""The free times of a booking calendar."""

from ..answers import Answer, invalid
from ..call import Call
from ..data.times import DAY, MINUTE, parse, with_milliseconds
from ..scheduling.time_slots import Host, Slot, Span, free_slots
from ..state import State
from .single import existing

_WEEK = 7 * DAY
_MOST = 30 * DAY
_ENDED = ("canceled", "no_show")


def time_slots(call: Call) -> Answer:
    """The slots from `start_time` (else now) to `end_time` (else a week later)."""
    call.refuse_unknown_parameters(frozenset({"start_time", "end_time"}))
    calendar = existing(call.state.booking_calendars, call.id)
    start = _instant(call, "start_time", call.now)
    end = _instant(call, "end_time", start + _WEEK)
    if end <= start:
        raise invalid("End time must be after the start time.", "end_time")
    if end - start > _MOST:
        raise invalid(
            "The difference between start_time and end_time must be less than or equal to 30 days.",
            "end_time",
        )
    refuse_unbookable(call.state, calendar, "Time slots cannot be retrieved", "from")
    slots = offered(call.state, calendar, max(start, call.now), end)
    return Answer(
        [
            {"start_time": with_milliseconds(slot.start), "locations": slot.locations}
            for slot in slots
        ]
    )


def refuse_unbookable(state: State, calendar: int, what: str, where: str) -> None:
    """Raise ApiError: 422 for an unpublished calendar, 402 when no host has a seat."""
    if not state.booking_calendars.body(calendar)["published"]:
        raise invalid(f"{what} {where} an unpublished booking calendar.", "id", 422)
    if not _seated(state, calendar):
        raise invalid(f"{what} when the host doesn't have a seat assigned.", status=402)


def offered(state: State, calendar: int, first: int, last: int) -> list[Slot]:
    """The free slots of a calendar that start from `first` to before `last`."""
    taken = _taken(state)
    hosts = [
        Host(
            state.world.users.id(user),
            state.users.body(user)["timezone"],
            state.schedules.of(user),
            taken.get(state.world.users.id(user), ()),
        )
        for user in _seated(state, calendar)
    ]
    return free_slots(hosts, state.world.booking_calendars.duration(calendar), first, last)


def _seated(state: State, calendar: int) -> list[int]:
    """The hosts (their indexes) of a calendar who can take a booking."""
    return [
        user
        for user in state.world.booking_calendars.hosts(calendar)
        if state.users.exists(user) and state.has_seat(user)
    ]


def _taken(state: State) -> dict[str, list[Span]]:
    """When each host has a meeting that was scheduled or reassigned here."""
    spans: dict[str, list[Span]] = {}
    bookings = state.bookings
    for index, hosts in bookings.hosts.items():
        body = bookings.body(index)
        start = parse(body["starting_time"])
        if body["status"] in _ENDED or start is None:
            continue
        span = (int(start), int(start) + body["duration_minutes"] * MINUTE)
        for host in hosts:
            spans.setdefault(host, []).append(span)
    return spans


def _instant(call: Call, param: str, default: int) -> int:
    text = call.query.get(param)
    if text is None:
        return default
    # "In full form", the vendor says: no bare dates here.
    instant = parse(text) if "T" in text.upper() else None
    if instant is None or not -_FARTHEST < instant < _FARTHEST:
        raise invalid(f"Invalid date: {text}", param)
    return int(instant)


# A calendar's days are counted in local time, which has to stay within what a date can hold.
_FARTHEST = 200_000_000_000_000
