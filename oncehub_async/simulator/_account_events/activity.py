"""What happens to bookings and conversations: because somebody says so, or by itself."""

import asyncio
from math import log

import attrs

from ..._ground import checks, did_you_mean
from .._data.seeded import key, pick, roll
from .._data.webhooks_data import EVENT_TYPES, AccountEvent, EventType, NothingThere
from .._scheduling.meetings import meeting
from .._simulated_clock import Agenda, SimulatedClock, stop
from .._state import AccountState
from .booking_events import STATUSES, befall, book, find
from .conversation_events import BEGINNINGS


def happen(state: AccountState, type: str, id: str | None, now: int) -> str:
    """Let `type` happen now; the id of the booking or conversation to which it happened.

    Raises ValueError for what can't happen, KeyError for an id that isn't there, and LookupError
    if nothing is there to which it could happen.
    """
    if type not in EVENT_TYPES:
        raise ValueError(f"type: {type!r} is no event; {did_you_mean(type, EVENT_TYPES)}")
    if type.startswith("booking."):
        return _to_booking(state, type, id, now)
    return _to_conversation(state, type, id, now)


def _to_booking(state: AccountState, what: EventType, id: str | None, now: int) -> str:
    if id is not None:
        index = state.bookings.index(id)
        if index is None or not state.bookings.exists(index):
            raise KeyError(id)
    elif what == "booking.scheduled":
        return book(state, now)
    else:
        index = find(state, STATUSES[what], state.announced)
        if index is None:
            can = " or ".join(STATUSES[what])
            raise NothingThere(f"{what}: no booking is {can}; name one, or let one be scheduled")
    befall(state, what, index, now)
    return state.bookings.kind.id(index)


def _to_conversation(state: AccountState, what: EventType, id: str | None, now: int) -> str:
    conversations = state.conversations
    if id is None and what in BEGINNINGS:
        found = conversations.begin(what, now)
    else:
        named = conversations.oldest() if id is None else id
        if named is None:
            raise NothingThere(f"{what}: no conversation is open; let one be started")
        conversations.go_on(named, what, now)
        found = named
    state.announce(what, found, now)
    conversations.forget_ended(found)
    return found


_HOUR = 3_600.0
_USUAL: tuple[EventType, ...] = (
    *("booking.scheduled",) * 8,
    *("booking.rescheduled",) * 2,
    *("booking.canceled",) * 2,
    "booking.reassigned",
    "booking.canceled_then_rescheduled",
    "booking.canceled_reschedule_requested",
    "booking.no_show",
    *("conversation.reached_out",) * 2,
    *("conversation.started",) * 3,
    *("conversation.closed",) * 5,
    "conversation.abandoned",
)


@attrs.frozen(kw_only=True)
class Activity:
    """The account is in use: bookings are completed when their time is over, and others are made.

    `per_hour` is how much else happens in an hour of the simulator's clock, at random moments:
    bookings are scheduled, rescheduled, reassigned, canceled and missed, conversations begin and
    end. What happens is the same for the same seed of the account.
    """

    per_hour: float = attrs.field(default=60.0, validator=checks.SECONDS_OR_NONE)


class Business:
    """Carries an activity out."""

    def __init__(self, state: AccountState, face: SimulatedClock, activity: Activity) -> None:
        self._state, self._face, self._activity = state, face, activity
        # A booking (its index) and when it ends, None for anything else that happens.
        self._agenda: Agenda[tuple[int, int] | None] = Agenda(face)
        self._moment, self._what = (
            key(state.account.seed, "activity", word) for word in ("moment", "what")
        )
        self._happened = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, now."""
        for index in range(self._state.world.bookings.first_open, self._state.bookings.end):
            self._expect(index)
        if self._activity.per_hour:
            self._agenda.add(self._face.seconds() + self._pause(), None)
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Let nothing happen any more."""
        await stop(self._task)

    def observe(self, happening: AccountEvent) -> None:
        """A booking can have a new end."""
        index = self._state.bookings.index(happening.id)
        if index is not None:
            self._expect(index)

    async def _run(self) -> None:
        while True:
            ending = await self._agenda.next()
            if ending is None:
                self._let_something_happen()
                self._agenda.add(self._face.seconds() + self._pause(), None)
            else:
                self._complete(*ending)
            # However much has come due meanwhile: others have their turn, too.
            await asyncio.sleep(0)

    def _expect(self, index: int) -> None:
        end = self._end(index)
        if end is not None:
            self._agenda.add(self._face.seconds_at(end), (index, end))

    def _complete(self, index: int, end: int) -> None:
        # It may have been called off or put off since its end was expected now.
        if self._end(index) == end:
            # A fast clock's seconds are so many that their fractions are rounded.
            now = max(end, self._face.milliseconds())
            befall(self._state, "booking.completed", index, now)

    def _end(self, index: int) -> int | None:
        """When a meeting ends that takes place."""
        found = meeting(self._state.world.bookings, self._state.bookings, index)
        takes_place = found is not None and found.status in STATUSES["booking.completed"]
        return found.end if found is not None and takes_place else None

    def _let_something_happen(self) -> None:
        what = pick(self._what, self._happened, _USUAL)
        now = self._face.milliseconds()
        try:
            happen(self._state, what, None, now)
        except NothingThere:
            happen(self._state, "booking.scheduled", None, now)

    def _pause(self) -> float:
        """How long nothing happens, in seconds of the clock: as often as not less than average."""
        self._happened += 1
        share = (roll(self._moment, self._happened) + 1) / 2**64
        return -log(share) * _HOUR / self._activity.per_hour
