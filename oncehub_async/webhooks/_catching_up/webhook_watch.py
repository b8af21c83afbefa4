"""A watch over webhooks: whether events still come when bookings change."""

import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from datetime import datetime

import attrs

from ..._client import Resources
from ..._ground import (
    EARLIEST,
    WallClock,
    checked_hook,
    checks,
    fields,
    from_unix,
    tell_hook,
    time_text,
)
from ...errors import OnceHubError
from ...models import Webhook
from .._changed_bookings import (
    CHANGED,
    BookingState,
    is_known,
    must_have_been_sent,
    state_of,
    type_of,
)
from .._event_names import matches
from .._inbox.interface import InspectedInbox
from .._webhook_errors import told
from .known_bookings import KnownBookings
from .silences import Silences

logger = logging.getLogger("oncehub_async.webhooks")

EVERY = 15 * checks.MINUTE
PATIENCE = 30 * checks.MINUTE
_FIRST_LOOK_BACK = checks.DAY
_CLOCKS_DIFFER = 5 * checks.MINUTE
_CANCELLATIONS = (
    "booking.canceled",
    "booking.canceled_then_rescheduled",
    "booking.canceled_reschedule_requested",
)


@attrs.frozen(kw_only=True)
class WebhookLook:
    """One look of a `WebhookWatch`."""

    at: datetime
    changed: int
    """How many bookings changed for which an event must have been sent, and should be here."""
    missing: int
    """Of how many of them it isn't."""
    missing_since: datetime | None
    """When the first of these changed."""
    is_silent: bool
    """Whether events don't come: the webhook is off, gone or leads elsewhere, as far as is known.
    It stays so until one comes."""
    error: str | None = None
    """Why nothing could be found out this time."""


LookHook = Callable[[WebhookLook], object]
"""Called in the event loop after a look; it has to be quick."""


class WebhookWatch:
    """Finds out that a webhook is off, which OnceHub tells nobody.

        async with receiver, OnceHub() as oncehub:
            watch = WebhookWatch(oncehub, receiver.inbox, on_silence=page_somebody)
            async for look in watch.looks():
                ...

    Every `every` seconds it asks (one request) which bookings changed; where one changed more than
    `patience` seconds ago in a way of which OnceHub sends an event, and the inbox hasn't got it,
    events don't come. That is told in the log, and to `on_silence`, once for each silence.
    `on_look` is told of each look.

    The first look judges the last day, as far as the inbox goes back; without any event in it,
    what changes from then on. What no webhook of the account is to tell of isn't missed (one more
    request, where something seems to be). What waits for approval sends no event, nor does what is
    only put into the trash.

    Raises `ConfigurationError` and `InvalidParameterError` for settings that can't work.
    """

    def __init__(
        self,
        oncehub: Resources,
        inbox: InspectedInbox,
        *,
        every: float = EVERY,
        patience: float = PATIENCE,
        on_silence: LookHook | None = None,
        on_look: LookHook | None = None,
        clock: WallClock | None = None,
    ) -> None:
        self._oncehub = oncehub
        self._every = checks.seconds(every, "every")
        self._patience = checks.seconds(patience, "patience")
        self._on_silence = checked_hook(on_silence, "on_silence")
        self._on_look = checked_hook(on_look, "on_look")
        self._clock = WallClock() if clock is None else checks.wall_clock(clock)
        self._known = KnownBookings(inbox, Silences(self._clock.now(), 0.0))
        self._started = self._clock.now()
        self._judged: float | None = None
        self._silent_since: float | None = None

    async def looks(self) -> AsyncGenerator[WebhookLook, None]:
        """Look now, and again every so many seconds, for as long as it is iterated."""
        while True:
            yield await self.look()
            await self._clock.sleep(self._every)

    async def look(self) -> WebhookLook:
        """Look once. What fails (the API, the inbox) is in `WebhookLook.error`."""
        now = self._clock.now()
        try:
            changed, missing = await self._judge(now)
        except OnceHubError as error:
            logger.warning(
                "whether events come can't be told at the moment: %s",
                told(error),
                extra=fields(error_type=type(error).__name__),
            )
            look = self._look(now, [], [], told(error))
        else:
            look = self._look(now, changed, missing, None)
            self._note_silence(now, look)
            look = attrs.evolve(look, is_silent=self._silent_since is not None)
        tell_hook(self._on_look, look, "on_look")
        return look

    async def _judge(self, now: float) -> tuple[list[BookingState], list[BookingState]]:
        """What must have been told by now, and what of it wasn't."""
        end = now - self._patience
        await self._known.read()
        begin = self._begin(now)
        if begin >= end:
            return [], []
        listing = self._oncehub.bookings.list(
            last_updated_time_gt=from_unix(begin), last_updated_time_lt=from_unix(end)
        )
        page = await listing.raw().first_page()
        states = [state for each in page if (state := state_of(each)) is not None]
        since = round(begin * 1_000)
        sent = [each for each in states if self._was_sent(each, since)]
        missing = [each for each in sent if not is_known(each, self._newest(each))]
        if missing:
            webhooks = [each async for each in self._oncehub.webhooks.list()]
            types = {each: type_of(each, self._newest(each), since) for each in missing}
            missing = [each for each in missing if _is_asked_for(types[each], webhooks)]
        self._judged = end
        return sent, missing

    def _begin(self, now: float) -> float:
        """From when on changes are judged: not those from before the inbox had any event."""
        if self._judged is not None:
            return self._judged - _CLOCKS_DIFFER
        first = self._known.silences.first
        return self._started if first is None else max(first, now - _FIRST_LOOK_BACK)

    def _was_sent(self, state: BookingState, since: int) -> bool:
        newest = self._newest(state)
        return is_known(state, newest) or must_have_been_sent(state, newest, since)

    def _newest(self, state: BookingState) -> BookingState | None:
        return self._known.newest(state.booking)

    def _note_silence(self, now: float, look: WebhookLook) -> None:
        if look.missing and self._silent_since is None:
            self._silent_since = now
            logger.error(
                "events don't come: %d of %d bookings that changed have none, the first since %s; "
                "the webhook is off, gone or leads elsewhere (oncehub watchdog --recreate makes it "
                "anew, oncehub catch-up has what was missed handled)",
                look.missing,
                look.changed,
                time_text(look.missing_since or EARLIEST),
                extra=fields(count=look.missing),
            )
            tell_hook(self._on_silence, attrs.evolve(look, is_silent=True), "on_silence")
        elif self._silent_since is not None and self._has_come_since(self._silent_since):
            self._silent_since = None
            logger.info("events come again")

    def _has_come_since(self, moment: float) -> bool:
        return self._known.silences.newest > moment

    def _look(
        self,
        now: float,
        changed: list[BookingState],
        missing: list[BookingState],
        error: str | None,
    ) -> WebhookLook:
        first = min((each.updated for each in missing), default=None)
        return WebhookLook(
            at=from_unix(now) or EARLIEST,
            changed=len(changed),
            missing=len(missing),
            missing_since=None if first is None else from_unix(first / 1_000),
            is_silent=self._silent_since is not None,
            error=error,
        )


def _is_asked_for(type: str | None, webhooks: Iterable[Webhook]) -> bool:
    """Whether some webhook is to tell of it, or there is none at all."""
    asked = [frozenset(map(str, each.events or ())) for each in webhooks]
    types = _CANCELLATIONS if type in (None, CHANGED) else (str(type),)
    return not asked or any(matches(each, one) for each in asked for one in types)
