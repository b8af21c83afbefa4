"""Events for what changed while nobody listened, found by the API and put into the inbox."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import attrs

from ..._client import Resources
from ..._ground import EARLIEST, WallClock, checks, dump_any_json, fields, from_unix, time_text
from ...errors import InvalidParameterError
from .._changed_bookings import CHANGED, BookingState, is_known, state_of, type_of
from .._event_names import matches
from .._inbox import StoredEvent
from .._inbox.interface import AcceptingInbox, InspectedInbox
from .known_bookings import BookingRecords, KnownBookings
from .silences import OVERLAP, Silences

logger = logging.getLogger("oncehub_async.webhooks")

NamesFor = Callable[[str], Sequence[str]]
"""The names of handlers that ask for events of a type."""

_PUT_AT_ONCE = 100
_EXPANDED = ("conversation", "booking_page", "master_page", "event_type")
"""What OnceHub expands in a booking that it delivers."""


class CaughtUpInbox(AcceptingInbox, InspectedInbox, Protocol):
    """An inbox into which events can be put, and that shows those that it has."""


@attrs.frozen(kw_only=True)
class CaughtUp:
    """What `Receiver.catch_up` found.

    Bookings that changed after `since` are `known`, if their event is there; `silent` where
    OnceHub sends none, since they wait for approval; `missing`, by the type of the event that was
    put for them; or `unreadable`, without an id or a time. In a `dry_run` nothing was put.
    """

    since: datetime
    known: int
    silent: int
    unreadable: int
    missing: Mapping[str, int]
    unhandled: Mapping[str, int]
    """Those of `missing` that no handler that is known asks for, by type."""
    dry_run: bool

    @property
    def changed(self) -> int:
        """How many bookings changed."""
        return self.known + self.silent + self.unreadable + sum(self.missing.values())


def _shown(moment: float) -> str:
    return time_text(from_unix(moment) or EARLIEST)


@attrs.frozen
class _Missed:
    """A booking as the API shows it, and what has to be known of it."""

    state: BookingState
    booking: Mapping[str, Any] = attrs.field(repr=False)


async def catch_up(
    oncehub: Resources,
    inbox: CaughtUpInbox,
    *,
    since: datetime | None = None,
    records: BookingRecords | None = None,
    dry_run: bool = False,
    clock: WallClock | None = None,
) -> CaughtUp:
    """As `Receiver.catch_up`, from beside a receiver: for the handlers that the inbox knows.

    `inbox` is open (see `shared_inbox`); `since` is aware. Raises `InvalidParameterError`,
    `RequestError` and `InboxError`.
    """
    known = await inbox.handlers()

    def names_for(type: str) -> Sequence[str]:
        return [each.name for each in known if each.types and matches(each.types, type)]

    runner = CatchUp(oncehub, inbox, names_for, records=records, dry_run=dry_run)
    return await runner.run((clock or WallClock()).now(), since)


class CatchUp:
    """Catches up once."""

    def __init__(
        self,
        oncehub: Resources,
        inbox: CaughtUpInbox,
        names_for: NamesFor,
        *,
        records: BookingRecords | None = None,
        dry_run: bool,
    ) -> None:
        self._oncehub, self._inbox, self._names_for = oncehub, inbox, names_for
        self._records, self._dry_run = records, dry_run
        self._counts: Counter[str] = Counter()
        self._missing: Counter[str] = Counter()
        self._unhandled: Counter[str] = Counter()

    async def run(self, now: float, since: datetime | None) -> CaughtUp:
        """Find what is missing and put it. `now`: Unix seconds."""
        known = KnownBookings(self._inbox, Silences(now, self._inbox.memory))
        await known.read()
        begin, until = self._begin(known.silences, now, since), None
        if self._records is not None:
            up_to, first = (await self._records.up_to()).timestamp(), known.silences.first
            if since is None and (first is None or first > up_to):
                self._refuse_what_says_too_little(now, up_to, first)
                begin = from_unix(up_to - OVERLAP) or EARLIEST
            else:
                until = begin
        missed = await self._changed(begin, known, until)
        # Of a booking it is the last change that counts; of all, what happened first comes first.
        missed.sort(key=lambda each: each.state.updated)
        for start in range(0, len(missed), _PUT_AT_ONCE):
            await known.read()  # what has come meanwhile
            await self._put(missed[start : start + _PUT_AT_ONCE], known, begin, now)
        report = CaughtUp(
            since=begin,
            known=self._counts["known"],
            silent=self._counts["silent"],
            unreadable=self._counts["unreadable"],
            missing=dict(self._missing),
            unhandled=dict(self._unhandled),
            dry_run=self._dry_run,
        )
        _log(report)
        return report

    def _refuse_what_says_too_little(self, now: float, up_to: float, first: float | None) -> None:
        """Records by which something would be left out, or handled again."""
        if up_to > now + OVERLAP:
            raise InvalidParameterError(
                "records",
                f"have all changes until {_shown(up_to)}, which is still to come: a clock is "
                "wrong; set it and sync anew, or name a time (since)",
            )
        memory = self._inbox.memory
        # One that is in use for longer has an event about as old as it remembers.
        if memory and up_to < now - memory and first is not None and first < now - memory / 2:
            raise InvalidParameterError(
                "records",
                f"have all changes until {_shown(up_to)} only, and the inbox remembers "
                f"{memory / checks.DAY:.0f} days (keep): what it has forgotten would be handled "
                "again; name a later time (since)",
            )

    def _begin(self, silences: Silences, now: float, since: datetime | None) -> datetime:
        usual = silences.since()
        if since is None:
            return from_unix(usual) or EARLIEST
        begin, memory = checks.aware(since, "since").timestamp(), self._inbox.memory
        if not silences.is_empty and memory and begin < min(usual, now - memory):
            raise InvalidParameterError(
                "since",
                f"the inbox remembers {memory / checks.DAY:.0f} days (keep), and what it has "
                "forgotten would be handled again: name a later time",
            )
        return since

    async def _changed(
        self, since: datetime, known: KnownBookings, until: datetime | None
    ) -> list[_Missed]:
        """Bookings whose last change has no event; of records, what was written until then."""
        listing = self._oncehub.bookings.list(last_updated_time_gt=since, expand=_EXPANDED)
        missed: dict[str, _Missed] = {}
        async for booking in listing.raw():
            state = state_of(booking)
            if state is None:
                self._counts["unreadable"] += 1
            else:
                # Lists that change while they are read can show a booking twice.
                missed[state.booking] = _Missed(state, booking)
        if self._records is not None:
            await known.read_records(self._records, missed, until)
        return [each for each in missed.values() if not self._is_settled(each, known, since)]

    def _is_settled(self, missed: _Missed, known: KnownBookings, since: datetime) -> bool:
        newest = known.newest(missed.state.booking)
        if is_known(missed.state, newest):
            self._counts["known"] += 1
        elif _type_of(missed.state, known, since) is None:
            self._counts["silent"] += 1
        else:
            return False
        return True

    async def _put(
        self, some: Sequence[_Missed], known: KnownBookings, since: datetime, now: float
    ) -> None:
        events = []
        for each in some:
            if not self._is_settled(each, known, since):
                told = _type_of(each.state, known, since) or CHANGED
                events.append(_event(each, told, now))
        puts = [self._put_one(event) for event in events]
        for event, is_new in zip(events, await asyncio.gather(*puts), strict=True):
            if is_new:
                self._missing[event.type] += 1
                if not self._names_for(event.type):
                    self._unhandled[event.type] += 1
            else:
                self._counts["known"] += 1

    async def _put_one(self, event: StoredEvent) -> bool:
        return self._dry_run or await self._inbox.put(event, self._names_for(event.type))


def _type_of(state: BookingState, known: KnownBookings, since: datetime) -> str | None:
    return type_of(state, known.newest(state.booking), round(since.timestamp() * 1_000))


def _event(missed: _Missed, type: str, now: float) -> StoredEvent:
    state = missed.state
    happened = state.updated / 1_000
    time = from_unix(happened) or EARLIEST
    body = {
        "id": state.event_id,
        "object": "event",
        "creation_time": time_text(time),
        "type": type,
        "api_version": "v2",
        "data": missed.booking,
    }
    return StoredEvent(
        id=state.event_id,
        type=type,
        subject=state.booking,
        creation_time=happened,
        received=now,
        body=dump_any_json(body),
    )


def _log(report: CaughtUp) -> None:
    put = sum(report.missing.values())
    logger.info(
        "caught up since %s: %d bookings changed, %d events were missing%s",
        time_text(report.since),
        report.changed,
        put,
        "; nothing was put (dry_run)" if report.dry_run else "",
        extra=fields(count=put),
    )
