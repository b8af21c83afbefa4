"""The budgets that all clients of this process share, by their keys.

Nobody tells when a key has served its time, and a program may see many. What nobody uses any more
is forgotten, but not before its requests have left the windows: a client that comes and goes sends
no more than one that stays.
"""

import threading
import weakref

from .._ground import Clock
from .budget import Budget
from .request_queue import RequestQueue

_Place = tuple[str, str, Clock]
"""Service, proxy and clock."""

_FEW = 16
"""So many are looked through only when as many more have come: each call costs the same."""


class BudgetsOfKeys:
    """Gates by where requests leave, and accounts by the fingerprints of their keys."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gates: dict[_Place, RequestQueue] = {}
        self._accounts: dict[str, str] = {}
        self._users: dict[int, weakref.ref[Budget]] = {}
        self._look_at = _FEW

    def of(self, service: str, proxy: str, key: str, clock: Clock) -> Budget:
        """The budget for the account of a key, which counts as used as long as it is kept."""
        with self._lock:
            self._forget_the_unused()
            gate = self._gates.setdefault((service, proxy, clock), RequestQueue(clock=clock))
            budget = Budget(gate=gate, account=self._accounts.get(key, key))
            self._users[id(budget)] = weakref.ref(budget)
            return budget

    def belong_together(self, older_key: str, newer_key: str) -> None:
        """Both keys are of one account."""
        with self._lock:
            self._forget_the_unused()
            self._accounts[newer_key] = self._accounts.get(older_key, older_key)

    def __len__(self) -> int:
        """How much is kept: gates, accounts of newer keys, budgets."""
        return len(self._gates) + len(self._accounts) + len(self._users)

    def _forget_the_unused(self) -> None:
        if len(self) < self._look_at:
            return
        budgets = {at: budget for at, user in self._users.items() if (budget := user()) is not None}
        gates = {id(budget.gate) for budget in budgets.values()}
        accounts = {budget.account for budget in budgets.values()}
        self._users = {at: self._users[at] for at in budgets}
        self._gates = {
            place: gate
            for place, gate in self._gates.items()
            if id(gate) in gates or not gate.is_idle()
        }
        for gate in self._gates.values():
            accounts.update(gate.busy_accounts())
        self._accounts = {
            key: account for key, account in self._accounts.items() if account in accounts
        }
        self._look_at = 2 * len(self) + _FEW


_OURS = BudgetsOfKeys()


def shared_budget(service: str, proxy: str, key: str, clock: Clock) -> Budget:
    """The budget that this process uses for the account of a key (its fingerprint).

    The service sees one address for all requests that leave through the same proxy (or none, "").
    """
    return _OURS.of(service, proxy, key, clock)


def belongs_together(older_key: str, newer_key: str) -> None:
    """A key took the place of another: both are of one account and share its budget."""
    _OURS.belong_together(older_key, newer_key)
