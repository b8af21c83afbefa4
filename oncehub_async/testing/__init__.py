"""For the tests of those who receive webhooks: signing, realistic events, a client without sockets.

async with ReceiverClient(receiver) as oncehub:
    answer = await oncehub.deliver(make_event("booking.scheduled"))
    await oncehub.handled()
"""

from .client import ReceiverClient
from .events import make_event
from .signing import sign

__all__ = ["ReceiverClient", "make_event", "sign"]
