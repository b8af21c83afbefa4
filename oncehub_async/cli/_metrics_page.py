"""Where Prometheus finds the metrics of a command: at a port of this machine only."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiohttp import web

from ..metrics import PrometheusMetrics
from ..webhooks import InboxError, OpenedInbox, Receiver

_HOST = "127.0.0.1"


@asynccontextmanager
async def metrics_page(
    metrics: PrometheusMetrics,
    inbox: OpenedInbox | None,
    port: int,
    receiver: Receiver | None = None,
) -> AsyncIterator[str]:
    """Serve /metrics for as long as it is entered, and /ready of a receiver, with what isn't for
    strangers; gives the URL. Raises `OSError`.
    """

    async def show(_request: web.Request) -> web.Response:
        if inbox is not None:
            # What can't be had of it now is as it was; its refusals are counted all the same.
            with suppress(InboxError):
                await metrics.observe_inbox(inbox)
        return web.Response(
            body=metrics.exposition(),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    app = web.Application()
    app.router.add_get("/metrics", show)
    if receiver is not None:
        app.router.add_get("/ready", _readiness(receiver))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, _HOST, port)
        await site.start()
        yield f"http://{_HOST}:{runner.addresses[0][1]}/metrics"
    finally:
        await runner.cleanup()


def _readiness(receiver: Receiver) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def ready(_request: web.Request) -> web.Response:
        told = receiver.readiness()
        return web.Response(status=told.status, body=told.body, content_type=told.content_type)

    return ready
