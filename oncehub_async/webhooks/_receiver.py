"""The receiver: verifies deliveries, puts them into the inbox, and has them handled."""

import asyncio
import functools
import inspect
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
    fields,
    off_loop,
    tell_hook,
)
from ..errors import ClientStateError, ConfigurationError
from . import _answers as answer
from ._age_limit import limit_of_age
from ._answers import DeliveryAnswer, Headers, signature_of
from ._arriving_body import LARGEST_KEPT, ArrivingBody, BodyRoom
from ._backoff import Backoff, checked_backoff
from ._catch_up import CatchUp, CaughtUp
from ._delivery_tracing import DeliveryTracing, traced_delivery
from ._deployment_watch import DeploymentWatch
from ._envelope import Envelope, envelope_of_unreadable, read_envelope
from ._event_names import Unhandled
from ._handler import S
from ._handling import Rules
from ._inbox import Inbox, Selection, StoredEvent, Subscription, checked_inbox
from ._inbox_health import InboxHealth
from ._large_bodies import Body, LargeBodies, looked_at, size_of
from ._observed import DeliveryHook, ReceivedDelivery, RunHook
from ._own_loop import in_loop
from ._refusals import Refusal, RefusalLog
from ._repeats import Repeats
from ._router import Route, Router
from ._signature import (
    MAX_SKEW,
    RETRY_WINDOW,
    check_age,
    check_signature,
    parse_header,
    raw_body,
)
from ._signing_secrets import Secrets, SecretSource, SecretsProvider, SigningKey, secret_source
from ._webhook_errors import EnvelopeError, SignatureError, SignatureProblem, told
from ._worker import Worker

logger = logging.getLogger("oncehub_async.webhooks")

MAX_BODY = 1024 * 1024
"""Bytes."""

MAX_WAITING = 2_000
"""Deliveries; what a file on a slow disk keeps in a few seconds."""

