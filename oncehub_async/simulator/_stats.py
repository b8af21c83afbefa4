"""What a simulator has been asked, and how it answered."""

from collections import Counter

import attrs


@attrs.define
class Stats:
    """Counts since the simulator started.

    `requests` arrived; of these `refused` met the rate limits (429). `by_status` and
    `by_operation` (the vendor's operation ids) count answers and calls, `faults` what went wrong
    on demand. A dropped connection has no status. `events` (by type) were made for webhooks that
    subscribed to them, `deliveries` (by outcome) are what became of each attempt to deliver them,
    `delivery_faults` what went wrong with that on demand.
    """

    requests: int = 0
    refused: int = 0
    by_status: Counter[int] = attrs.field(factory=Counter)
    by_operation: Counter[str] = attrs.field(factory=Counter)
    faults: Counter[str] = attrs.field(factory=Counter)
    events: Counter[str] = attrs.field(factory=Counter)
    deliveries: Counter[str] = attrs.field(factory=Counter)
    delivery_faults: Counter[str] = attrs.field(factory=Counter)
