"""What a receiver does before its first handler runs: services, company, work to be done again."""

import functools
import inspect
import logging
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

from ..._ground import Clock
from ...errors import ConfigurationError
from .._inbox import Inbox, Selection, Subscription
from .deployment_watch import DeploymentWatch
from .router import Route

logger = logging.getLogger("oncehub_async.webhooks")


async def enter_services(services: Any, stack: AsyncExitStack) -> object:
    """What handlers find in `context.services`: the object itself, or what its manager gives.

    Raises `ConfigurationError` for a function that gives no async context manager.
    """
    given = services
    while isinstance(given, functools.partial):
        given = given.func
    if not callable(services) or not inspect.isroutine(given):
        return services
    manager = services()
    if not isinstance(manager, AbstractAsyncContextManager):
        raise ConfigurationError(
            "services: the function has to give an async context manager; put "
            "@asynccontextmanager above it"
        )
    return await stack.enter_async_context(manager)


async def join(inbox: Inbox, routes: Iterable[Route], clock: Clock) -> DeploymentWatch:
    """Have others who share the inbox know the handlers, and tell of what waits for none."""
    handlers = [route.handler for route in routes]
    subscriptions = [Subscription(each.name, each.asks_for) for each in handlers]
    watch = DeploymentWatch(inbox, subscriptions, clock)
    await watch.look()
    return watch


def checked_redo(selection: Selection | None) -> Selection | None:
    """Raises `ConfigurationError` for what selects no work."""
    if not isinstance(selection, Selection | None):
        raise ConfigurationError(
            f"redo_at_start: expected a Selection, got {type(selection).__name__}"
        )
    return selection


async def redo(inbox: Inbox, selection: Selection | None, clock: Clock) -> None:
    """Make work due again, if any is selected."""
    if selection is not None:
        count = await inbox.redo(selection, clock.now() + inbox.clock_offset)
        logger.info("redo_at_start: work of %d events is due again", count)
