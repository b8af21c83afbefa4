"""Hooks: plain functions of users, told of what happened, which can do no harm."""

import inspect
from collections.abc import Callable
from typing import TypeVar

from ..errors import ConfigurationError
from .log import logger

S = TypeVar("S")
T = TypeVar("T")


def checked_hook(hook: Callable[[T], object] | None, name: str) -> Callable[[T], object] | None:
    """The hook. Raises `ConfigurationError` for what can't be called, or would have to be awaited.

    It is called between two steps of something that others wait for, so it is no coroutine's.
    """
    if hook is None:
        return None
    if not callable(hook):
        raise ConfigurationError(f"{name}: expected a function, got {type(hook).__name__}")
    # An object may have an async __call__, too.
    if inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(type(hook).__call__):
        raise ConfigurationError(f"{name}: expected a plain function, got a coroutine's")
    return hook


def tell_hook(hook: Callable[[T], object] | None, record: T, name: str) -> None:
    """Call it; one that fails is told of in the log."""
    if hook is None:
        return
    try:
        hook(record)
    except Exception:
        logger.exception("the %s hook failed", name)


def checked_tracing(tracing: S | None, *methods: str) -> S | None:
    """The tracing. Raises `ConfigurationError` for what lacks one of the methods."""
    if tracing is not None:
        for name in methods:
            if isinstance(tracing, type) or not callable(getattr(tracing, name, None)):
                raise ConfigurationError(
                    "tracing: expected an object such as "
                    f"oncehub_async.metrics.OpenTelemetryTracing(), got {_named(tracing)}"
                )
    return tracing


def begin_hook(begin: Callable[[T], S], record: T, name: str) -> S | None:
    """What it gives; None where it fails, which the log tells."""
    try:
        return begin(record)
    except Exception:
        logger.exception("the %s hook failed", name)
        return None


def _named(value: object) -> str:
    return value.__name__ if isinstance(value, type) else type(value).__name__
