"""Erases a person wherever they are: first what was made of the account, then the contact there.

The contact comes last: by it text messages are found, so that after an end in the middle the same
call still finds whatever is left.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import attrs

from .._client import OnceHub
from .._ground import Clock
from ..errors import DeletedObjectError, NotFoundError
from ..export import rewrite_export
from ..sync import (
    ErasedPeople,
    Person,
    erase_rows,
    reading,
    rows_to_erase,
    with_digests,
)
from ..webhooks import opened_inbox
from ._at_oncehub import ACCOUNT, objects_at_oncehub
from ._by_hand import by_hand
from ._in_inbox import all_events, body_without, unfinished_of
from ._person_data import PlaceKind
from ._person_export import known_person, shown_inbox
from ._person_places import PersonPlaces, in_folder


@attrs.frozen
class ErasedAt:
    """What was erased in one place, or would be."""

    place: str
    kind: PlaceKind
    counts: Mapping[str, int]
    """Objects by table or file; of an inbox, bodies of events."""
    unfinished: Sequence[str] = ()
    """Ids of events that are not erased: handlers are still to get them."""

    @property
    def count(self) -> int:
        """How many objects."""
        return sum(self.counts.values())


@attrs.frozen
class PersonErasure:
    """What was erased of a person, or would be."""

    applied: bool
    """False for a dry run."""
    places: Sequence[ErasedAt]
    by_hand: Sequence[str]
    """What remains to be done in OnceHub's web application and elsewhere."""

    @property
    def count(self) -> int:
        """How many objects, in all places."""
        return sum(each.count for each in self.places)

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Ids of events that are not erased."""
        return tuple(event for each in self.places for event in each.unfinished)


async def erase_person(
    email: str,
    places: PersonPlaces,
    *,
    apply: bool = False,
    on_erased: Callable[[ErasedAt], None] | None = None,
) -> PersonErasure:
    """Erase a person in these places; without `apply`, tell what would be.

    `on_erased` is told of each place that is done with, before another one can fail.

    - Databases: the columns of the person's rows in which a person can be are blanked, in others'
      rows what names them. A keyed hash of who they are keeps them out of later syncs. Nothing of
      it stays in the database's files, as far as the database can see to that.
    - Exports: the files are written anew, and their manifests with them.
    - Inboxes: the bodies of finished events get others in their place.
    - OnceHub: the contact is deleted. What else is there is to be deleted by hand.

    Each step is whole or not at all, and the same call finishes what was interrupted.

    Raises as `export_person` does, and `DatabaseBusyError` and `InvalidParameterError` where a sync
    or an export is at work in one of the places.
    """
    person = await known_person(email, places)
    people = ErasedPeople.of(secrets.token_hex()).with_person(person)
    clock = Clock() if places.oncehub is None else places.oncehub.clock
    bookings: set[str] = set()
    if places.oncehub is not None:
        found = objects_at_oncehub(places.oncehub, person, people, whole_account=False)
        bookings = {str(item.get("id")) async for name, item in found if name == "bookings"}
    done: list[ErasedAt] = []

    def erased(place: ErasedAt) -> ErasedAt:
        if apply and on_erased is not None:
            on_erased(place)
        return place

    for url in places.databases:
        done.append(erased(await _in_database(url, person, places.key, clock, apply=apply)))
    for folder in places.exports:
        done.append(erased(await _in_export(Path(folder), people, apply=apply)))
    for inbox in places.inboxes:
        done.append(erased(await _in_inbox(inbox, people, apply=apply)))
    if places.oncehub is not None:
        done.insert(0, erased(await _at_oncehub(places.oncehub, person, apply=apply)))
    return PersonErasure(apply, done, by_hand(bookings))


async def _in_database(
    url: str | Path, person: Person, hash_key: str | None, clock: Clock, *, apply: bool
) -> ErasedAt:
    async with reading(url) as reader:
        shown, known = reader.shown, await with_digests(reader, person, hash_key)
        if not apply:
            return ErasedAt(shown, PlaceKind.DATABASE, await rows_to_erase(reader, known))
    return ErasedAt(shown, PlaceKind.DATABASE, await erase_rows(url, known, clock.date()))


async def _in_export(folder: Path, people: ErasedPeople, *, apply: bool) -> ErasedAt:
    with in_folder(folder):
        counts = await asyncio.to_thread(rewrite_export, folder, people.redacted, apply=apply)
    return ErasedAt(str(folder), PlaceKind.EXPORT, counts)


async def _in_inbox(place: str, people: ErasedPeople, *, apply: bool) -> ErasedAt:
    async with opened_inbox(place) as inbox:
        bodies: dict[str, bytes] = {}
        async for event, said in all_events(inbox):
            body = body_without(people, said)
            if body is not None:
                bodies[event.id] = body
        unfinished = await unfinished_of(inbox, {*bodies})
        finished = {*bodies} - unfinished
        if apply:
            finished = {*await inbox.rewrite(bodies)}
    counts = {"events": len(finished)} if finished else {}
    left = tuple(sorted({*bodies} - finished))
    return ErasedAt(shown_inbox(place), PlaceKind.INBOX, counts, left)


async def _at_oncehub(oncehub: OnceHub, person: Person, *, apply: bool) -> ErasedAt:
    count = 0
    for contact in sorted(person.ids):
        # Merged or deleted meanwhile, or known from an older export.
        with suppress(NotFoundError, DeletedObjectError):
            await oncehub.contacts.get(contact)
            count += 1
            if apply:
                await oncehub.contacts.delete(contact)
    return ErasedAt(ACCOUNT, PlaceKind.ACCOUNT, {"contacts": count} if count else {})
