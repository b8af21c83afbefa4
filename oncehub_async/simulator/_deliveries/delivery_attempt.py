"""What became of a delivery, each time it was tried."""

from datetime import datetime
from typing import Literal

import attrs

DeliveryOutcome = Literal[
    "accepted", "refused", "timeout", "unreachable", "unheard", "unrouted", "lost", "deleted"
]

UNSENT: frozenset[DeliveryOutcome] = frozenset({"unrouted", "lost", "deleted"})
"""Outcomes of what was never sent."""


@attrs.frozen(kw_only=True)
class DeliveryAttempt:
    """One attempt to deliver an event to a webhook; `number` counts from 1, 0 was none.

    | outcome | what happened |
    |---|---|
    | accepted | 2xx |
    | refused | another `status`; redirects are not followed |
    | timeout | no answer in time |
    | unreachable | no connection, or it broke |
    | unheard | 2xx, but on demand (`DeliveryFault`) it was not heard |
    | unrouted | nothing was sent: nobody told where the webhook's URL leads (`deliver_to`) |
    | lost | nothing was sent: the webhook is switched off |
    | deleted | nothing was sent: the webhook was deleted |

    `at` is the simulator's time. `duplicate` tells the copies that came on demand.
    """

    webhook: str
    event: str
    type: str
    object_id: str
    number: int
    outcome: DeliveryOutcome
    status: int | None
    at: datetime
    duplicate: bool = False
