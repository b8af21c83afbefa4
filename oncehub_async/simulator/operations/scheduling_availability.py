"""Reading and changing when a user can be booked."""

from ..answers import Answer, invalid
from ..call import Call
from ..data.times import parse_date, to_datetime
from .single import existing

_RANGE = ("overrides_start_time", "overrides_end_time")


def get_availability(call: Call) -> Answer:
    """The weekly hours, and the overrides of the dates from the one to the other."""
    call.refuse_unknown_parameters(frozenset(_RANGE))
    for name in _RANGE:
        if name in call.query and parse_date(call.query[name]) is None:
            raise invalid(f"Invalid date format for {name}. Expected format: YYYY-MM-DD", name)
    user = existing(call.state.users, call.id)
    timezone = call.state.users.body(user)["timezone"]
    first, last = (call.query.get(name) for name in _RANGE)
    if first and last and first > last:
        raise invalid(
            "overrides_start_time cannot be later than overrides_end_time", "overrides_start_time"
        )
    return Answer(call.state.schedules.of(user).shown(timezone, first, last))


def update_availability(call: Call) -> Answer:
    """Replaces whole days and whole dates, and deletes the dates that are set to null."""
    state = call.state
    user = existing(state.users, call.id)
    today = to_datetime(call.now).date()
    conferencing = state.schedules.conferencing(user)[0]
    schedule = state.schedules.of(user).merged(call.fields(), today, conferencing)
    state.schedules.put(user, schedule)
    return Answer(schedule.shown(state.users.body(user)["timezone"]))
