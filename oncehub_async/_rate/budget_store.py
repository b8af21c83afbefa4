"""Where a budget of many processes is kept, as each of them asks there."""

from collections.abc import Callable
from typing import Protocol

from .shared_messages import Ask, SharedRules, Told


class StoreGoneError(Exception):
    """Where the budget is kept can't be reached at present."""


class BudgetStore(Protocol):
    """Where a budget of many processes is kept."""

    name: str
    """For people: without passwords."""

    async def open(self, on_lost: Callable[[], None]) -> None:
        """Get ready; `on_lost` is called when what was shared may have been lost."""
        ...

    async def ask(self, ask: Ask, rules: SharedRules, patience: float | None = None) -> Told:
        """One exchange, in so many real seconds or what is usual there.

        Raises `StoreGoneError`, and `ConfigurationError` for what won't pass.
        """
        ...

    async def close(self) -> None:
        """Let go of what is open."""
        ...
