"""One account's share of a gate, and the gates that all clients of this process share."""

import threading

import attrs

from ..clock import Clock
from .gate import Gate
from .interface import Limits, Outcome, Permit, Priority
from .window import free_at


@attrs.frozen
class Forecast:
    """What the budget lets happen next. Times are in seconds from now."""

    wait: float
    """Until the next request may leave."""

    reason: str
    """What it waits for, in words; empty where it needn't wait."""

    all_sent: float
    """Until the last of the requests that were asked about may leave."""


class Budget:
    """A rate budget in this process: 5 a second for the account, 200 in 5 minutes altogether.

    Clients that are given the same budget share it. Without one, a client shares with all others
    of the process that use the same key at the same address.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Clock | None = None,
        gate: Gate | None = None,
        account: str = "",
    ) -> None:
        self._gate = gate or Gate(limits or Limits(), clock or Clock())
        self._account = account

    async def acquire(self, priority: Priority) -> Permit:
        """Wait for the right to send one request."""
        return await self._gate.acquire(self._account, priority)

    async def settle(self, permit: Permit, outcome: Outcome) -> None:
        """Tell what became of the request."""
        await self._gate.settle(self._account, permit, outcome)

    def waiting(self) -> int:
        """How many requests wait for a permit."""
        return self._gate.waiting()

    def used_this_second(self) -> int:
        """How many requests of the account hold a place in the last second."""
        window = self._gate.account_window(self._account)
        window.ready_at(self._gate.clock.now())
        return window.used()

    def forecast(self, requests: int = 1) -> Forecast:
        """When the next requests may leave if nobody else sends any."""
        gate = self._gate
        now = gate.clock.now()
        second, address = gate.account_window(self._account), gate.address
        paused = gate.throttle.paused_until
        times = {
            "the pause after a 429": paused,
            f"the limit of {second.limit} requests a second": second.ready_at(now),
            f"the limit of {address.limit} requests in 5 minutes": address.ready_at(now),
        }
        reason, at = max(times.items(), key=lambda item: item[1])
        in_second, in_address = list(second.arrivals()), list(address.arrivals())
        sent = start = max(now, at)
        for _ in range(requests):
            sent = max(
                sent,
                start,
                free_at(in_second, second.limit, second.seconds),
                free_at(in_address, address.limit, address.seconds),
            )
            in_second.append(sent)
            in_address.append(sent)
        return Forecast(max(0.0, at - now), reason if at > now else "", sent - now)


_lock = threading.Lock()
_gates: dict[tuple[str, str, Clock], Gate] = {}
_accounts: dict[str, str] = {}


def shared_budget(service: str, proxy: str, key: str, clock: Clock) -> Budget:
    """The budget that this process uses for the account of a key (its fingerprint).

    The service sees one address for all requests that leave through the same proxy (or none, "").
    """
    with _lock:
        gate = _gates.setdefault((service, proxy, clock), Gate(clock=clock))
        return Budget(gate=gate, account=_accounts.get(key, key))


def belongs_together(older_key: str, newer_key: str) -> None:
    """A key took the place of another: both are of one account and share its budget."""
    with _lock:
        _accounts[newer_key] = _accounts.get(older_key, older_key)
