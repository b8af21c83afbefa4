"""How deliveries are made, where no source tells how the real service does."""

from typing import Literal

import attrs

from ..._ground import checks
from ...testing import ApiVersion

DAY = 86_400.0

Timestamp = Literal["real", "simulated"]
RetriesSigned = Literal["anew", "first"]

_positive = checks.SECONDS


@attrs.frozen(kw_only=True)
class Delivery:
    """What is documented: retries with exponential back-off for about three days, then the end.

    What isn't can be chosen. `first_retry` and `give_up_after` are seconds of the simulator's
    clock: each retry comes after twice the wait of the one before, the last one `give_up_after`
    the first attempt; if that fails too, the webhook is switched off. `timeout` is how long a
    receiver may take to answer, in real seconds, however fast the clock runs. At most
    `concurrency` attempts are made at a time; 1 keeps events in order, but for retries. The last
    `record` attempts are remembered.
    `timestamp` is what signatures show: the "real" time, so that receivers which refuse old
    events take these, or the "simulated" one. `retries_signed` is with the time of the retry
    ("anew") or of the "first" attempt. The ids of events are a function of the account's seed and
    their number, from `first_event` on: a receiver that remembers those of an earlier run has to
    get others. `api_version` "v1" makes all webhooks such as were made before v2: no signature,
    bookings in their older form, and no events of conversations or of reassigning.
    """

    first_retry: float = attrs.field(default=60.0, validator=_positive)
    give_up_after: float = attrs.field(default=3 * DAY, validator=checks.SECONDS_OR_NONE)
    timeout: float = attrs.field(default=10.0, validator=_positive)
    concurrency: int = attrs.field(default=10, validator=checks.COUNT)
    record: int = attrs.field(default=1_000, validator=checks.COUNT_OR_NONE)
    timestamp: Timestamp = attrs.field(default="real", validator=checks.one_of("real", "simulated"))
    first_event: int = attrs.field(default=0, validator=checks.COUNT_OR_NONE)
    retries_signed: RetriesSigned = attrs.field(
        default="anew", validator=checks.one_of("anew", "first")
    )

    api_version: ApiVersion = attrs.field(default="v2", validator=checks.one_of("v1", "v2"))

    def retry_at(self, attempts: int, first: float, now: float) -> float | None:
        """When to try again what has failed so many times, None to give up; in seconds, as `now`.

        `first` is when it was tried first.
        """
        end = first + self.give_up_after
        if now >= end:
            return None
        # Beyond that many doublings floats end, and so has every sensible time.
        return min(now + self.first_retry * 2.0 ** min(attempts - 1, 60), end)
