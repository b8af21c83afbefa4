"""A process that sends what a shared budget lets it, until it is told to end or is killed.

    python -m tests.rate.sharing_worker BUDGET URL SPEED bulk|person

The key is in the environment, the id of a booking too. Ends with a line of JSON.
"""

import asyncio
import json
import os
import random
import sys

from oncehub_async import Clock, OnceHub, Priority, RequestAttempt, RetryPolicy, budget_at


async def main(budget_name: str, url: str, speed: float, kind: str) -> None:
    clock = Clock(speed=speed)
    waits: list[float] = []
    told: list[int | None] = []

    def note(attempt: RequestAttempt) -> None:
        waits.append(attempt.budget_wait)
        told.append(attempt.status)

    key, booking = os.environ["KEY"], os.environ["BOOKING"]
    budget = budget_at(budget_name, address=os.environ["ADDRESS"], clock=clock)
    client = OnceHub(
        key,
        base_url=url,
        budget=budget,
        clock=clock,
        on_attempt=note,
        retry=RetryPolicy(deadline=1e6),
    )

    async def work() -> None:
        resources = client.with_priority(Priority.BULK)
        while True:
            await resources.bookings.get(booking)

    async def call() -> None:
        pick = random.Random(os.getpid())
        while True:
            await clock.sleep(pick.uniform(20, 50))
            await client.bookings.get(booking)

    async with budget, client:
        print("ready", flush=True)  # noqa: T201 - to whoever started it
        tasks = [asyncio.create_task(work()) for _ in range(3)] if kind == "bulk" else []
        tasks += [asyncio.create_task(call())] if kind == "person" else []
        await asyncio.to_thread(sys.stdin.readline)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    print(json.dumps({"sent": len(told), "waits": waits}), flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]))
