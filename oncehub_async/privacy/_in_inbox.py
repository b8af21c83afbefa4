"""A person in an inbox: the events that name them, and their bodies without them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from .._ground import dump_json, load_json, repeats_names
from ..sync import ErasedPeople
from ..webhooks import InspectedInbox, Selection, State, StoredEvent

_UNFINISHED = (State.PENDING, State.RUNNING, State.FAILED)
_OF_AN_EVENT = ("id", "object", "creation_time", "type", "api_version")
_OF_ITS_OBJECT = ("id", "object", "creation_time", "last_updated_time", "status")
_EVENTS_AT_ONCE = 500
_BOOKING = "BKNG-"


async def events_of_person(
    inbox: InspectedInbox, people: ErasedPeople
) -> AsyncIterator[tuple[StoredEvent, Mapping[str, Any]]]:
    """The events that name somebody, and what they said. Raises `InboxError`."""
    async for event, body in all_events(inbox):
        if is_named(people, body):
            yield event, body


async def all_events(
    inbox: InspectedInbox,
) -> AsyncIterator[tuple[StoredEvent, Mapping[str, Any]]]:
    """All events, and what they said; of one that can't be read, the text. Raises `InboxError`."""
    last: str | None = None
    while events := await inbox.received(float("-inf"), after=last, limit=_EVENTS_AT_ONCE):
        for event in events:
            yield event, _said(event.body)
        last = events[-1].id


def _said(body: bytes) -> Mapping[str, Any]:
    try:
        said = load_json(body)
        if isinstance(said, dict) and not repeats_names(body):
            return said
    except ValueError:
        pass
    # Letters of UTF-16 have a zero beside them.
    return {"data": body.replace(b"\0", b"").decode("utf-8", "replace")}


def is_named(people: ErasedPeople, body: Mapping[str, Any]) -> bool:
    """Whether an event names somebody."""
    data = body.get("data")
    is_booking = isinstance(data, Mapping) and str(data.get("id") or "").startswith(_BOOKING)
    if is_booking and isinstance(data, Mapping) and people.names_in("bookings", data):
        return True
    return people.is_in(body)


def body_without(people: ErasedPeople, body: Mapping[str, Any]) -> bytes | None:
    """The body that is to take its place; None where it stays."""
    if not is_named(people, body):
        return None
    data = body.get("data")
    treated: Any = data
    if isinstance(data, Mapping) and str(data.get("id") or "").startswith(_BOOKING):
        treated = people.redacted("bookings", data)
    made = {**body, "data": treated}
    if people.names_by_more_than_ids(made):
        # Of another shape, such as v1's or a conversation's: no more than what it is about.
        made = _chosen(body, _OF_AN_EVENT, people)
        if isinstance(data, Mapping):
            made["data"] = _chosen(data, _OF_ITS_OBJECT, people)
    return None if made == body else dump_json(made)


def _chosen(
    data: Mapping[str, Any], names: tuple[str, ...], people: ErasedPeople
) -> dict[str, Any]:
    found = {name: data[name] for name in names if isinstance(data.get(name), str)}
    return {name: each for name, each in found.items() if not people.is_in(each)}


async def unfinished_of(inbox: InspectedInbox, events: set[str]) -> set[str]:
    """Those of the events that some handler is still to get. Raises `InboxError`."""
    if not events:
        return set()
    entries = await inbox.entries(Selection(states=_UNFINISHED, events=events))
    return {each.event_id for each in entries}
