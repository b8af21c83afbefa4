"""What an inbox knows of bookings, and when its events came."""

from .._changed_bookings import BookingState, is_caught_up, state_of
from .._envelope import parse_whole
from .._event_names import BOOKING, family
from .._inbox import StoredEvent
from .._inbox.interface import InspectedInbox
from .._webhook_errors import EnvelopeError
from .silences import Silences


class KnownBookings:
    """The newest state of each booking that an inbox has an event of."""

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

    def newest(self, booking: str) -> BookingState | None:
        """The newest state that is known of a booking."""
        return self._newest.get(booking)

    def _add(self, event: StoredEvent) -> None:
        if not is_caught_up(event.id):
            self.silences.add(event.received)
        state = _state_in(event)
        if state is None:
            return
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
