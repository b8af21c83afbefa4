"""The rate budget: who may send a request, and when.

OnceHub answers 5 requests a second for an account and 200 in 5 minutes for an address, and refuses
the rest with a 429. All clients of a process that use the same account share one budget.

Source: https://developers.oncehub.com/docs/rate-limits
"""

from .demand import UNKNOWN, Demand, Demands
from .forecast import Forecast
from .gate import Gate
from .interface import Limits, Outcome, Permit, Priority, RateBudget, Room
from .shared import Budget, belongs_together, shared_budget

__all__ = [
    "UNKNOWN",
    "Budget",
    "Demand",
    "Demands",
    "Forecast",
    "Gate",
    "Limits",
    "Outcome",
    "Permit",
    "Priority",
    "RateBudget",
    "Room",
    "belongs_together",
    "shared_budget",
]
