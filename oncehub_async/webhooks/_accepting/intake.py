"""A delivery's way from its bytes into the inbox, and what is answered to it."""

import logging
from collections.abc import Callable, Sequence

from ..._ground import WallClock, fields, off_loop, tell_hook
from ...errors import ConfigurationError
from .._delivery_tracing import DeliveryTracing, traced_delivery
from .._envelope import Envelope, envelope_of_unreadable, read_envelope
from .._event_names import Unhandled
from .._inbox import Inbox, StoredEvent
from .._inbox_health import InboxHealth
from .._observed import DeliveryHook, ReceivedDelivery
from .._webhook_errors import EnvelopeError, SignatureError, SignatureProblem, told
from . import answers as answer
from .answers import DeliveryAnswer, Headers, signature_of
from .bodies import ArrivingBody, Body, BodyRoom, LargeBodies, looked_at, size_of
from .refusals import Refusal, RefusalLog
from .repeats import Repeats
from .signature import parse_header, raw_body
from .signature_rules import SignatureRules
from .signing_secrets import SigningKey

logger = logging.getLogger("oncehub_async.webhooks")

_UNSIGNED = (SignatureProblem.MISSING, SignatureProblem.MALFORMED)


class Intake:
    """Takes deliveries in, within bounds, for as long as a receiver exists.

    - `max_body`, `max_kept`, `max_waiting`: as a receiver's.
    - `names_for`: the handlers that want events of a type.
    - `on_work`: is called when there is something for them in the inbox.
    - `health`: learns how well the inbox keeps events.
    """

    def __init__(
        self,
        *,
        max_body: int,
        max_kept: int,
        max_waiting: int,
        names_for: Callable[[str], Sequence[str]],
        on_work: Callable[[], None],
        on_delivery: DeliveryHook | None,
        tracing: DeliveryTracing | None,
        health: InboxHealth,
    ) -> None:
        self._max_body = max_body
        self._largest = max(max_body, max_kept)
        self.room = BodyRoom(self._largest)
        self._large = LargeBodies()
        self._max_waiting, self._waiting = max_waiting, 0
        self._names_for, self._on_work, self._on_delivery = names_for, on_work, on_delivery
        self._tracing = tracing
        self.health = health
        self.refusals = RefusalLog()
        self._repeats, self._unhandled = Repeats(), Unhandled()

    def admit(
        self, headers: Headers, length: int | None, rules: SignatureRules
    ) -> ArrivingBody | DeliveryAnswer:
        """What takes a body in, or the answer where none is wanted; see `Receiver.admit`."""
        if self._waiting >= self._max_waiting:
            return self.refuse(Refusal.OVERLOADED)
        most, error = self._largest, None
        try:
            header = signature_of(headers)
            if rules.needs_none(header):
                most = self._max_body
            else:
                rules.check_header(header)
        except ConfigurationError as problem:
            return self.refuse(Refusal.NOT_AS_IT_ARRIVED, str(problem))
        except SignatureError as problem:
            most, error = self._max_body, problem
        if (length or 0) > most:
            return self.refuse(Refusal.TOO_LARGE)
        return ArrivingBody(self.room, most, error)

    def begin(self, health: InboxHealth) -> None:
        """Be ready for the event loop in which the receiver is opened."""
        self.health, self._large = health, LargeBodies()

    async def receive(
        self, headers: Headers, body: Body, rules: SignatureRules, inbox: Inbox
    ) -> DeliveryAnswer:
        """Verify a delivery and put its event into the inbox; see `Receiver.receive`."""
        try:
            header = signature_of(headers)
            body = body if isinstance(body, ArrivingBody) else raw_body(body)
        except ConfigurationError as error:
            return self.refuse(Refusal.NOT_AS_IT_ARRIVED, str(error))
        if size_of(body) > self._largest:
            return self.refuse(Refusal.TOO_LARGE)
        if self._waiting >= self._max_waiting:
            return self.refuse(Refusal.OVERLOADED)
        now = rules.clock.now()
        try:
            key = await rules.key_of(header, body, now)
        except SignatureError as error:
            return self._refuse_unsigned(error, size_of(body))
        except Exception as error:  # of the provider of secrets
            return self.refuse(Refusal.NO_SECRETS, told(error))
        if key is None and size_of(body) > self._max_body:
            return self.refuse(Refusal.TOO_LARGE)
        signed = None if key is None or header is None else float(parse_header(header).time)
        async with self._large.in_memory(body) as raw:
            try:
                envelope = await off_loop(len(raw), self._envelope, raw)
            except EnvelopeError as error:
                if key is None:
                    return self.refuse(Refusal.NO_EVENT, str(error))
                envelope = await _unreadable(raw, error)
            event = StoredEvent(
                id=envelope.id,
                type=envelope.type,
                subject=envelope.subject,
                creation_time=now if envelope.creation_time is None else envelope.creation_time,
                received=now,
                body=raw,
                same_as=envelope.same_as,
                signed=signed,
            )
            return await self._keep(event, key, rules.clock, inbox)

    def refuse(self, why: Refusal, detail: str = "") -> DeliveryAnswer:
        """What to answer to a request that can't be received; see `Receiver.refuse`."""
        given = self.refusals.refuse(why, detail)
        tell_hook(self._on_delivery, ReceivedDelivery(refusal=why), "on_delivery")
        return given

    def _envelope(self, body: bytes) -> Envelope:
        if len(body) > self._max_body:
            raise EnvelopeError(f"it has {len(body):,} bytes, and max_body is {self._max_body:,}")
        return read_envelope(body)

    def _refuse_unsigned(self, error: SignatureError, length: int) -> DeliveryAnswer:
        if error.problem in _UNSIGNED and length > self._max_body:
            return self.refuse(Refusal.TOO_LARGE)
        return self.refuse(Refusal(error.problem), str(error))

    async def _keep(
        self, event: StoredEvent, key: SigningKey | None, clock: WallClock, inbox: Inbox
    ) -> DeliveryAnswer:
        names = self._names_for(event.type)
        self._waiting += 1
        try:
            with traced_delivery(self._tracing, event) as traced:
                is_new = traced.is_new = await inbox.put(traced.event, names)
        except Exception as error:
            if self.health.failed("put", error):
                self.refusals.lull.is_over(Refusal.INBOX)
            return self.refuse(Refusal.INBOX, told(error))
        finally:
            self._waiting -= 1
        self.health.worked("put")
        if self._on_delivery is not None:
            self._tell_of(event, is_new, clock.now())
        if not is_new:
            await self._repeats.again(event, key, inbox)
            return answer.DUPLICATE
        self._repeats.first(event, key)
        if logger.isEnabledFor(logging.DEBUG):
            extra = fields(event_id=event.id, event_type=event.type, status=200)
            logger.debug("%s is accepted", event.id, extra=extra)
        if not names:
            self._unhandled.tell(event.type)
        else:
            self._on_work()
        return answer.ACCEPTED

    def _tell_of(self, event: StoredEvent, is_new: bool, now: float) -> None:
        record = ReceivedDelivery(
            event_id=event.id,
            event_type=event.type,
            is_duplicate=not is_new,
            duration=max(now - event.received, 0.0),
        )
        tell_hook(self._on_delivery, record, "on_delivery")


async def _unreadable(body: bytes, error: EnvelopeError) -> Envelope:
    """The envelope of what is signed and can't be read."""
    envelope = await looked_at(body, envelope_of_unreadable)
    logger.warning(
        "a delivery is signed, and can't be read: %s; it is kept as %s for the handlers "
        'of everything ("*")',
        error,
        envelope.id,
        extra=fields(event_id=envelope.id, event_type=envelope.type),
    )
    return envelope
