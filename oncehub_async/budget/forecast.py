"""When requests can leave that nobody has asked for yet: what a progress display shows."""

from bisect import insort

import attrs

from .window import Window, free_at


@attrs.frozen
class Forecast:
    """What the budget lets happen next. Times are in seconds from now."""

    wait: float
    """Until the next request may leave."""

    reason: str
    """What it waits for, in words; empty where it needn't wait."""

    all_sent: float
    """Until the last of the requests that were asked about may leave."""


def forecast(
    now: float,
    second: Window,
    second_limit: int,
    address: Window,
    paused_until: float,
    requests: int,
) -> Forecast:
    """When so many requests may leave, if nobody else sends any."""
    times = {
        "the pause after a 429": paused_until,
        f"the limit of {second_limit} requests a second": second.ready_at(now, second_limit),
        f"the limit of {address.limit} requests in 5 minutes": address.ready_at(now),
    }
    reason, at = max(times.items(), key=lambda item: item[1])
    in_second, in_address = list(second.arrivals()), list(address.arrivals())
    sent = max(now, at)
    for _ in range(requests):
        sent = max(
            sent,
            free_at(in_second, second_limit, second.seconds),
            free_at(in_address, address.limit, address.seconds),
        )
        insort(in_second, sent)
        insort(in_address, sent)
    return Forecast(max(0.0, at - now), reason if at > now else "", sent - now)
