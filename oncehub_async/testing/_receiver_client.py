"""OnceHub's side of a receiver, without a socket."""

from contextlib import AsyncExitStack
from datetime import timedelta
from secrets import token_hex
from types import TracebackType
from typing import Any, Self

from .._ground import UNSET, Unset
from ..webhooks import SIGNATURE_HEADER, DeliveryAnswer, Inbox, MemoryInbox, Receiver, State
from ._delivery_body import sign
from ._movable_clock import MovableClock

_KEEP = timedelta(days=60).total_seconds()
"""Time is moved by weeks, perhaps, and no event is to be forgotten meanwhile."""


class ReceiverClient:
    """Delivers events to a receiver, which it opens and closes.

        async with ReceiverClient(receiver) as oncehub:
            assert (await oncehub.deliver(make_event("booking.canceled"))).status == 200
            await oncehub.handled()

    - `secret`: signs the deliveries. Left out, the receiver gets another one for as long as the
      client lasts, and nobody has to know its own; None for a receiver of unsigned deliveries.
    - `inbox`: takes the place of the receiver's own; a `MemoryInbox`, if left out.
    - `services`: take the place of the receiver's own, if given.

    `Receiver.override` changes other settings.
    """

    def __init__(
        self,
        receiver: Receiver[Any],
        *,
        secret: str | Unset | None = UNSET,
        inbox: Inbox | None = None,
        services: object = UNSET,
    ) -> None:
        self._receiver, self._services = receiver, services
        self._is_own_secret = not isinstance(secret, Unset)
        self._secret = token_hex() if isinstance(secret, Unset) else secret
        self._inbox = inbox or MemoryInbox(keep=_KEEP)
        self._clock = MovableClock(base=receiver.clock)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.enter_context(
                self._receiver.override(
                    signing_secret=UNSET if self._is_own_secret else self._secret or "",
                    inbox=self._inbox,
                    services=self._services,
                    clock=self._clock,
                )
            )
            await stack.enter_async_context(self._receiver)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def deliver(self, body: bytes, *, timestamp: float | None = None) -> DeliveryAnswer:
        """Post a body, signed at `timestamp` (Unix seconds; the receiver's present)."""
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            moment = self._receiver.clock.now() if timestamp is None else timestamp
            headers[SIGNATURE_HEADER] = sign(body, self._secret, moment)
        return await self._receiver.receive(headers, body)

    async def handled(self) -> dict[State, int]:
        """Wait until no handler runs and none is due; how many there are in each state.

        What failed and is to be tried again later is `State.FAILED`, and not waited for: `advance`
        makes it due.
        """
        await self._receiver.idle()
        return await self._receiver.inbox.counts()

    async def advance(self, seconds: float) -> dict[State, int]:
        """Let time pass at once for the receiver, and wait as `handled` does.

        What is due by then is tried again, once; what fails anew is due later still. Only the
        receiver's clock is moved: neither handlers' time-outs nor other clocks of the machine.
        Raises `InvalidParameterError` for less than 0 seconds.
        """
        self._clock.move(seconds)
        return await self.handled()
