"""Takes due work from the inbox and runs the handlers, so many at a time."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from ..._ground import LATEST, Clock, checks, fields, from_unix, tell_hook
from ...errors import ClientStateError
from .._delivery_tracing import DeliveryTracing, traced_run
from .._event import Event, event_of
from .._inbox import Claim, Inbox, Outcome, State, Work
from .._inbox_health import InboxHealth
from .._observed import HandlerRun, RunHook
from .._webhook_errors import EnvelopeError, told
from .deployment_watch import DeploymentWatch
from .handler import Context
from .handling import (
    Rules,
    crash_error,
    decide,
    given_up_for_crashes,
    is_told_of,
    outcome,
    run,
    tell_of_dead_letter,
)
from .leases import Leases
from .loop_watch import LoopWatch
from .purge_time import PurgeTime
from .router import Route
from .slots import LONG, Attempt, AttemptGroup, Slots
from .work_log import about_work, log_outcome, log_unsettled

logger = logging.getLogger("oncehub_async.webhooks")

_POLL = 1.0
"""Seconds after which is looked for what other processes put, released, or left when they died."""

_LONGEST_PAUSE = 30.0
_FIRST_PURGE = 5.0
_PURGE_EVERY = 10 * checks.MINUTE
_CANCELLATION = 2.0


class Worker:
    """Runs the handlers of the events that an inbox keeps, from `start` to `stop`."""

    def __init__(
        self,
        inbox: Inbox,
        routes: Sequence[Route],
        rules: Rules,
        *,
        health: InboxHealth,
        deployment: DeploymentWatch,
        concurrency: int,
        services: Any,
        clock: Clock,
        memory: float,
        chance: Callable[[], float],
        on_run: RunHook | None = None,
        tracing: DeliveryTracing | None = None,
    ) -> None:
        self._inbox, self._rules, self._clock = inbox, rules, clock
        self._purge_time = PurgeTime(inbox, clock, memory)
        self._health, self._deployment = health, deployment
        self._leases = Leases(inbox, clock)
        self._routes = {route.handler.name: route for route in routes}
        self._services, self._chance = services, chance
        limits = {name: route.handler.concurrency for name, route in self._routes.items()}
        self._slots = Slots(concurrency, limits)
        self._watch = LoopWatch()
        self._on_run, self._tracing = on_run, tracing
        self._running: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = asyncio.Event()
        self._is_over = self._is_alone = False
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take work."""
        self._loops = [
            asyncio.create_task(self._take(), name="oncehub-worker"),
            asyncio.create_task(self._tidy(), name="oncehub-purge"),
            asyncio.create_task(self._leases.keep(self._stops_within), name="oncehub-leases"),
            asyncio.create_task(self._deployment.keep(self._stops_within), name="oncehub-handlers"),
        ]
        self._inbox.on_news(self.wake)

    def wake(self) -> None:
        """There may be work."""
        if not self._is_over:
            self._idle.clear()
        self._news.set()

    async def idle(self) -> None:
        """Wait until no work runs and none is due. Raises `ClientStateError` if it stops before."""
        self.wake()  # the clock may have been moved since somebody looked
        await self._idle.wait()
        if self._is_over:
            raise ClientStateError("the receiver was closed while its handlers were waited for")

    async def stop(self, deadline: float) -> None:
        """Take no more; let what runs finish for `deadline` seconds, then give it back."""
        self._stopping.set()
        self._inbox.on_news(None)
        self.wake()
        loop = asyncio.get_running_loop()
        end = loop.time() + self._clock.real_seconds(deadline)
        try:
            await self._ended_by(self._loops, end)
            if not await self._ended_by(self._running, end):
                count = len(self._running)
                extra = fields(count=count)
                logger.warning("%d events' handlers did not finish in time", count, extra=extra)
            for task in (*self._loops, *self._running):
                task.cancel()
            # What doesn't let itself be cancelled must not hold up the end.
            end = loop.time() + self._clock.real_seconds(_CANCELLATION)
            await self._ended_by({*self._loops, *self._running}, end)
        finally:
            self._is_over = True
            self._idle.set()
            self._watch.stop()

    async def _ended_by(self, tasks: Collection["asyncio.Task[None]"], end: float) -> bool:
        """Whether all have ended before the loop's time `end`: no other clock goes evenly."""
        tasks = [task for task in tasks if not task.done()]
        if not tasks:
            return True
        left_over = max(end - asyncio.get_running_loop().time(), 0.0)
        _, left = await asyncio.wait(tasks, timeout=left_over)
        return not left

    async def _take(self) -> None:
        pause = _POLL
        while not self._stopping.is_set():
            self._news.clear()
            free = 0 if self._is_alone else self._slots.free(len(self._running))
            claims: Sequence[Claim] = ()
            try:
                if free and self._routes:
                    claims = await self._claim(free)
                    self._health.worked("claim")
                pause = _POLL
            except Exception as error:
                self._health.failed("claim", error)
                await self._stops_within(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            for claim in claims:
                self._is_alone = claim.alone
                self._begin(claim)
            if len(claims) < free or not free:
                await self._rest()

    def _now(self) -> float:
        """The present, by the inbox's clock."""
        return self._clock.now() + self._inbox.clock_offset

    async def _claim(self, free: int) -> Sequence[Claim]:
        now, rooms = self._now(), self._slots.rooms(free)
        idle = not self._running
        if not rooms:
            return await self._inbox.claim(free, self._routes, now, idle=idle)
        return await self._inbox.claim(free, self._routes, now, idle=idle, rooms=rooms)

    def _begin(self, claim: Claim) -> None:
        self._leases.take(claim)
        task = asyncio.create_task(self._handle(claim), name=f"oncehub-event-{claim.event.id}")
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._is_alone = False
        self.wake()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            extra = fields(error_type=type(error).__name__)
            logger.error("%s broke off: %s", task.get_name(), type(error).__name__, extra=extra)

    async def _rest(self) -> None:
        """Until something happens, or it is time to look what other processes did."""
        if not self._running and not self._news.is_set():
            self._idle.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._clock.real_seconds(_POLL)):
                await self._news.wait()

    async def _stops_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._clock.real_seconds(seconds)):
                await self._stopping.wait()
        return self._stopping.is_set()

    async def _handle(self, claim: Claim) -> None:
        """Run what was claimed of an event, one handler after the other, as far as none is slow."""
        left = list(claim.work)
        group = AttemptGroup(self._slots, self._clock.real_seconds(LONG))
        try:
            event, damage = await event_of(claim.event)
            # What hangs is done by itself, after the others.
            apart = self._slots.hanging(work.handler for work in left)
            for work in [each for each in left if each.handler in apart]:
                left.remove(work)
                await self._release(work, began=False)
            while left and not self._stopping.is_set():
                if left[0] is claim.work[0] or await self._may_begin(left[0]):
                    work = left.pop(0)
                    attempt = self._attempt(event, claim, work, damage)
                    await group.run(attempt, f"oncehub-{work.handler}", is_last=not left)
                else:
                    self._leases.drop(left.pop(0))
            await group.over()
        finally:
            for work in left:
                await self._release(work, began=False)
            await group.stop()

    async def _may_begin(self, work: Work) -> bool:
        """Whether it is still ours; if so, its beginning is noted."""
        try:
            ours = await self._inbox.begin(work)
        except Exception as error:
            self._health.failed("claim", error)
            await self._release(work, began=False)
            return False
        if not ours:
            line = "%s for %s was no longer ours"
            logger.warning(line, work.handler, work.event_id, extra=about_work(work))
        return ours

    async def _attempt(
        self, event: Event, claim: Claim, work: Work, damage: EnvelopeError | None
    ) -> None:
        route = self._routes[work.handler]
        rules = self._rules_of(route)
        attempt = self._slots.begin(work.handler)
        if attempt is None:
            await self._release(work, began=False)
            return
        context = Context(
            attempt=work.attempt,
            is_last_attempt=work.failures + 1 >= rules.attempts,
            handler=work.handler,
            received=from_unix(claim.event.received) or LATEST,
            is_replay=work.replay,
            is_superseded=work.superseded,
            services=self._services,
        )
        self._leases.runs(work)
        began = self._clock.now()
        try:
            with traced_run(self._tracing, claim.event, work) as traced:
                with self._counted(attempt), self._watch.running(work.handler):
                    failure, result = await self._tried(route, event, context, work, rules, damage)
                    attempt.timed_out = isinstance(failure, TimeoutError)
                log_outcome(work, event.type, failure, result, rules.attempts, self._now())
                if self._on_run is not None or self._tracing is not None:
                    traced.record = self._record_of(claim, work, failure, result, began)
                    tell_hook(self._on_run, traced.record, "on_run")
                if failure is not None and result.state is State.DEAD and not is_told_of(work):
                    await tell_of_dead_letter(route, failure, event, context, rules.timeout)
        except asyncio.CancelledError:
            await self._release(work, began=True)
            raise
        await self._settle(work, result)

    @contextlib.contextmanager
    def _counted(self, attempt: Attempt) -> Iterator[None]:
        """It runs, and after a while it takes no room from others."""

        def takes_long() -> None:
            self._slots.takes_long(attempt)
            self.wake()

        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._clock.real_seconds(LONG), takes_long)
        try:
            yield
        finally:
            timer.cancel()
            self._slots.end(attempt)

    def _record_of(
        self, claim: Claim, work: Work, failure: Exception | None, result: Outcome, began: float
    ) -> HandlerRun:
        is_first = work.attempt == 1 and not work.replay
        return HandlerRun(
            handler=work.handler,
            event_id=work.event_id,
            event_type=claim.event.type,
            attempt=work.attempt,
            state=result.state,
            error=None if failure is None else type(failure).__name__,
            waited=max(began - claim.event.received, 0.0) if is_first else None,
            duration=max(self._clock.now() - began, 0.0),
        )

    async def _tried(
        self,
        route: Route,
        event: Event,
        context: Context,
        work: Work,
        rules: Rules,
        damage: EnvelopeError | None,
    ) -> tuple[Exception | None, Outcome]:
        """The error that counts, if any, and what comes next."""
        if damage is not None:
            return damage, Outcome(state=State.DEAD, error=str(damage))
        crash = crash_error(work)
        if crash is not None:
            return crash, given_up_for_crashes(work, crash)
        failure = await run(route, event, context, rules.timeout)
        if failure is not None:
            failure = await decide(route, failure, event, context, rules.timeout)
        now = self._now()
        return failure, outcome(failure, work.failures + 1, rules, now, self._chance())

    def _rules_of(self, route: Route) -> Rules:
        handler, rules = route.handler, self._rules
        return Rules(
            attempts=handler.attempts or rules.attempts,
            timeout=handler.timeout or rules.timeout,
            backoff=rules.backoff,
        )

    async def _settle(self, work: Work, result: Outcome) -> None:
        """Write it down, however long that takes: until then the work stays ours."""
        self._leases.ran(work)
        pause = _POLL
        try:
            while True:
                try:
                    held = await self._inbox.settle(work, result, self._now())
                    break
                except Exception as error:
                    if self._is_over:
                        log_unsettled(work, "it runs again")
                        return
                    logger.error(
                        "what became of %s for %s can't be written down yet: %s",
                        work.handler,
                        work.event_id,
                        told(error),
                        extra=about_work(work) | fields(error_type=type(error).__name__),
                    )
                await self._clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        except asyncio.CancelledError:
            # The inbox may be writing it at this moment, and is not stopped by that.
            log_unsettled(work, "it may run again")
            raise
        finally:
            self._leases.drop(work)
        if not held:
            line = "%s for %s was no longer ours"
            logger.warning(line, work.handler, work.event_id, extra=about_work(work))
        elif result.due is not None:
            wait = result.due - self._now()
            if wait < _POLL:
                asyncio.get_running_loop().call_later(
                    self._clock.real_seconds(max(wait, 0.0)), self.wake
                )

    async def _release(self, work: Work, *, began: bool) -> None:
        self._leases.drop(work)
        try:
            await self._inbox.release(work, began=began)
        except Exception as error:
            logger.warning(
                "%s for %s can't be released, and is due again when this process has ended: %s",
                work.handler,
                work.event_id,
                told(error),
                extra=about_work(work) | fields(error_type=type(error).__name__),
            )

    async def _tidy(self) -> None:
        """Purge now and then."""
        self._purge_time.look()
        wait = _FIRST_PURGE
        while not await self._stops_within(wait):
            wait = _PURGE_EVERY
            try:
                now = await self._purge_time.now()
                while not self._stopping.is_set() and await self._inbox.purge(self._routes, now):
                    pass
                await self._purge_time.purged(now)
            except Exception as error:
                extra = fields(error_type=type(error).__name__)
                logger.error("the inbox was not purged: %s", told(error), extra=extra)
