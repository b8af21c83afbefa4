"""For the tests of those who receive webhooks: signing, realistic events, a client without sockets.

async with ReceiverClient(receiver) as oncehub:
    answer = await oncehub.deliver(make_event("booking.scheduled"))
    await oncehub.handled()
"""

from ._delivery_body import delivered_booking, envelope, sign
from ._inbox_contract import InboxContract, SharedInboxContract
from ._make_event import make_event
from ._receiver_client import ReceiverClient

__all__ = [
    "InboxContract",
    "ReceiverClient",
    "SharedInboxContract",
    "delivered_booking",
    "envelope",
    "make_event",
    "sign",
]
