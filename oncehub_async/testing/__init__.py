"""For the tests of those who receive webhooks: signing, realistic events, a client without sockets.

async with ReceiverClient(receiver) as oncehub:
    answer = await oncehub.deliver(make_event("booking.scheduled"))
    await oncehub.handled()
"""

from ._delivery_body import (
    EVENTS_OF_V1,
    ApiVersion,
    booking_in_v1,
    delivered_booking,
    envelope,
    sign,
)
from ._inbox_contract import InboxContract, SharedInboxContract
from ._make_event import make_event
from ._receiver_client import ReceiverClient
from ._timekeeping_contract import TimekeepingInboxContract

__all__ = [
    "EVENTS_OF_V1",
    "ApiVersion",
    "InboxContract",
    "ReceiverClient",
    "SharedInboxContract",
    "TimekeepingInboxContract",
    "booking_in_v1",
    "delivered_booking",
    "envelope",
    "make_event",
    "sign",
]
