"""Which handlers there are, in which order, and what is wrapped around them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar, overload

import attrs

from .._ground import checks
from ..errors import ConfigurationError
from . import _event_names as event_types
from ._event import BookingEvent, ConversationEvent, Event
from ._event_names import BookingType, ConversationType
from ._handler import (
    Context,
    Done,
    Handler,
    check_arguments,
    check_coroutine_function,
    name_of,
    takes_context,
)

E_contra = TypeVar("E_contra", bound=Event)
M = TypeVar("M", bound="Middleware")
R = TypeVar("R", bound="ErrorHandler")

Call = Callable[[Event, Context], Done]
"""A handler as it is run, with its middleware around it."""

Middleware = Callable[[Event, Context, Call], Done]
"""`async def m(event, context, call_next)`: calls `await call_next(event, context)`, or doesn't."""

ErrorHandler = Callable[[Exception, Event, Context], Done]
"""`async def e(error, event, context)`: told about each attempt that failed."""


@attrs.frozen(eq=False)
class Route:
    """A handler with all that its routers put around it."""

    handler: Handler
    call: Call
    error_handlers: tuple[ErrorHandler, ...]
    """The nearest router's first."""


class Registration(Generic[E_contra]):
    """Registers the function that it decorates; see `Router.on`."""

    def __init__(self, register: Callable[[Callable[..., Any]], None]) -> None:
        self._register = register

    @overload
    def __call__(self, function: Callable[[E_contra], Done]) -> Callable[[E_contra], Done]: ...
    @overload
    def __call__(
        self, function: Callable[[E_contra, Context], Done]
    ) -> Callable[[E_contra, Context], Done]: ...
    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        self._register(function)
        return function


class Router:
    """Handlers, to be included in a receiver or another router.

        router = Router()

        @router.on("booking.canceled", "booking.no_show")
        async def free_the_room(event, context): ...

    Handlers run in the order in which they were registered, those of an included router at the
    place where it was included.
    """

    def __init__(self) -> None:
        self._entries: list[Handler | Router] = []
        self._middleware: list[Middleware] = []
        self._error_handlers: list[ErrorHandler] = []
        self._frozen = False

    @overload
    def on(
        self,
        *types: BookingType,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        unlisted: bool = ...,
    ) -> Registration[BookingEvent]: ...
    @overload
    def on(
        self,
        *types: ConversationType,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        unlisted: bool = ...,
    ) -> Registration[ConversationEvent]: ...
    @overload
    def on(
        self,
        *types: str,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        unlisted: bool = ...,
    ) -> Registration[Event]: ...
    def on(
        self,
        *types: str,
        name: str | None = None,
        timeout: float | None = None,
        attempts: int | None = None,
        unlisted: bool = False,
    ) -> Registration[Any]:
        """Register a coroutine function for events of `types`.

        It takes the event, or the event and a `Context`. "booking" and "conversation" stand for
        all types that begin so, "*" for all there are.

        - `name`: what the inbox calls it, `module:function` if left out. It has to stay the same
          for as long as work waits for it.
        - `timeout`, `attempts`: its own limits instead of the receiver's.
        - `unlisted`: the types may be such as this version doesn't know.

        Raises `InvalidParameterError` for a type that doesn't exist, and `ConfigurationError` for
        what is no coroutine function or has the name of another handler.
        """
        asks_for = event_types.checked(types, unlisted=unlisted)
        if timeout is not None:
            timeout = checks.seconds(timeout, "timeout")
        if attempts is not None:
            attempts = checks.count(attempts, "attempts")

        def register(function: Callable[..., Any]) -> None:
            check_coroutine_function(function, "a handler")
            self._add(
                Handler(
                    name=name_of(function, name),
                    asks_for=asks_for,
                    function=function,
                    takes_context=takes_context(function),
                    timeout=timeout,
                    attempts=attempts,
                )
            )

        return Registration(register)

    def include(self, router: "Router") -> None:
        """Add the handlers of another router, inside the middleware of this one."""
        if not isinstance(router, Router):
            raise ConfigurationError(f"router: expected a Router, got {type(router).__name__}")
        if router is self or self in router.routers():
            raise ConfigurationError("router: includes itself")
        self._add(router)

    def middleware(self, function: M) -> M:
        """Wrap each handler: `async def m(event, context, call_next)`.

        The first one registered is the outermost. What doesn't call `call_next` skips the handler,
        which counts as done.
        """
        self._check_open()
        check_coroutine_function(function, "a middleware")
        check_arguments(function, "event, context, call_next")
        self._middleware.append(function)
        return function

    def on_error(self, function: R) -> R:
        """Be told about failed attempts: `async def e(error, event, context)`.

        It may raise `RetryLater` or `GiveUp` to decide what comes next.
        """
        self._check_open()
        check_coroutine_function(function, "an error handler")
        check_arguments(function, "error, event, context")
        self._error_handlers.append(function)
        return function

    def routes(
        self, outer: tuple[Middleware, ...] = (), told: tuple[ErrorHandler, ...] = ()
    ) -> Iterator[Route]:
        """All handlers in their order, inside the middleware and error handlers of `outer`."""
        around = (*outer, *self._middleware)
        told = (*self._error_handlers, *told)
        for entry in self._entries:
            if isinstance(entry, Router):
                yield from entry.routes(around, told)
            else:
                yield Route(entry, _folded(entry, around), told)

    def routers(self) -> Iterator["Router"]:
        """All that are included, at any depth."""
        for entry in self._entries:
            if isinstance(entry, Router):
                yield entry
                yield from entry.routers()

    def _add(self, entry: "Handler | Router") -> None:
        self._check_open()
        self._entries.append(entry)
        try:
            check_names(self.routes())
        except ConfigurationError:
            self._entries.pop()
            raise

    def _check_open(self) -> None:
        if self._frozen:
            raise ConfigurationError("register handlers before the receiver is opened")


def check_names(routes: Iterable[Route]) -> None:
    """Raises `ConfigurationError` where two handlers have the same name."""
    seen: set[str] = set()
    for route in routes:
        name = route.handler.name
        if name in seen:
            raise ConfigurationError(
                f"name: two handlers are called {name!r}, and the inbox could not tell them apart; "
                "name all types in one on(...), or give one of them name="
            )
        seen.add(name)


def _folded(handler: Handler, around: tuple[Middleware, ...]) -> Call:
    call: Call = handler
    for middleware in reversed(around):
        call = _wrapped(middleware, call)
    return call


def _wrapped(middleware: Middleware, inner: Call) -> Call:
    async def call(event: Event, context: Context) -> object:
        return await middleware(event, context, inner)

    return call
