"""Verifying, decoding and dispatching in process, beside gidgethub doing the same."""

import asyncio
import hashlib
import hmac
import importlib
import importlib.util
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from oncehub_async.testing import sign
from oncehub_async.webhooks import Context, Event, Router, construct_event

from .receiver_load import SECRET, template

ROUNDS = 15
EVENTS = 2_000


async def ours(body: bytes) -> float:
    """Seconds for an event through `construct_event` and the handlers of a router."""
    router = Router()

    @router.on("booking.scheduled")
    async def handler(_event: Event) -> None: ...

    routes = tuple(router.routes())
    header = sign(body, SECRET)
    context = Context(attempt=1, is_last_attempt=False, handler="h", received=datetime.now(UTC))
    started = time.perf_counter()
    for _ in range(EVENTS):
        event = construct_event(body, header, SECRET)
        for route in routes:
            if route.handler.wants(event.type):
                await route.call(event, context)
    return (time.perf_counter() - started) / EVENTS


async def gidgethubs(body: bytes) -> float:
    """Seconds for an event through `Event.from_http` and `Router.dispatch`."""
    routing: Any = importlib.import_module("gidgethub.routing")
    sansio: Any = importlib.import_module("gidgethub.sansio")

    router = routing.Router()

    async def handler(_event: Any) -> None: ...

    router.add(handler, "booking")
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/json",
        "x-github-event": "booking",
        "x-github-delivery": "1",
        "x-hub-signature-256": f"sha256={digest}",
    }
    started = time.perf_counter()
    for _ in range(EVENTS):
        event = sansio.Event.from_http(headers, body, secret=SECRET)
        await router.dispatch(event)
    return (time.perf_counter() - started) / EVENTS


def main(rounds: int = ROUNDS) -> None:
    """Print the ratio."""
    if importlib.util.find_spec("gidgethub") is None:
        print("(gidgethub is not installed: nothing to compare with)")
        return
    body = template()
    pairs = [(asyncio.run(ours(body)), asyncio.run(gidgethubs(body))) for _ in range(rounds)]
    share = statistics.median(theirs / mine for mine, theirs in pairs)
    mine = statistics.median(mine for mine, _ in pairs) * 1e6
    print(f"{'verify, decode, dispatch: speed beside gidgethub':<60} {share:6.2f}  {mine:6.1f} µs")


if __name__ == "__main__":
    main()
