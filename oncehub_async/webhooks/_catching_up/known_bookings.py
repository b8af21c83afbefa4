"""What an inbox knows of bookings, and when its events came; and what others know of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from .._changed_bookings import BookingState, is_caught_up, state_of
from .._envelope import parse_whole
from .._event_names import BOOKING, family
from .._inbox import StoredEvent
from .._inbox.interface import InspectedInbox
from .._webhook_errors import EnvelopeError
from .silences import Silences


class BookingRecords(Protocol):
    """What knows of bookings beside an inbox, such as `oncehub_async.sync.SyncedBookings`."""

    async def up_to(self) -> datetime:
        """Until when it has all changes."""
        ...

    async def bookings(self, ids: Sequence[str]) -> Iterable[tuple[datetime, Mapping[str, Any]]]:
        """Those of these bookings that it has, as JSON data, each with when it was written as it
        is. Of the data, `id`, `status`, `owner`, `in_trash` and the times of creation, start and
        last update are looked at.
        """
        ...


class KnownBookings:
    """The newest state of each booking that an inbox has an event of, or that records have."""

    def __init__(self, inbox: InspectedInbox, silences: Silences) -> None:
        self.silences = silences
        self._inbox = inbox
        self._newest: dict[str, BookingState] = {}
        self._last: str | None = None

    async def read(self) -> None:
        """Take in all events that have come since the last time. Raises `InboxError`."""
        while events := await self._inbox.received(0.0, after=self._last):
            for each in events:
                self._add(each)
            self._last = events[-1].id

    async def read_records(
        self, records: BookingRecords, bookings: Iterable[str], until: datetime | None
    ) -> None:
        """Take in what records had of bookings, before a time if one is given: what was written
        later may be what no event told of. Raises what the records raise.
        """
        for written, data in await records.bookings(sorted(bookings)):
            state = state_of(data)
            if state is not None and (until is None or written <= until):
                self._take(state)

    def newest(self, booking: str) -> BookingState | None:
        """The newest state that is known of a booking."""
        return self._newest.get(booking)

    def _add(self, event: StoredEvent) -> None:
        if not is_caught_up(event.id):
            self.silences.add(event.received)
        state = _state_in(event)
        if state is not None:
            self._take(state)

    def _take(self, state: BookingState) -> None:
        newest = self._newest.get(state.booking)
        if newest is None or state.updated >= newest.updated:
            self._newest[state.booking] = state


def _state_in(event: StoredEvent) -> BookingState | None:
    if family(event.type) != BOOKING:
        return None
    try:
        data = parse_whole(event.body).get("data")
    except EnvelopeError:  # the inbox is damaged: who handles it finds out
        return None
    return state_of(data) if isinstance(data, dict) else None
