"""Watches of a simulated account, round after round."""

import json
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from oncehub_async import Budget, Clock, Limits, OnceHub, RetryPolicy
from oncehub_async.export import Round, plan_export, watch_export
from oncehub_async.simulator import Account, Simulator

FAST = Clock(speed=500)
ACCOUNT = Account(bookings=250, contacts=120, sms_notifications=30, users=6, seed=7)
ROOMY = Limits(per_second=1000, per_five_minutes=100_000)


def client(sim: Simulator) -> OnceHub:
    retry = RetryPolicy(attempts=2, first_delay=0.1, longest_delay=1.0)
    budget = Budget(ROOMY, clock=FAST)
    return OnceHub(sim.api_key, base_url=sim.url, clock=FAST, budget=budget, retry=retry)


async def watch(
    sim: Simulator,
    out: Path,
    names: tuple[str, ...] = ("bookings",),
    *,
    between: Callable[[int], object] = lambda number: None,
    rounds: int = 2,
    filters: dict[str, str] | None = None,
    **options: Any,
) -> list[Round]:
    """Some rounds; `between` is called after each, with its number."""
    found = []
    async with client(sim) as oncehub:
        plan = plan_export(names, filters=filters)
        watching = watch_export(oncehub, plan, out, every=10, **options)
        async with aclosing(watching) as looks:
            async for look in looks:
                found.append(look)
                between(look.number)
                if look.number == rounds:
                    break
    return found


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def manifest_in(out: Path) -> dict[str, Any]:
    resources: dict[str, Any] = json.loads((out / "manifest.json").read_text())["resources"]
    return resources