_MOST_TYPES = 1_000
_UNSIGNED = (SignatureProblem.MISSING, SignatureProblem.MALFORMED)
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
        if not isinstance(redo_at_start, Selection | None):
            raise ConfigurationError(
                f"redo_at_start: expected a Selection, got {type(redo_at_start).__name__}"
            )
        self._redo_at_start = redo_at_start
        self._drain = checks.seconds(drain, "drain")
        self.max_body: int = checks.count(max_body, "max_body")
        self.read_timeout: float = checks.seconds(read_timeout, "read_timeout")
        self._max_waiting, self._waiting = checks.count(max_waiting, "max_waiting"), 0
        self._largest = max(self.max_body, checks.count(max_kept, "max_kept"))
        self._room, self._large = BodyRoom(self._largest), LargeBodies()
        self._on_delivery = checked_hook(on_delivery, "on_delivery")
        self._on_run = checked_hook(on_run, "on_run")
        self._tracing = checked_tracing(tracing, "begin_delivery", "begin_run")
        self._worker: Worker | None = None
        self._deployment: DeploymentWatch | None = None
        self._stack = AsyncExitStack()
        self._all_routes: tuple[Route, ...] = ()
        self._names: dict[str, tuple[str, ...]] = {}
        self._age_limit = RETRY_WINDOW
        self._unhandled = Unhandled()
        self._is_open = self._is_accepting = False
        self._refusals, self._repeats = RefusalLog(), Repeats()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._health = InboxHealth(self.clock)

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
        self._all_routes = routes = tuple(self.routes())
        self._names.clear()
        self._large = LargeBodies()
        self._health = InboxHealth(self.clock)
        await self.inbox.open(needed=self._age_limit + self._max_skew)
        self._stack.push_async_callback(self.inbox.close)
        if not handle:
            return
        services = await self._enter_services()
        self._deployment = await self._join(routes)
        await self._redo()
        self._worker = Worker(
            self.inbox,
            routes,
            self._rules,
            health=self._health,
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
        if self._waiting >= self._max_waiting:
            return self.refuse(Refusal.OVERLOADED)
        most, error = self._largest, None
        try:
            header = signature_of(headers)
            if self._needs_none(header):
                most = self.max_body
            else:
                rules = (self.clock.now(), self._age_limit, self._max_skew)
                check_age(parse_header(header), *rules)
        except ConfigurationError as problem:
            return self.refuse(Refusal.NOT_AS_IT_ARRIVED, str(problem))
        except SignatureError as problem:
            most, error = self.max_body, problem
        if (length or 0) > most:
            return self.refuse(Refusal.TOO_LARGE)
        return ArrivingBody(self._room, most, error)

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
            return await in_loop(loop, self._receive(headers, body), self.read_timeout)
        except ClientStateError:
            return self.refuse(Refusal.OTHER_LOOP)

    async def _receive(self, headers: Headers, body: Body) -> DeliveryAnswer:
        try:
            header = signature_of(headers)
            body = body if isinstance(body, ArrivingBody) else raw_body(body)
        except ConfigurationError as error:
            return self.refuse(Refusal.NOT_AS_IT_ARRIVED, str(error))
        if size_of(body) > self._largest:
            return self.refuse(Refusal.TOO_LARGE)
        if self._waiting >= self._max_waiting:
            return self.refuse(Refusal.OVERLOADED)
        now = self.clock.now()
        try:
            key = await self._verify(header, body, now)
        except SignatureError as error:
            return self._refuse_unsigned(error, size_of(body))
        except Exception as error:  # of the provider of secrets
            return self.refuse(Refusal.NO_SECRETS, told(error))
        if key is None and size_of(body) > self.max_body:
            return self.refuse(Refusal.TOO_LARGE)
        signed = None if key is None or header is None else float(parse_header(header).time)
        async with self._large.in_memory(body) as raw:
            return await self._take(raw, key, now, signed)

    async def _take(
        self, body: bytes, key: SigningKey | None, now: float, signed: float | None
    ) -> DeliveryAnswer:
        """Make an event of a body that was verified, and keep it."""
        try:
            envelope = await off_loop(len(body), self._envelope, body)
        except EnvelopeError as error:
            if key is None:
                return self.refuse(Refusal.NO_EVENT, str(error))
            envelope = await looked_at(body, envelope_of_unreadable)
            logger.warning(
                "a delivery is signed, and can't be read: %s; it is kept as %s for the handlers "
                'of everything ("*")',
                error,
                envelope.id,
                extra=fields(event_id=envelope.id, event_type=envelope.type),
            )
        event = StoredEvent(
            id=envelope.id,
            type=envelope.type,
            subject=envelope.subject,
            creation_time=now if envelope.creation_time is None else envelope.creation_time,
            received=now,
            body=body,
            same_as=envelope.same_as,
            signed=signed,
        )
        return await self._keep(event, key)

    def _envelope(self, body: bytes) -> Envelope:
        if len(body) > self.max_body:
            raise EnvelopeError(f"it has {len(body):,} bytes, and max_body is {self.max_body:,}")
        return read_envelope(body)

    def _refuse_unsigned(self, error: SignatureError, length: int) -> DeliveryAnswer:
        if error.problem in _UNSIGNED and length > self.max_body:
            return self.refuse(Refusal.TOO_LARGE)
        return self.refuse(Refusal(error.problem), str(error))

    def refuse(self, why: Refusal, detail: str = "") -> DeliveryAnswer:
        """What to answer to a request that can't be received: for adapters of your own.

        It is counted in `refusals`, and told in the log: the first at once, then one line a minute
        for each kind, with how many there were. `detail` goes into the log, and so has to hold
        nothing of the request.
        """
        given = self._refusals.refuse(why, detail)
        tell_hook(self._on_delivery, ReceivedDelivery(refusal=why), "on_delivery")
        return given

    @property
    def refusals(self) -> Mapping[Refusal, int]:
        """How many requests were refused, by why, since the receiver was made."""
        return dict(self._refusals.counts)

    async def catch_up(
        self, oncehub: Resources, *, since: datetime | None = None, dry_run: bool = False
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
        - `dry_run`: only tell what is missing.

        What can't be had: what happened to a booking before its last change, bookings that were
        deleted, and conversations, which the API doesn't list.

        Raises `InvalidParameterError` for a `since` before which the inbox remembers nothing,
        `ClientStateError` unless it is open, `RequestError` and `InboxError`; what was put until
        then is not put again.
        """
        loop = self._loop
        if not self._is_open or loop is None:
            raise ClientStateError("open the receiver first: async with receiver: ...")
        now = self.clock.now()
        runner = CatchUp(oncehub, self.inbox, self._names_for, dry_run=dry_run)
        report = await in_loop(loop, runner.run(now, since))
        if self._worker is not None:
            self._worker.wake()
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
        return others + self._health.reasons

    async def _verify(
        self, header: str | bytes | None, body: Body, now: float
    ) -> SigningKey | None:
        """The key that signed; None for what needs no signature. Raises `SignatureError`."""
        source = self._secrets
        if source is None or self._needs_none(header):
            return None
        keys = await source.current()
        rules = (now, self._age_limit, self._max_skew)
        try:
            return await looked_at(body, lambda raw: check_signature(raw, header, keys, *rules))
        except SignatureError as error:
            if error.problem is not SignatureProblem.MISMATCH:
                raise
            others = await source.after_refusal(keys)
            if others is None:
                raise
            return await looked_at(body, lambda raw: check_signature(raw, header, others, *rules))

    def _needs_none(self, header: str | bytes | None) -> bool:
        """Whether what comes with such a header is accepted without a signature."""
        return self._secrets is None or (self._unsigned and header is None)

    async def _keep(self, event: StoredEvent, key: SigningKey | None) -> DeliveryAnswer:
        names = self._names_for(event.type)
        self._waiting += 1
        try:
            with traced_delivery(self._tracing, event) as traced:
                is_new = traced.is_new = await self.inbox.put(traced.event, names)
        except Exception as error:
            if self._health.failed("put", error):
                self._refusals.lull.is_over(Refusal.INBOX)
            return self.refuse(Refusal.INBOX, told(error))
        finally:
            self._waiting -= 1
        self._health.worked("put")
        if self._on_delivery is not None:
            self._tell_of(event, is_new)
        if not is_new:
            await self._repeats.again(event, key, self.inbox)
            return answer.DUPLICATE
        self._repeats.first(event, key)
        if logger.isEnabledFor(logging.DEBUG):
            extra = fields(event_id=event.id, event_type=event.type, status=200)
            logger.debug("%s is accepted", event.id, extra=extra)
        if not names:
            self._unhandled.tell(event.type)
        elif self._worker is not None:
            self._worker.wake()
        return answer.ACCEPTED

    def _tell_of(self, event: StoredEvent, is_new: bool) -> None:
        took = max(self.clock.now() - event.received, 0.0)
        record = ReceivedDelivery(
            event_id=event.id, event_type=event.type, is_duplicate=not is_new, duration=took
        )
        tell_hook(self._on_delivery, record, "on_delivery")

    def _names_for(self, type: str) -> tuple[str, ...]:
        names = self._names.get(type)
        if names is None:
            handlers = (route.handler for route in self._all_routes)
            names = tuple(handler.name for handler in handlers if handler.wants(type))
            if len(self._names) < _MOST_TYPES:
                self._names[type] = names
        return names

    async def _enter_services(self) -> object:
        given: Any = self._services
        while isinstance(given, functools.partial):
            given = given.func
        if not callable(self._services) or not inspect.isroutine(given):
            return self._services
        manager = self._services()
        if not isinstance(manager, AbstractAsyncContextManager):
            raise ConfigurationError(
                "services: the function has to give an async context manager; put "
                "@asynccontextmanager above it"
            )
        return await self._stack.enter_async_context(manager)

    async def _join(self, routes: tuple[Route, ...]) -> DeploymentWatch:
        """Have others who share the inbox know the handlers, and tell of what waits for none."""
        handlers = [route.handler for route in routes]
        subscriptions = [Subscription(each.name, each.asks_for) for each in handlers]
        watch = DeploymentWatch(self.inbox, subscriptions, self.clock)
        await watch.look()
        return watch

    async def _redo(self) -> None:
        if self._redo_at_start is not None:
            now = self.clock.now() + self.inbox.clock_offset
            count = await self.inbox.redo(self._redo_at_start, now)
            logger.info("redo_at_start: work of %d events is due again", count)


def checked_receiver(receiver: Receiver) -> Receiver:
    """Raises `ConfigurationError` for what is no receiver."""
    if not isinstance(receiver, Receiver):
        raise ConfigurationError(f"receiver: expected a Receiver, got {type(receiver).__name__}")
    return receiver
