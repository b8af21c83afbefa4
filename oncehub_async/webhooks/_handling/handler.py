"""A handler as it was registered, and what a function has to be to become one."""

import inspect
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, Generic

import attrs

from ...errors import ConfigurationError
from .. import _event_names as event_types
from .._event import Event

if sys.version_info >= (3, 13):
    from typing import TypeVar
else:
    from typing_extensions import TypeVar

S = TypeVar("S", default=Any)
"""What a receiver gives to its handlers as `context.services`."""
S_co = TypeVar("S_co", default=Any, covariant=True)

_NO_SERVICES: Any = None


@attrs.frozen(kw_only=True)
class Context(Generic[S_co]):
    """The circumstances of one attempt to handle an event.

    `Context[Services]` is that of a receiver which was given `Services`; a plain `Context` says
    nothing about them.

    - `attempt`: 1 the first time. It is more than 1 after a failure, and after the receiver stopped
      or crashed while the handler ran: what it did may have been done already.
    - `is_last_attempt`: whether a failure makes a dead letter of it. Attempts that were interrupted
      are none of those that a handler has.
    - `handler`: the handler's name, as the inbox keeps it.
    - `received`: when the event was accepted, in UTC.
    - `is_replay`: whether somebody asked for it (`oncehub inbox retry`, `Inbox.redo`): this handler
      was done with the event, had given it up, or wasn't there yet when it came.
    - `is_superseded`: whether this handler is done with an event of the same booking or
      conversation that happened later, so that what this one says is no longer so. That can be
      with replays, dead letters that are retried, and events that arrive late.
    - `services`: what was given to the receiver as `services`: an API client, a pool, ...
    """

    attempt: int
    is_last_attempt: bool
    handler: str
    received: datetime
    is_replay: bool = False
    is_superseded: bool = False
    services: S_co = attrs.field(default=_NO_SERVICES, repr=False)


Done = Coroutine[Any, Any, object]
_LONGEST_NAME = 255


@attrs.frozen(eq=False)
class Handler:
    """A handler as it was registered."""

    name: str
    asks_for: frozenset[str]
    function: Callable[..., Done]
    takes_context: bool
    timeout: float | None
    attempts: int | None
    concurrency: int | None = None

    def wants(self, type: str) -> bool:
        """Whether it handles events of a type."""
        return event_types.matches(self.asks_for, type)

    async def __call__(self, event: Event, context: Context) -> object:
        if self.takes_context:
            return await self.function(event, context)
        return await self.function(event)


def check_coroutine_function(function: object, what: str) -> None:
    """Raises `ConfigurationError` for what is not `async def`."""
    inner = type(function).__call__ if callable(function) else None
    if not (inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(inner)):
        named = _called(function)
        raise ConfigurationError(
            f"{named} is no coroutine function, and {what} has to be one: async def {named}(...)"
        )


def check_arguments(function: Any, arguments: str) -> None:
    """Raises `ConfigurationError` for a function that can't be called with these arguments."""
    if not _takes(function, arguments.count(",") + 1):
        raise ConfigurationError(f"{_called(function)}: has to take ({arguments})")


def takes_context(function: Callable[..., object]) -> bool:
    """Whether a handler takes the context beside the event. Raises `ConfigurationError`."""
    if _takes(function, 1):
        # A second argument with a default is the handler's own affair, unless it says so.
        return "context" in inspect.signature(function).parameters and _takes(function, 2)
    if not _takes(function, 2):
        raise ConfigurationError(f"{_called(function)}: has to take (event) or (event, context)")
    return True


def _takes(function: Callable[..., object], count: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
    return True


def _called(function: object) -> str:
    return str(getattr(function, "__name__", type(function).__name__))


def name_of(function: Callable[..., Any], name: str | None) -> str:
    """What the inbox calls a handler: `name`, or where its function stands."""
    if name is not None:
        if not (name and name.isprintable() and len(name) <= _LONGEST_NAME):
            raise ConfigurationError("name: expected a printable text of 1 to 255 characters")
        return name
    qualname = getattr(function, "__qualname__", None)
    if qualname is None:
        raise ConfigurationError("name: this handler has no name of its own; pass name=")
    return f"{_module_of(function)}:{qualname}"


def _module_of(function: Callable[..., Any]) -> str:
    # A script is called __main__ when it is run and by its name when a server imports it.
    module = function.__module__
    main = sys.modules["__main__"]
    if module != "__main__":
        return module
    spec = getattr(main, "__spec__", None)
    if spec is not None:
        return str(spec.name)
    file = getattr(main, "__file__", None)
    return Path(file).stem if file else module
