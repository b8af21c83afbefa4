"""Delivers what happens to those who subscribed to it, until they take it or the time is over."""

import asyncio
from collections import deque

import attrs

from .._data.webhooks_data import AccountEvent
from .._faults import ActiveFaults
from .._simulated_clock import Agenda, SimulatedClock, stop
from .._state import AccountState
from .._stats import Stats
from .delivery_attempt import UNSENT, DeliveryAttempt, DeliveryOutcome
from .delivery_faults import ONCE_A_DELIVERY, DeliveryFault
from .delivery_settings import Delivery
from .event_bodies import DeliveredEvent, DeliveredEvents, headers, subscribes, timestamp
from .routes import Routes
from .sender import Sender

_FAILURES = frozenset({"refused", "timeout", "unreachable", "unheard"})


@attrs.define(eq=False)
class _Parcel:
    """One event on its way to one webhook; `number` tells in which order they set out."""

    number: int
    webhook: int
    webhook_id: str
    event: DeliveredEvent
    duplicate: bool = False
    attempts: int = 0
    first: float = 0.0
    signed: int = 0


class Outbox:
    """All deliveries of one simulator. It costs nothing while no webhook leads anywhere."""

    def __init__(
        self,
        state: AccountState,
        face: SimulatedClock,
        routes: Routes,
        faults: ActiveFaults[DeliveryFault],
        settings: Delivery,
        stats: Stats,
    ) -> None:
        self.attempts: deque[DeliveryAttempt] = deque(maxlen=settings.record)
        self.disabled: set[str] = set()
        self._state, self._face, self._routes = state, face, routes
        self._faults, self._settings, self._stats = faults, settings, stats
        self._events = DeliveredEvents(state, settings.first_event, settings.api_version)
        self._sender = Sender(face, settings.timeout)
        self._agenda: Agenda[_Parcel] = Agenda(face)
        self._held: dict[int, _Parcel] = {}
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._queued = self._running = 0
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def observe(self, happening: AccountEvent) -> None:
        """Queue what has just happened for every webhook that subscribed to it."""
        if not self._routes or self._closed:
            return
        webhooks, event = self._state.webhooks, None
        for index in reversed(list(webhooks.indexes())):
            body = webhooks.body(index)
            if not subscribes(body["events"], happening.type, self._settings.api_version):
                continue
            if event is None:
                event = self._events.make(happening)
                self._stats.events[event.type] += 1
            self._queued += 1
            self._queue(_Parcel(self._queued, index, body["id"], event))

    async def delivered(self, *, retries: bool = False) -> None:
        """Wait until no delivery is due; with `retries`, until none is to come at all."""
        while not self._closed and (
            self._running or self._agenda.is_due or (retries and len(self._agenda))
        ):
            if self._task and self._task.done():
                await self._task
            self._moved.clear()
            await self._moved.wait()

    async def close(self) -> None:
        """Stop delivering."""
        self._closed = True
        self._moved.set()
        try:
            await stop(self._task)
        finally:
            await self._sender.close()

    def _queue(self, parcel: _Parcel) -> None:
        if parcel.webhook_id in self.disabled:
            self._note(parcel, "lost")
            return
        now = due = self._face.seconds()
        for fault in self._struck(parcel, before=True):
            if fault.kind == "switch_off":
                self._disable(parcel)
                return
            if fault.kind == "duplicate":
                self._agenda.add(now + fault.seconds, attrs.evolve(parcel, duplicate=True))
                continue
            due += fault.seconds
            if fault.kind == "reorder":
                self._held[parcel.webhook] = parcel
        self._agenda.add(due, parcel)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(lambda _task: self._moved.set())

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                await self._slots.acquire()
                parcel = await self._agenda.next()
                self._running += 1
                group.create_task(self._carry(parcel))

    async def _carry(self, parcel: _Parcel) -> None:
        try:
            if await self._attempt(parcel) in _FAILURES:
                self._failed(parcel)
            self._let_go(parcel)
        finally:
            self._running -= 1
            self._slots.release()
            self._moved.set()

    async def _attempt(self, parcel: _Parcel) -> DeliveryOutcome:
        if not self._state.webhooks.exists(parcel.webhook):
            return self._note(parcel, "deleted")
        webhook = self._state.webhooks.body(parcel.webhook)
        target = self._routes.target(webhook["url"])
        if target is None:
            return self._note(parcel, "unrouted")
        if not parcel.attempts:
            parcel.first = self._face.seconds()
        if not parcel.attempts or self._settings.retries_signed == "anew":
            parcel.signed = timestamp(self._face, self._settings.timestamp)
        parcel.attempts += 1
        faults, body = self._struck(parcel, before=False), parcel.event.body
        secret = webhook["secret"] if self._settings.api_version == "v2" else None
        outcome, status = await self._sender.send(
            target, headers(secret, body, parcel.signed, faults), body, faults
        )
        return self._note(parcel, outcome, status)

    def _failed(self, parcel: _Parcel) -> None:
        now = self._face.seconds()
        again = self._settings.retry_at(parcel.attempts, parcel.first, now)
        if parcel.webhook_id in self.disabled:
            self._note(parcel, "lost")
        elif again is not None:
            self._agenda.add(again, parcel)
        else:
            self._disable(parcel)

    def _disable(self, parcel: _Parcel) -> None:
        """Switch a webhook off: what it hasn't got by now is lost."""
        self.disabled.add(parcel.webhook_id)
        waiting = self._agenda.take(lambda one: one.webhook == parcel.webhook)
        for one in (parcel, *sorted(waiting, key=lambda one: one.number)):
            self._note(one, "lost")

    def _let_go(self, parcel: _Parcel) -> None:
        """What was held back until this one came is due now."""
        held = self._held.get(parcel.webhook)
        if held is None or (held is not parcel and held.number >= parcel.number):
            return
        del self._held[parcel.webhook]
        for one in self._agenda.take(lambda one: one is held):
            self._agenda.add(self._face.seconds(), one)

    def _struck(self, parcel: _Parcel, *, before: bool) -> tuple[DeliveryFault, ...]:
        """The faults that strike a delivery before it sets out, or one of its attempts."""

        def concerns(fault: DeliveryFault) -> bool:
            # While one is held back, this is the one that it has to wait for.
            overtakes = fault.kind == "reorder" and parcel.webhook in self._held
            of_deliveries = fault.kind in ONCE_A_DELIVERY
            return of_deliveries == before and not overtakes and fault.concerns(parcel.event.type)

        struck = self._faults.struck_by(concerns)
        self._stats.delivery_faults.update(fault.kind for fault in struck)
        return struck

    def _note(
        self, parcel: _Parcel, outcome: DeliveryOutcome, status: int | None = None
    ) -> DeliveryOutcome:
        event = parcel.event
        self.attempts.append(
            DeliveryAttempt(
                webhook=parcel.webhook_id,
                event=event.id,
                type=event.type,
                object_id=event.object_id,
                number=0 if outcome in UNSENT else parcel.attempts,
                outcome=outcome,
                status=status,
                at=self._face.now(),
                duplicate=parcel.duplicate,
            )
        )
        self._stats.deliveries[outcome] += 1
        return outcome
