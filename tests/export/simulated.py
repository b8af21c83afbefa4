"""A simulated account and exports of it, on a fast clock without limits."""

import json
from pathlib import Path
from typing import Any

from oncehub_async import Budget, Clock, Limits, OnceHub, RetryPolicy
from oncehub_async.export import Manifest, plan_export, run_export
from oncehub_async.simulator import Account, Simulator

FAST = Clock(speed=500)
ACCOUNT = Account(bookings=650, contacts=230, sms_notifications=120, seed=7)
# With both limits out of the way, the tests take no longer than the machine needs.
ROOMY = Limits(per_second=1000, per_five_minutes=100_000)
PATIENT = RetryPolicy(attempts=20, first_delay=0.1, longest_delay=1.0, attempt_timeout=3.0)


def client(sim: Simulator, retry: RetryPolicy = PATIENT) -> OnceHub:
    budget = Budget(ROOMY, clock=FAST)
    return OnceHub(sim.api_key, base_url=sim.url, clock=FAST, budget=budget, retry=retry)


def simulated(account: Account = ACCOUNT, **settings: Any) -> Simulator:
    return Simulator(account, clock=FAST, limits=None, **settings)


async def export(
    sim: Simulator, out: Path, *names: str, overwrite: bool = False, **filters: Any
) -> Manifest:
    async with client(sim) as oncehub:
        return await run_export(oncehub, plan_export(names, **filters), out, overwrite=overwrite)


def lines(out: Path, resource: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / f"{resource}.jsonl").read_bytes().splitlines()]
