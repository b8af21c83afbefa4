"""The receiver: its settings, and its life from opening to closing; `Intake` takes deliveries."""

import asyncio
import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from .._client import Resources
from .._ground import (
    UNSET,
    Unset,
    WallClock,
    checked_hook,
    checked_tracing,
    checks,
)
from ..errors import ClientStateError, ConfigurationError
from ._accepting import answers as answer
from ._accepting.answers import DeliveryAnswer, Headers
from ._accepting.bodies import LARGEST_KEPT, ArrivingBody
from ._accepting.intake import Intake
from ._accepting.refusals import Refusal
from ._accepting.signature import (
    MAX_SKEW,
    RETRY_WINDOW,
)
from ._accepting.signature_rules import SignatureRules, limit_of_age
from ._accepting.signing_secrets import Secrets, SecretSource, SecretsProvider, secret_source
from ._catching_up.catch_up import CatchUp, CaughtUp
from ._catching_up.known_bookings import BookingRecords
from ._delivery_tracing import DeliveryTracing
from ._handling.before_handling import checked_redo, enter_services, join, redo
from ._handling.deployment_watch import DeploymentWatch
from ._handling.handler import S
from ._handling.handling import Backoff, Rules, checked_backoff
from ._handling.router import HandlerNames, Router
from ._handling.worker import Worker
from ._inbox import Inbox, Selection, checked_inbox
from ._inbox_health import InboxHealth
from ._observed import DeliveryHook, RunHook
from ._own_loop import in_loop

logger = logging.getLogger("oncehub_async.webhooks")

MAX_BODY = 1024 * 1024
"""Bytes."""

MAX_WAITING = 2_000
"""Deliveries; what a file on a slow disk keeps in a few seconds."""

_NO_SERVICES: Any = None


