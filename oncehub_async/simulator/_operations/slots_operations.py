"""The free times of a booking calendar."""

import asyncio
from collections.abc import Iterator

from .._data.instants import DAY, MINUTE, parse, with_milliseconds
from .._scheduling.free_slots import Host, Slot, as_in_april, free_slots
from .._service_answers import SimulatedAnswer, invalid
from .._simulator_call import Call
from .._state import AccountState
from .single_objects import existing

_WEEK = 7 * DAY
_MOST = 30 * DAY


async def time_slots(call: Call) -> SimulatedAnswer:
    """The slots from `start_time` (else now) to `end_time` (else a week later).

    With several hosts (a team) a time is free when one of them is; the first of those takes it.
    """
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
    first, duration = max(start, call.now), call.state.world.booking_calendars.duration(calendar)
    slots: dict[int, Slot] = {}
    for host in hosts(call.state, calendar, first, end):
        for slot in free_slots(host, duration, first, end):
            slots.setdefault(slot.start, slot)
        # A team may be large: others get their turn in between.
        await asyncio.sleep(0)
    shown = (lambda one: one) if call.state.service.addresses_in_slots else as_in_april
    return SimulatedAnswer(
        [
            {
                "start_time": with_milliseconds(start),
                "locations": [shown(one) for one in slots[start].locations],
            }
            for start in sorted(slots)
        ]
    )


def refuse_unbookable(state: AccountState, calendar: int, what: str, where: str) -> None:
    """Raise ApiError: 422 for an unpublished calendar, 402 when no host has a seat."""
    if not state.booking_calendars.body(calendar)["published"]:
        raise invalid(f"{what} {where} an unpublished booking calendar.", "id", 422)
    if not state.seated(calendar):
        raise invalid(f"{what} when the host doesn't have a seat assigned.", status=402)


def hosts(state: AccountState, calendar: int, first: int, last: int) -> Iterator[Host]:
    """Who can take a booking of a calendar that starts from `first` to before `last`."""
    duration = state.world.booking_calendars.duration(calendar) * MINUTE
    for user in state.seated(calendar):
        name = state.world.users.id(user)
        yield Host(
            name,
            state.users.body(user)["timezone"],
            state.schedules.of(user),
            state.meetings.of(name, first, last + duration),
        )


def _instant(call: Call, param: str, default: int) -> int:
    text = call.query.get(param)
    # The document's default for these is an empty text.
    if not text:
        return default
    # "In full form", the vendor says: no bare dates here.
    instant = parse(text) if "T" in text.upper() else None
    if instant is None:
        raise invalid(f"Invalid date: {text}", param)
    return int(instant)
