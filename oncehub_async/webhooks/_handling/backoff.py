"""When a handler that failed is tried again. Pure: chance is an argument."""

import attrs

from ..._ground import checks
from ...errors import ConfigurationError

_seconds, _count = checks.SECONDS, checks.COUNT


@attrs.frozen(kw_only=True)
class Backoff:
    """Exponential back-off with jitter.

    - `attempts`: how often a handler is tried before its event becomes a dead letter.
    - `first`: seconds after the first failure; each further wait is twice as long,
    - `longest`: but never longer than so many seconds.

    Each wait is shortened by chance, down to half of it, so that what failed together doesn't come
    back together. With the defaults the last attempt is 10 to 14 hours after the first.
    """

    attempts: int = attrs.field(default=15, validator=_count)
    first: float = attrs.field(default=5.0, validator=_seconds)
    longest: float = attrs.field(default=4 * checks.HOUR, validator=_seconds)

    def wait(self, attempt: int, chance: float) -> float:
        """Seconds to wait after attempt number `attempt` failed; `chance` is from 0 to 1."""
        doublings = min(attempt - 1, 64)
        return min(self.first * 2.0**doublings, self.longest) * (1 - chance / 2)


def checked_backoff(backoff: object) -> Backoff:
    """The usual one for None. Raises `ConfigurationError` for what is none."""
    if backoff is None:
        return Backoff()
    if not isinstance(backoff, Backoff):
        raise ConfigurationError(
            "backoff: expected a Backoff, such as Backoff(attempts=5), got "
            f"{type(backoff).__name__}"
        )
    return backoff
