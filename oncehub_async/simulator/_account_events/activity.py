"""What happens by itself while the simulator's clock runs."""

import asyncio
from math import log

import attrs

from ..._ground import checks
from .._data.seeded import key, pick, roll
from .._data.webhooks_data import AccountEvent, EventType, NothingThere
from .._scheduling.meetings import meeting
from .._simulated_clock import Agenda, SimulatedClock, stop
from .._state import AccountState
from .booking_events import STATUSES, befall
from .let_happen import happen

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
