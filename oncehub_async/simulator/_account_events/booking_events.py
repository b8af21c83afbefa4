"""What can happen to a booking, also what no operation of the API does.

The vendor tells when each event comes: https://help.oncehub.com/developers/api/#tag/webhook-events
"""

from typing import Any

from .._data.instants import DAY, MINUTE, parse, with_milliseconds, with_seconds
from .._data.kind import Body
from .._data.seeded import key, roll
from .._data.webhooks_data import EventType, NothingThere
from .._state import AccountState


def change(
    state: AccountState, what: EventType, index: int, body: Body, now: int, **fields: Any
) -> None:
    """Update booking `index`, whose `body` changes in place, and announce what happened to it."""
    body |= fields
    body["last_updated_time"] = with_milliseconds(now)
    state.bookings.put(index, body)
    state.announce(what, body["id"], now)


def hand_over(
    state: AccountState, index: int, body: Body, new_host: int, now: int, service: str | None = None
) -> None:
    """Give booking `index` to another host (a user's index), with another video service or not."""
    user = state.users.body(new_host)
    email, hosts = user["email"], state.hosts(index)
    if service:
        body.pop("location_description", None)
        body["virtual_conferencing"] = {
            "join_url": f"https://{service}.example/{body['id'].lower()}"
        }
    # The host comes first; the host's user may have been deleted meanwhile.
    guests = [one for one in body.get("attendees", [])[1:] if one != email]
    body["attendees"] = [email, *guests]
    body["external_calendar"] = {
        "type": "google",
        "name": email,
        "id": email,
        "event_id": f"reassigned{now:x}",
    }
    state.bookings.hosts[index] = (user["id"], *(one for one in hosts[1:] if one != user["id"]))
    change(state, "booking.reassigned", index, body, now)


_OPEN = ("requested", "scheduled", "rescheduled")
_MEETS = ("scheduled", "rescheduled")
STATUSES: dict[EventType, tuple[str, ...]] = {
    "booking.scheduled": ("requested",),
    "booking.rescheduled": _MEETS,
    "booking.reassigned": _MEETS,
    "booking.canceled_then_rescheduled": _OPEN,
    "booking.canceled_reschedule_requested": _OPEN,
    "booking.canceled": _OPEN,
    "booking.completed": _MEETS,
    "booking.no_show": (*_MEETS, "completed"),
}
"""Which statuses a booking can have before something happens to it."""
_BY_CUSTOMER = {"reason": "Change in schedule", "actioned_by": "customer"}
_QUARTER = 15 * MINUTE


def befall(state: AccountState, what: EventType, index: int, now: int) -> None:
    """Let `what` happen to booking `index`. Raises ValueError if its status forbids that."""
    body = state.bookings.body(index)
    if body["status"] not in STATUSES[what]:
        can = " or ".join(STATUSES[what])
        raise ValueError(f"{what}: booking {body['id']} is {body['status']}, not {can}")
    if what == "booking.reassigned":
        hand_over(state, index, body, _another_host(state, index), now)
    else:
        change(state, what, index, body, now, **_changes(what, index, body, now))


def book(state: AccountState, now: int) -> str:
    """Make a booking like the account's others, of a time to come. Its id."""
    kind = state.world.bookings

    def build(index: int) -> Body:
        body = kind.make(index)
        lead = kind.starting(index) - kind.created(index)
        for field in ("creation_time", "last_updated_time"):
            body[field] = with_milliseconds(now)
        for field in ("cancel_reschedule_information", "rescheduled_booking_id"):
            body.pop(field, None)
        starting_time = with_seconds((now + lead) // _QUARTER * _QUARTER)
        return body | {"status": "scheduled", "starting_time": starting_time, "in_trash": False}

    made = str(state.bookings.add(now, build)["id"])
    state.announce("booking.scheduled", made, now)
    return made


def find(state: AccountState, statuses: tuple[str, ...], throw: int) -> int | None:
    """Some booking (its index) with one of these statuses, None if there is none.

    Those that had ended long before the clock started are not looked at.
    """
    bookings, kind = state.bookings, state.world.bookings
    candidates = range(kind.first_open, bookings.end)
    first = roll(key(state.account.seed, "happenings"), throw) % max(len(candidates), 1)
    for place in range(len(candidates)):
        index = candidates[(first + place) % len(candidates)]
        changed = bookings.changed.get(index)
        status = kind.status(index) if changed is None else changed["status"]
        if status in statuses and bookings.exists(index):
            return index
    return None


def _changes(what: EventType, index: int, body: Body, now: int) -> dict[str, Any]:
    match what:
        case "booking.rescheduled":
            # On the same page the booking stays the same one, at another time.
            first = max(now, int(parse(body["starting_time"]) or 0)) // _QUARTER * _QUARTER
            return {
                "status": "rescheduled",
                "starting_time": with_seconds(first + (1 + index % 7) * DAY),
                "cancel_reschedule_information": dict(_BY_CUSTOMER),
            }
        case "booking.canceled" | "booking.canceled_then_rescheduled":
            return {
                "status": "canceled",
                "cancel_reschedule_information": dict(_BY_CUSTOMER),
            }
        case "booking.canceled_reschedule_requested":
            by_user = {"reason": "", "actioned_by": "user", "user_id": body["owner"]}
            return {"status": "canceled", "cancel_reschedule_information": by_user}
        case _:
            return {"status": what.partition(".")[2]}


def _another_host(state: AccountState, index: int) -> int:
    hosts = state.hosts(index)
    for user in state.users.indexes():
        body = state.users.body(user)
        if body["status"] == "active" and state.has_seat(user) and body["id"] not in hosts:
            return user
    raise NothingThere("booking.reassigned: the account has no other active user with a seat")
