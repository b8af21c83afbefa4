"""What is made of the records that hooks are told, whoever shows it."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import get_ident

from .. import OnceHub, RequestAttempt
from .._ground import logger
from .._rate import tells
from ..export import ExportProgress, Round
from ..sync import SyncProgress
from ..webhooks import (
    HandlerRun,
    InboxError,
    OpenedInbox,
    ReceivedDelivery,
    State,
    WebhookLook,
)
from . import _catalogue as catalogue
from . import _closed_labels as labels
from ._catalogue import Metric
from ._gauge_values import GaugeValues, GrowingAge, Labels


class _Measuring(ABC):
    """Methods that are hooks. Labels say words of closed sets: no ids, people or queries."""

    def __init__(self) -> None:
        self._gauges = GaugeValues()

    def on_attempt(self, attempt: RequestAttempt) -> None:
        """For `OnceHub(on_attempt=...)`."""
        method, operation = labels.method(attempt.method), attempt.path_template
        self._count(catalogue.REQUESTS, (method, operation, labels.status(attempt.status)))
        self._time(catalogue.REQUEST_SECONDS, attempt.duration, (method, operation))
        self._time(catalogue.BUDGET_SECONDS, attempt.budget_wait, ())

    def on_delivery(self, delivery: ReceivedDelivery) -> None:
        """For `Receiver(on_delivery=...)`."""
        outcome = labels.delivery_outcome(delivery)
        self._count(catalogue.DELIVERIES, (outcome, labels.event_type(delivery.event_type)))
        if delivery.refusal is not None:
            self._count(catalogue.REFUSALS, (delivery.refusal.value,))
        if delivery.duration is not None:
            self._time(catalogue.DELIVERY_SECONDS, delivery.duration, ())

    def on_run(self, run: HandlerRun) -> None:
        """For `Receiver(on_run=...)`."""
        handler = labels.handler(run.handler)
        self._count(catalogue.RUNS, (handler, labels.run_outcome(run)))
        self._time(catalogue.RUN_SECONDS, run.duration, (handler,))
        if run.waited is not None:
            self._time(catalogue.BEGIN_SECONDS, run.waited, (handler,))

    def on_look(self, look: WebhookLook) -> None:
        """For `WebhookWatch(on_look=...)`."""
        self._gauges.set(catalogue.WEBHOOK_SILENT, float(look.is_silent))
        if look.error is None:
            self._gauges.set(catalogue.WEBHOOK_MISSING, float(look.missing))
            self._gauges.set(catalogue.WEBHOOK_LOOK, look.at.timestamp())

    def on_sync(self, progress: SyncProgress) -> None:
        """For `AccountSync(on_progress=...)`."""
        for name, table in progress.tables.items():
            self._gauges.set(catalogue.SYNC_ROWS, float(table.written), name)
            self._gauges.set(catalogue.SYNC_COMPLETE, float(table.complete), name)
            if table.complete_up_to is not None:
                self._gauges.set(catalogue.SYNC_LAG, GrowingAge(table.complete_up_to), name)
            if table.reconciled is not None:
                self._gauges.set(catalogue.SYNC_RECONCILED, table.reconciled.timestamp(), name)
        self._gauges.set(catalogue.SYNC_PROGRESS, time.time())

    def on_export(self, progress: ExportProgress) -> None:
        """For `run_export(on_progress=...)`."""
        for name, resource in progress.resources.items():
            self._gauges.set(catalogue.EXPORT_OBJECTS, float(resource.objects), name)

    def on_round(self, found: Round) -> None:
        """For each round of `watch_export`."""
        for name, count in found.changes.items():
            self._count(catalogue.EXPORT_CHANGES, (name,), count)
            self._gauges.set(catalogue.EXPORT_LAG, GrowingAge(found.started), name)

    def watch_budget(self, oncehub: OnceHub) -> None:
        """Show the budget of a client as it is when somebody asks.

        Call it in the thread of the client's event loop. Who asks in another one, as an exporter
        may, is shown what the last look in this one showed; `watching` looks again and again.
        """
        home = get_ident()

        def look() -> None:
            budget = oncehub.budget
            if get_ident() == home and tells(budget):
                self._gauges.set(catalogue.BUDGET_WAITING, float(budget.waiting()))
                self._gauges.set(catalogue.BUDGET_ROOM, float(budget.room().left))

        self._gauges.look_with(look)
        look()

    async def observe_inbox(self, inbox: OpenedInbox) -> None:
        """Look into an open inbox, before its metrics are asked for. Raises `InboxError`."""
        waiting, oldest = await inbox.waiting(), await inbox.oldest()
        counts = await inbox.counts()
        self._gauges.replace(
            catalogue.INBOX_WAITING,
            ((labels.handler(name), float(count)) for name, count in waiting.items()),
        )
        self._gauges.replace(
            catalogue.INBOX_OLDEST,
            ((labels.handler(name), GrowingAge(received)) for name, received in oldest.items()),
        )
        self._gauges.replace(
            catalogue.INBOX_WORK,
            ((state.value, float(counts.get(state, 0))) for state in State),
        )

    @asynccontextmanager
    async def watching(
        self, inbox: OpenedInbox | None = None, *, every: float = 15.0
    ) -> AsyncIterator[None]:
        """Look into an open inbox, and at the budgets of `watch_budget`, every so many seconds.

            async with receiver, metrics.watching(receiver.inbox):
                ...

        For exporters that push, and for those that ask in another thread.
        """
        task = asyncio.create_task(self._watch(inbox, every), name="oncehub-metrics")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _watch(self, inbox: OpenedInbox | None, every: float) -> None:
        while True:
            self._gauges.look()
            if inbox is not None:
                try:
                    await self.observe_inbox(inbox)
                except InboxError as error:
                    # What was known of it stays; its own users tell of the trouble.
                    logger.debug("the inbox's metrics can't be had now: %s", error)
            await asyncio.sleep(every)

    @abstractmethod
    def _count(self, metric: Metric, labels: Labels, count: int = 1) -> None: ...

    @abstractmethod
    def _time(self, metric: Metric, seconds: float, labels: Labels) -> None: ...
