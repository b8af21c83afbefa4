"""One call: permits, attempts, back-off and key rotation until there is an answer or an error."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import attrs

from .._ground import Clock, begin_hook, fields, logger, off_loop, tell_hook
from .._rate import Priority, RateBudget, RequestOutcome, belongs_together, tells
from ..errors import (
    AuthenticationError,
    DeadlineExceededError,
    InvalidResponseError,
    ModelError,
    NotFoundError,
    OutcomeUnknownError,
    RateLimitError,
    RequestError,
    StillRateLimitedError,
)
from .api_key import ApiKey, KeySource
from .request import Request
from .request_attempt import AttemptHook, CallSpan, CallTracing, RequestAttempt, StartedCall, report
from .response import RawAnswer, read
from .retry import RetryPolicy, Verdict, delay_before_repeat, judge, may_have_acted, why_again
from .transport import Departure, Transport

T = TypeVar("T")


@attrs.frozen(eq=False)
class Reply:
    """A success: the JSON data, and what else of the answer matters."""

    data: Any = attrs.field(repr=False)
    request_id: str | None = None
    links: str = attrs.field(default="", repr=False)
    """The Link header, or nothing."""
    status: int = 200
    took: float = 0.0
    """Seconds of the clock from leaving to the answer."""


@attrs.frozen(eq=False)
class Caller:
    """Makes calls for all resources of a client."""

    session: Callable[[], aiohttp.ClientSession]
    transport: Transport
    keys: KeySource
    budget: Callable[[ApiKey], RateBudget]
    retry: RetryPolicy
    clock: Clock
    on_attempt: AttemptHook | None = None
    tracing: CallTracing | None = None
    budget_in_use: Callable[[], RateBudget | None] = lambda: None
    """The budget, once there is one."""
    uniform: Callable[[float, float], float] = random.uniform

    async def call(self, request: Request, decode: Callable[[Reply], T], priority: Priority) -> T:
        """Send a request until it is answered, and give what `decode` makes of the answer.

        Raises a `RequestError`.
        """
        if self.tracing is None:
            return await _Call(self, request, priority).run(decode)
        span = self._span_of(self.tracing, request)
        end = None if span is None else span.end
        try:
            result = await _Call(self, request, priority, span).run(decode)
        except BaseException as error:
            tell_hook(end, error, "tracing")
            raise
        tell_hook(end, None, "tracing")
        return result

    def _span_of(self, tracing: CallTracing, request: Request) -> CallSpan | None:
        address = self.transport.base_url
        call = StartedCall(
            method=request.method,
            path_template=request.operation.path,
            host=address.host or "",
            port=address.port,
        )
        return begin_hook(tracing.begin_call, call, "tracing")


@attrs.define(eq=False)
class _Call:
    """The state of one call between its attempts."""

    caller: Caller
    request: Request
    priority: Priority
    span: CallSpan | None = None
    deadline: float = 0.0
    attempts: int = 0
    failures: int = 0
    may_have_acted: bool = False
    key_was_renewed: bool = False
    budget: RateBudget | None = None

    async def run(self, decode: Callable[[Reply], T]) -> T:
        caller = self.caller
        self.deadline = caller.clock.now() + caller.retry.deadline
        caller.session()
        key = await self._within_deadline(caller.keys.current(), "the API key provider")
        last: RequestError | None = None
        while True:
            try:
                reply = await self._attempt(key, last)
            except AuthenticationError as error:
                key = await self._renewed_key(key, error)
                last = error
            except NotFoundError as error:
                if not (self.request.method == "DELETE" and self.may_have_acted):
                    raise
                # An earlier attempt, whose answer was lost, has deleted it.
                return decode(Reply(self.request.nothing, error.request_id))
            except RequestError as error:
                await self._before_repeat(error)
                last = error
            else:
                return self._decoded(decode, reply)

    async def _attempt(self, key: ApiKey, last: RequestError | None) -> Reply:
        caller, request = self.caller, self.request
        budget = self.budget = caller.budget(key)
        asked_at = caller.clock.now()
        permit = await self._within_deadline(budget.acquire(self.priority), "the rate budget", last)
        started = caller.clock.now()
        self.attempts += 1
        answer: RawAnswer | None = None
        failure: BaseException | None = None
        departure = Departure(caller.clock)
        try:
            answer = await caller.transport.send(
                caller.session(), request, key, self._timeout(), departure
            )
            took = caller.clock.now() - (started if departure.at is None else departure.at)
            data = await off_loop(len(answer.body), read, request, answer)
            return Reply(data, answer.request_id, answer.links, answer.status, took)
        except BaseException as error:
            failure = error
            raise
        finally:
            finished = caller.clock.now()
            await budget.settle(permit, _outcome(answer, failure, departure))
            record = RequestAttempt(
                method=request.method,
                path_template=request.operation.path,
                number=self.attempts,
                status=None if answer is None else answer.status,
                error=None if failure is None else type(failure).__name__,
                duration=finished - started,
                budget_wait=started - asked_at,
                request_id=None if answer is None else answer.request_id,
            )
            report(record, caller.on_attempt)
            if self.span is not None:
                tell_hook(self.span.attempt, record, "tracing")

    async def _within_deadline(
        self, waiting: Awaitable[T], what: str, last: RequestError | None = None
    ) -> T:
        left = self._left()
        limit = asyncio.timeout(self.caller.clock.real_seconds(left))
        try:
            async with limit:
                return await waiting
        except TimeoutError:
            if not limit.expired():
                raise
            ended = StillRateLimitedError if isinstance(last, RateLimitError) else None
            raise (ended or DeadlineExceededError)(
                f"waited {left:.0f} s for {what}{self._reason()}; the deadline of "
                f"{self.caller.retry.deadline:g} s for the whole call is over "
                "(RetryPolicy.deadline)",
                method=self.request.method,
                path=self.request.path,
                **(_refusal(last) if ended is not None and last is not None else {}),
            ) from last

    def _reason(self) -> str:
        """What the budget is waiting for, as far as it tells."""
        budget = self.budget
        forecast = budget.forecast() if tells(budget) else None
        if forecast is None or not forecast.reason:
            return ""
        return f" ({forecast.reason}; {forecast.wait:.0f} s more)"

    def _decoded(self, decode: Callable[[Reply], T], reply: Reply) -> T:
        try:
            return decode(reply)
        except ModelError as problem:
            error = InvalidResponseError(
                f"the answer is not of the documented form: {problem}",
                method=self.request.method,
                path=self.request.path,
                status=reply.status,
                request_id=reply.request_id,
                at=problem.at,
            )
            if self.request.operation.repeatable:
                raise error from None
            raise self._unknown(error) from error

    async def _renewed_key(self, refused: ApiKey, error: AuthenticationError) -> ApiKey:
        if self.key_was_renewed:
            raise error
        self.key_was_renewed = True
        newer = await self._within_deadline(
            self.caller.keys.after_refusal(refused), "the API key provider", error
        )
        if newer is None:
            raise error
        belongs_together(refused.fingerprint(), newer.fingerprint())
        logger.info("the API key was refused; the provider gave another one")
        return newer

    async def _before_repeat(self, error: RequestError) -> None:
        """Wait until the call may be repeated, or raise what ends it."""
        policy = self.caller.retry
        verdict = judge(self.request.operation, error)
        if verdict is Verdict.GIVE_UP:
            raise error
        if verdict is Verdict.OUTCOME_UNKNOWN:
            raise self._unknown(error) from error
        self.may_have_acted = self.may_have_acted or may_have_acted(error)
        if not isinstance(error, RateLimitError):
            self.failures += 1
            if self.failures >= policy.attempts:
                raise error
        delay = delay_before_repeat(policy, max(1, self.failures), error, self.caller.uniform)
        if delay >= self._left():
            raise error
        logger.warning(
            "%s %s: %s; %s",
            self.request.method,
            self.request.operation.path,
            why_again(error),
            "it is repeated, and all requests slow down"
            if isinstance(error, RateLimitError)
            else f"again in {delay:.1f} s",
            extra=fields(
                method=self.request.method,
                path=self.request.operation.path,
                attempt=self.attempts,
                status=error.status,
                error_type=type(error).__name__,
                retry_in=round(delay, 1),
                request_id=error.request_id,
            ),
        )
        await self.caller.clock.sleep(delay)

    def _unknown(self, error: RequestError) -> OutcomeUnknownError:
        return OutcomeUnknownError(
            "sent, but no answer tells whether the service acted on it "
            f"({why_again(error)}); look before you try again",
            method=self.request.method,
            path=self.request.path,
            status=error.status,
            type=error.type,
            message=error.message,
            param=error.param,
            request_id=error.request_id,
        )

    def _left(self) -> float:
        return max(0.001, self.deadline - self.caller.clock.now())

    def _timeout(self) -> aiohttp.ClientTimeout:
        policy = self.caller.retry
        total = min(policy.attempt_timeout, self.caller.clock.real_seconds(self._left()))
        return aiohttp.ClientTimeout(total=total, connect=min(policy.connect_timeout, total))


def _refusal(last: RequestError) -> dict[str, Any]:
    """What the service said the last time."""
    names = ("status", "type", "message", "param", "request_id", "retry_after")
    return {name: getattr(last, name, None) for name in names}


def _outcome(
    answer: RawAnswer | None, failure: BaseException | None, departure: Departure
) -> RequestOutcome:
    if isinstance(failure, RateLimitError):
        return RequestOutcome(
            answered=True, refused=True, retry_after=failure.retry_after, left_at=departure.at
        )
    return RequestOutcome(answered=answer is not None, left_at=departure.at)
