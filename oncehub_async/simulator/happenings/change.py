"""Changing a booking so that whoever wants to know learns of it."""

from typing import Any

from ..data.kind import Body
from ..data.times import with_milliseconds
from ..data.webhooks import EventType
from ..state import State


def change(state: State, what: EventType, index: int, body: Body, now: int, **fields: Any) -> None:
    """Update booking `index`, whose `body` changes in place, and announce what happened to it."""
    body |= fields
    body["last_updated_time"] = with_milliseconds(now)
    state.bookings.put(index, body)
    state.announce(what, body["id"], now)


def hand_over(
    state: State, index: int, body: Body, new_host: int, now: int, service: str | None = None
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