class Receiver(Router[S]):
    """Receives OnceHub's webhooks.

        receiver = Receiver(signing_secret=..., inbox=SQLiteInbox("inbox.db"))

        @receiver.on("booking.scheduled")
        async def welcome(event): ...

        async with receiver:
            ...

    A delivery is answered 2xx once its event is in the inbox; handlers run afterwards. Each is
    run until it succeeds or its attempts are used up, and never again after that. One that was
    running when the process was killed is run again: make what it does idempotent with `event.id`.

    - `signing_secret`: the webhook's secret, several, or an async callable that gives them
      (`secrets_of_account(oncehub)` looks them up).
    - `inbox`: where events are kept.
    - `services`: what handlers find in `context.services`: any object, or a function that gives an
      async context manager, entered when the receiver opens and left when it has closed.
      `Receiver[Services](...)` says of which type they are.
    - `max_age`: seconds that a signature may be old. By default 73 hours, so that retries pass,
      and 5 minutes where the inbox remembers nothing durably.
    - `max_skew`: seconds that it may be in the future.
    - `concurrency`: how many events are handled at once.
    - `timeout`: seconds that a handler may take; `backoff`: when and how often it is tried again.
    - `redo_at_start`: what is to be done again each time that the receiver opens, such as
      `Selection(states=["failed", "dead"])` after a fix.
    - `drain`: seconds that handlers get to finish when the receiver closes.
    - `max_body`: bytes that an event may have. What is larger and signed is kept unread, up to
      `max_kept` bytes (64 MiB), for handlers of everything; what is larger and not signed is
      refused.
    - `read_timeout`: seconds that a delivery may take to arrive. Adapters enforce both.
    - `max_waiting`: how many deliveries may wait for the inbox to keep them; those beyond are
      answered 503 with Retry-After at once.
    - `unsafe_accept_unsigned`: accept what anybody sends (v1 webhooks are not signed).
    - `on_delivery`, `on_run`: are told of each delivery and of each run of a handler.
    - `tracing`: makes spans of deliveries and of runs, such as
      `oncehub_async.metrics.OpenTelemetryTracing()`.

    Raises `ConfigurationError` for settings that can't work.
    """

    def __init__(
        self,
        *,
        signing_secret: Secrets | SecretsProvider | None = None,
        inbox: Inbox,
        services: Callable[[], AbstractAsyncContextManager[S]] | S = _NO_SERVICES,
        max_age: float | None = None,
        max_skew: float = MAX_SKEW,
        concurrency: int = 32,
        timeout: float = 60.0,
        backoff: Backoff | None = None,
        redo_at_start: Selection | None = None,
        drain: float = 20.0,
        max_body: int = MAX_BODY,
        max_kept: int = LARGEST_KEPT,
        read_timeout: float = 10.0,
        max_waiting: int = MAX_WAITING,
        unsafe_accept_unsigned: bool = False,
        on_delivery: DeliveryHook | None = None,
        on_run: RunHook | None = None,
        tracing: DeliveryTracing | None = None,
        clock: WallClock | None = None,
    ) -> None:
        super().__init__()
        self._unsigned = checks.yes_or_no(unsafe_accept_unsigned, "unsafe_accept_unsigned")
        self._secrets: SecretSource | None = None
        try:
            self.clock: WallClock = WallClock() if clock is None else checks.wall_clock(clock)
            if signing_secret is not None or not self._unsigned:
                self._secrets = secret_source(signing_secret, self.clock)
        finally:
            signing_secret = None  # a frame's locals are shown by tools that report errors
        self.inbox: Inbox = checked_inbox(inbox)
        self._services: object = services
        self._max_age = None if max_age is None else checks.seconds(max_age, "max_age")
        self._max_skew = checks.seconds(max_skew, "max_skew")
        self._concurrency = checks.count(concurrency, "concurrency")
        backoff = checked_backoff(backoff)
        self._rules = Rules(
            attempts=backoff.attempts, timeout=checks.seconds(timeout, "timeout"), backoff=backoff
        )
        self._redo_at_start = checked_redo(redo_at_start)
        self._drain = checks.seconds(drain, "drain")
        self.max_body: int = checks.count(max_body, "max_body")
        self.read_timeout: float = checks.seconds(read_timeout, "read_timeout")
        self._on_run = checked_hook(on_run, "on_run")
        self._tracing = checked_tracing(tracing, "begin_delivery", "begin_run")
        self._intake = Intake(
            max_body=self.max_body,
            max_kept=checks.count(max_kept, "max_kept"),
            max_waiting=checks.count(max_waiting, "max_waiting"),
            names_for=lambda kind: self._names[kind],
            on_work=self._wake,
            on_delivery=checked_hook(on_delivery, "on_delivery"),
            tracing=self._tracing,
            health=InboxHealth(self.clock),
        )
        self._worker: Worker | None = None
        self._deployment: DeploymentWatch | None = None
        self._stack = AsyncExitStack()
        self._names = HandlerNames(())
        self._age_limit = RETRY_WINDOW
        self._is_open = self._is_accepting = False
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def override(
        self,
        *,
        signing_secret: Secrets | SecretsProvider | Unset = UNSET,
        inbox: Inbox | Unset = UNSET,
        services: object = UNSET,
        clock: WallClock | Unset = UNSET,
    ) -> Iterator[Self]:
        """Other settings for as long as a test lasts, for a receiver that lives in a module.

            with app.receiver.override(services=FakeServices()):
                ...

        What is left out stays; `services` are given as they are to a receiver that is made.
        Raises `ClientStateError` where the receiver is open, `ConfigurationError` as it does.
        """
        try:
            if self._frozen:
                raise ClientStateError("the receiver is open: override settings before that")
            before = self._secrets, self.inbox, self._services, self.clock
            if not isinstance(clock, Unset):
                self.clock = checks.wall_clock(clock)
            if not isinstance(signing_secret, Unset):
                self._secrets = secret_source(signing_secret, self.clock)
        finally:
            signing_secret = ()  # a frame's locals are shown by tools that report errors
        if not isinstance(inbox, Unset):
            self.inbox = checked_inbox(inbox)
        if services is not UNSET:
            self._services = services
        try:
            yield self
        finally:
            self._secrets, self.inbox, self._services, self.clock = before

    async def open(self, *, accept: bool = True, handle: bool = True) -> Self:
        """Begin to accept and to handle. Once it is closed, it may be opened again.

        In a process that is only to accept, `handle` is False, in one that is only to handle,
        `accept` is; they share the inbox.
        """
        if not (checks.yes_or_no(accept, "accept") or checks.yes_or_no(handle, "handle")):
            raise ConfigurationError("accept, handle: one of them has to be True")
        if self._frozen:
            if self._loop is not None and not self._loop.is_running():
                raise ClientStateError(
                    "the receiver was opened in an event loop that has ended, and not closed in "
                    "it: open it in one that runs as long as deliveries come (await "
                    "receiver.close() lets it be opened again)"
                )
            raise ClientStateError(
                "the receiver is open already: open it in one place (add_receiver, a ReceiverApp "
                "alone and serve do it by themselves; for a second path, use aiohttp_handler)"
            )
        self._frozen, self._loop = True, asyncio.get_running_loop()
        try:
            await self._start(accept=accept, handle=handle)
        except BaseException:
            try:
                await self._stack.aclose()
            finally:
                self._frozen = False
            raise
        self._is_open, self._is_accepting = True, accept
        return self

    async def _start(self, *, accept: bool, handle: bool) -> None:
        if self._secrets is not None and accept:
            self._stack.push_async_callback(self._secrets.close)
            await self._secrets.current()
        elif accept:
            logger.warning("unsafe_accept_unsigned: whoever finds the URL can send events")
        self._age_limit = limit_of_age(self.inbox.memory, self._max_age, self._max_skew)
        routes = tuple(self.routes())
        self._names = HandlerNames(routes)
        self._intake.begin(InboxHealth(self.clock))
        await self.inbox.open(needed=self._age_limit + self._max_skew)
        self._stack.push_async_callback(self.inbox.close)
        if not handle:
            return
        services = await enter_services(self._services, self._stack)
        self._deployment = await join(self.inbox, routes, self.clock)
        await redo(self.inbox, self._redo_at_start, self.clock)
        self._worker = Worker(
            self.inbox,
            routes,
            self._rules,
            health=self._intake.health,
            deployment=self._deployment,
            concurrency=self._concurrency,
            services=services,
            clock=self.clock,
            memory=self._age_limit + self._max_skew,
            chance=random.random,
            on_run=self._on_run,
            tracing=self._tracing,
        )
        self._worker.start()

    async def close(self) -> None:
        """Accept no more, let handlers finish for `drain` seconds, and close the inbox.

        Raises `ClientStateError` if the event loop in which it was opened stands still.
        """
        if not self._is_open:
            return
        loop = self._loop
        if loop is None or not loop.is_closed():
            await in_loop(loop or asyncio.get_running_loop(), self._close())
            return
        # What ran in it has ended with it.
        await self._close()

    async def _close(self) -> None:
        self._is_open = self._is_accepting = False
        worker, self._worker = self._worker, None
        try:
            if worker is not None:
                await worker.stop(self._drain)
        finally:
            try:
                await self._stack.aclose()
            finally:
                self._frozen = False

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def admit(self, headers: Headers, length: int | None = None) -> ArrivingBody | DeliveryAnswer:
        """What takes a body in, or the answer where none is wanted: for adapters of your own.

            with arriving:
                while part := await read():
                    if refusal := arriving.add(part):
                        return receiver.refuse(refusal)
                return await receiver.receive(headers, arriving)

        `length`: what Content-Length says, None where nothing does. Nothing is kept for whoever
        sends no header that OnceHub could have sent now, nor while too many deliveries wait.
        """
        return self._intake.admit(headers, length, self._signature_rules())

    async def receive(self, headers: Headers, body: bytes | ArrivingBody) -> DeliveryAnswer:
        """Verify a delivery and put its event into the inbox.

        `headers` as they arrived, `body` the raw bytes, or what took them in. Whatever they hold,
        the outcome is an answer: 2xx once the event is safe, 4xx for what is not authentic or no
        event, 503 where OnceHub should try again.
        """
        loop = self._loop
        if not self._is_accepting or loop is None:
            return self.refuse(Refusal.NOT_OPEN)
        if isinstance(body, ArrivingBody) and body.error is not None:
            return self.refuse(Refusal(body.error.problem), str(body.error))
        try:
            taken = self._intake.receive(headers, body, self._signature_rules(), self.inbox)
            return await in_loop(loop, taken, self.read_timeout)
        except ClientStateError:
            return self.refuse(Refusal.OTHER_LOOP)

    def refuse(self, why: Refusal, detail: str = "") -> DeliveryAnswer:
        """What to answer to a request that can't be received: for adapters of your own.

        It is counted in `refusals`, and told in the log: the first at once, then one line a minute
        for each kind, with how many there were. `detail` goes into the log, and so has to hold
        nothing of the request.
        """
        return self._intake.refuse(why, detail)

    @property
    def refusals(self) -> Mapping[Refusal, int]:
        """How many requests were refused, by why, since the receiver was made."""
        return dict(self._intake.refusals.counts)

    async def catch_up(
        self,
        oncehub: Resources,
        *,
        since: datetime | None = None,
        records: BookingRecords | None = None,
        dry_run: bool = False,
    ) -> CaughtUp:
        """Find by the API which bookings changed without an event, and have them handled.

            async with receiver, OnceHub() as oncehub:
                report = await receiver.catch_up(oncehub)

        For each there is one event in the inbox then, with the booking as it is now, marked as
        `event.caught_up`, and handled as any other. It is put once, however often this is called,
        and where OnceHub's own event for that state comes after all, that one isn't handled.

        - `since` (aware): changes after that; by default from the beginning of the silence in which
          events may be missing (an hour or longer, in the last 73 hours, or up to now), at most 30
          days ago.
        - `records`: what knows of bookings beside the inbox, such as `SyncedBookings` of
          `oncehub_async.sync`. Where the inbox got no event before the last sync and no
          `since` is given, all that changed after that is missing; else it tells what bookings
          were like before.
        - `dry_run`: only tell what is missing.

        What can't be had: what happened to a booking before its last change, bookings that were
        deleted, and conversations, which the API doesn't list.

        Raises `InvalidParameterError` for a `since` before which the inbox remembers nothing,
        `ClientStateError` unless it is open, `RequestError`, `InboxError` and what the records
        raise; what was put until then is not put again.
        """
        loop = self._loop
        if not self._is_open or loop is None:
            raise ClientStateError("open the receiver first: async with receiver: ...")
        now = self.clock.now()
        runner = CatchUp(
            oncehub, self.inbox, self._names.__getitem__, records=records, dry_run=dry_run
        )
        report = await in_loop(loop, runner.run(now, since))
        self._wake()
        return report

    async def idle(self) -> None:
        """Wait until no handler runs and none is due; those to be tried again later may be left."""
        if self._worker is None or self._loop is None:
            raise ClientStateError("open the receiver first: async with receiver: ...")
        await in_loop(self._loop, self._worker.idle())

    def health(self) -> DeliveryAnswer:
        """Whether the process runs: always 200."""
        return answer.HEALTHY

    def readiness(self, *, public: bool = False) -> DeliveryAnswer:
        """200 if deliveries are accepted: the receiver is open and its inbox worked last.

        Else 503; the body says why: `{"ready": false, "reasons": ["inbox: can't be written"]}`.
        What waits for handlers that no process has is named in the body of a 200, unless it is
        `public`, as what adapters answer is: strangers are told that there is such work.
        """
        reasons = self._reasons()
        if reasons:
            return answer.not_ready(reasons)
        orphaned = {} if self._deployment is None else self._deployment.orphaned
        if not orphaned:
            return answer.READY
        return answer.READY_BUT_FOR_SOME if public else answer.ready_but(orphaned)

    def _reasons(self) -> list[str]:
        """Why no deliveries are accepted, or not safely."""
        if not self._is_open:
            return ["receiver: isn't open"]
        if self._loop is None or not self._loop.is_running():
            return ["event loop: has ended or stands still"]
        others = [] if self._is_accepting else ["receiver: only handles, and accepts nothing"]
        return others + self._intake.health.reasons

    def _signature_rules(self) -> SignatureRules:
        """Made anew each time, for a test may override what it is made of."""
        return SignatureRules(
            secrets=self._secrets,
            accepts_unsigned=self._unsigned,
            clock=self.clock,
            max_age=self._age_limit,
            max_skew=self._max_skew,
        )

    def _wake(self) -> None:
        if self._worker is not None:
            self._worker.wake()


def checked_receiver(receiver: Receiver) -> Receiver:
    """Raises `ConfigurationError` for what is no receiver."""
    if not isinstance(receiver, Receiver):
        raise ConfigurationError(f"receiver: expected a Receiver, got {type(receiver).__name__}")
    return receiver
