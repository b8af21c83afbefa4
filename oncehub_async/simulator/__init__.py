"""A simulated OnceHub: the whole API over HTTP, with state, rate limits and faults on demand.

    async with Simulator(Account(bookings=20_000), clock=Clock(speed=30)) as sim:
        client = ...  # with sim.url and sim.api_key

It needs no account, no network beyond loopback, and answers the same for the same seed.
"""

from .account import Account, Product
from .deliveries.attempt import Attempt, Outcome
from .deliveries.faults import DeliveryFault, DeliveryFaultKind
from .deliveries.routes import EVERY_WEBHOOK, Target
from .deliveries.settings import Delivery
from .faults import Change, Fault, FaultKind
from .happenings.activity import Activity
from .limits import Limits
from .service import Service
from .simulator import Simulator
from .stats import Stats

__all__ = [
    "EVERY_WEBHOOK",
    "Account",
    "Activity",
    "Attempt",
    "Change",
    "Delivery",
    "DeliveryFault",
    "DeliveryFaultKind",
    "Fault",
    "FaultKind",
    "Limits",
    "Outcome",
    "Product",
    "Service",
    "Simulator",
    "Stats",
    "Target",
]
