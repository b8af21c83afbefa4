"""A shared budget by its name: a server's URL, or the path of a file."""

import re
from collections.abc import Mapping

from .._ground import Clock
from ..errors import ConfigurationError
from .file_budget import FileBudget
from .process_share import SharedBudget
from .rate_budget import Limits
from .redis_budget import RedisBudget

BUDGET_VARIABLE = "ONCEHUB_BUDGET"
_SERVER = re.compile(r"[^/\s]*@[^@\s]+|[A-Za-z0-9.-]+:\d+(/.*)?")
_REDIS = ("redis://", "rediss://", "unix://")


def budget_at(
    name: str,
    limits: Limits | None = None,
    *,
    account: str = "",
    address: str = "",
    clock: Clock | None = None,
) -> RedisBudget | FileBudget:
    """The budget that processes share at a redis:// URL (`RedisBudget`) or in a file.

    Raises `ConfigurationError`.
    """
    if name.startswith(_REDIS):
        return RedisBudget(name, limits, account=account, address=address, clock=clock)
    if "://" in name or name.startswith(("redis:", "rediss:")):
        # Not shown: it may hold a password.
        raise ConfigurationError(
            "budget: expected a redis:// URL or the path of a file, got another kind of URL"
        )
    if _SERVER.fullmatch(name):
        # A file of that name would be shared with no other host. Not shown, as above.
        raise ConfigurationError(
            "budget: reads like a server's address; write redis:// before it (or ./ before a file)"
        )
    return FileBudget(name, limits, account=account, address=address, clock=clock)


def budget_of_environment(clock: Clock, environ: Mapping[str, str]) -> SharedBudget | None:
    """The budget that ONCEHUB_BUDGET names; None for a clock that goes faster than the others'."""
    name = environ.get(BUDGET_VARIABLE)
    if not name or clock.speed != 1:
        return None
    try:
        return budget_at(name, clock=clock)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"{BUDGET_VARIABLE}: {str(error).removeprefix('budget: ')}"
        ) from None
