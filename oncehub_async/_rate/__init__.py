"""The rate budget: who may send a request, and when.

OnceHub answers 5 requests a second for an account and 200 in 5 minutes for an address, and refuses
the rest with a 429. All clients of a process that use the same account share one budget.

Source: https://help.oncehub.com/developers/overview/rate-limits
"""

from .budget import Budget, TellingBudget, tells
from .budgets_of_keys import belongs_together, shared_budget
from .file_budget import FileBudget
from .forecast import UNKNOWN, Demand, Demands, Forecast
from .named_budget import BUDGET_VARIABLE, budget_at, budget_of_environment
from .process_share import SharedBudget
from .rate_budget import FIVE_MINUTES, Limits, Permit, Priority, RateBudget, RequestOutcome, Room
from .redis_budget import RedisBudget
from .request_queue import RequestQueue

__all__ = [
    "BUDGET_VARIABLE",
    "FIVE_MINUTES",
    "UNKNOWN",
    "Budget",
    "Demand",
    "Demands",
    "FileBudget",
    "Forecast",
    "Limits",
    "Permit",
    "Priority",
    "RateBudget",
    "RedisBudget",
    "RequestOutcome",
    "RequestQueue",
    "Room",
    "SharedBudget",
    "TellingBudget",
    "belongs_together",
    "budget_at",
    "budget_of_environment",
    "shared_budget",
    "tells",
]
