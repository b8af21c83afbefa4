"""A simulated OnceHub: the whole API over HTTP, with state, rate limits and faults on demand.

    async with Simulator(Account(bookings=20_000), clock=Clock(speed=30)) as sim:
        client = ...  # with sim.url and sim.api_key

It needs no account, no network beyond loopback, and answers the same for the same seed.
"""

from ._account_events.activity import Activity
from ._account_settings import Account, Product
from ._deliveries.delivery_attempt import DeliveryAttempt, DeliveryOutcome
from ._deliveries.delivery_faults import DeliveryFault, DeliveryFaultKind
from ._deliveries.delivery_settings import Delivery
from ._deliveries.routes import EVERY_WEBHOOK, Answered, Target
from ._faults import Change, Fault, FaultKind
from ._rate_limits import ServiceLimits
from ._service import Service
from ._simulator import START, Simulator
from ._stats import Stats

__all__ = [
    "EVERY_WEBHOOK",
    "START",
    "Account",
    "Activity",
    "Answered",
    "Change",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryFault",
    "DeliveryFaultKind",
    "DeliveryOutcome",
    "Fault",
    "FaultKind",
    "Product",
    "Service",
    "ServiceLimits",
    "Simulator",
    "Stats",
    "Target",
]
