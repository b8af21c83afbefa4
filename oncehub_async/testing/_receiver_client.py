"""OnceHub's side of a receiver, without a socket."""

from types import TracebackType
from typing import Self

from ..webhooks import SIGNATURE_HEADER, DeliveryAnswer, Inbox, MemoryInbox, Receiver, State
from ._delivery_body import sign


class ReceiverClient:
    """Delivers events to a receiver, which it opens and closes.

        async with ReceiverClient(receiver, secret="...") as oncehub:
            assert (await oncehub.deliver(make_event("booking.canceled"))).status == 200
            await oncehub.handled()

    - `secret`: signs the deliveries; None for a receiver of unsigned ones.
    - `inbox`: takes the place of the receiver's own; a `MemoryInbox`, if left out.
    """

    def __init__(
        self, receiver: Receiver, *, secret: str | None, inbox: Inbox | None = None
    ) -> None:
        self._receiver, self._secret = receiver, secret
        self._inbox = inbox or MemoryInbox()

    async def __aenter__(self) -> Self:
        self._own_inbox, self._receiver.inbox = self._receiver.inbox, self._inbox
        try:
            await self._receiver.open()
        except BaseException:
            self._receiver.inbox = self._own_inbox
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._receiver.close()
        finally:
            self._receiver.inbox = self._own_inbox

    async def deliver(self, body: bytes, *, timestamp: float | None = None) -> DeliveryAnswer:
        """Post a body, signed at `timestamp` (Unix seconds; the receiver's present)."""
        headers = {"Content-Type": "application/json"}
        if self._secret is not None:
            moment = self._receiver.clock.now() if timestamp is None else timestamp
            headers[SIGNATURE_HEADER] = sign(body, self._secret, moment)
        return await self._receiver.receive(headers, body)

    async def handled(self) -> dict[State, int]:
        """Wait until no handler runs and none is due; how many there are in each state.

        What failed and is to be tried again later is `State.FAILED`, and not waited for.
        """
        await self._receiver.idle()
        return await self._receiver.inbox.counts()
