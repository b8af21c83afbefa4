"""Which handlers there are, in which order, and what is wrapped around them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar, overload

import attrs

from ..._ground import checks
from ...errors import ConfigurationError
from .. import _event_names as event_types
from .._event import BookingEvent, ConversationEvent, Event
from .._event_names import BookingType, ConversationType, EventType
from .handler import (
    Context,
    Done,
    Handler,
    S,
    check_arguments,
    check_coroutine_function,
    name_of,
    takes_context,
)

E_co = TypeVar("E_co", bound=Event, covariant=True)

CallNext = Callable[[Event, Context[S]], Done]
"""What a middleware is given: the handler, with the rest of the middleware around it."""

Middleware = Callable[[Event, Context[S], CallNext[S]], Done]
"""`async def m(event, context, call_next)`: calls `await call_next(event, context)`, or doesn't."""

ErrorHandler = Callable[[Exception, Event, Context[S]], Done]
"""`async def e(error, event, context)`: told about attempts that failed, or dead letters."""

_MOST_TYPES = 1_000
"""Event types of which the handlers are remembered; anybody with the secret can make up more."""


@attrs.frozen(eq=False)
class Route:
    """A handler with all that its routers put around it."""

    handler: Handler
    call: CallNext
    error_handlers: tuple[ErrorHandler, ...]
    """The nearest router's first; so are those of dead letters."""
    dead_letter_handlers: tuple[ErrorHandler, ...]


@attrs.frozen
class _Around:
    """What routers put around the handlers that they include."""

    middleware: tuple[Middleware, ...] = ()
    error_handlers: tuple[ErrorHandler, ...] = ()
    dead_letter_handlers: tuple[ErrorHandler, ...] = ()


class NoSuchEventType:
    """What a type checker sees behind `on` where an event type is misspelt.

    `EventType` lists those that there are. A type that is newer than this version takes
    `on(..., unlisted=True)`; one that stands in a variable has to be annotated as `EventType`.
    """


class Registration(NoSuchEventType, Generic[E_co, S]):
    """Registers the function that it decorates; see `Router.on`."""

    def __init__(self, register: Callable[[Callable[..., Any]], None]) -> None:
        self._register = register

    @overload
    def __call__(self, function: Callable[[E_co], Done]) -> Callable[[E_co], Done]: ...
    @overload
    def __call__(
        self, function: Callable[[E_co, Context[S]], Done]
    ) -> Callable[[E_co, Context[S]], Done]: ...
    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        self._register(function)
        return function


class Router(Generic[S]):
    """Handlers, to be included in a receiver or another router.

        router = Router()

        @router.on("booking.canceled", "booking.no_show")
        async def free_the_room(event, context): ...

    `Router[Services]()` has handlers that find `Services` in `context.services`.

    Handlers of an event begin in the order in which they were registered, those of an included
    router at the place where it was included.
    """

    def __init__(self) -> None:
        self._entries: list[Handler | Router[S]] = []
        self._middleware: list[Middleware[S]] = []
        self._error_handlers: list[ErrorHandler[S]] = []
        self._dead_letter_handlers: list[ErrorHandler[S]] = []
        self._frozen = False

    @overload
    def on(
        self,
        type: BookingType,
        /,
        *types: BookingType,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        concurrency: int | None = ...,
        unlisted: bool = ...,
    ) -> Registration[BookingEvent, S]: ...
    @overload
    def on(
        self,
        type: ConversationType,
        /,
        *types: ConversationType,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        concurrency: int | None = ...,
        unlisted: bool = ...,
    ) -> Registration[ConversationEvent, S]: ...
    @overload
    def on(
        self,
        type: EventType,
        /,
        *types: EventType,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        concurrency: int | None = ...,
        unlisted: bool = ...,
    ) -> Registration[Event, S]: ...
    @overload
    def on(
        self,
        type: str,
        /,
        *types: str,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        concurrency: int | None = ...,
        unlisted: bool,
    ) -> Registration[Event, S]: ...
    @overload
    def on(
        self,
        *types: str,
        name: str | None = ...,
        timeout: float | None = ...,
        attempts: int | None = ...,
        concurrency: int | None = ...,
    ) -> NoSuchEventType: ...
    def on(
        self,
        *types: str,
        name: str | None = None,
        timeout: float | None = None,
        attempts: int | None = None,
        concurrency: int | None = None,
        unlisted: bool = False,
    ) -> Registration[Any, S]:
        """Register a coroutine function for events of `types`.

        It takes the event, or the event and a `Context`. "booking" and "conversation" stand for
        all types that begin so, "*" for all there are.

        - `name`: what the inbox calls it, `module:function` if left out. It has to stay the same
          for as long as work waits for it.
        - `timeout`, `attempts`: its own limits instead of the receiver's.
        - `concurrency`: how many of its attempts run at once in this process; as many as the
          receiver's, if left out.
        - `unlisted`: the types may be such as this version doesn't know.

        Raises `InvalidParameterError` for a type that doesn't exist, and `ConfigurationError` for
        what is no coroutine function or has the name of another handler.
        """
        asks_for = event_types.checked(types, unlisted=unlisted)
        if timeout is not None:
            timeout = checks.seconds(timeout, "timeout")
        if attempts is not None:
            attempts = checks.count(attempts, "attempts")
        if concurrency is not None:
            concurrency = checks.count(concurrency, "concurrency")

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
                    concurrency=concurrency,
                )
            )

        return Registration(register)

    def include(self, router: "Router[S]") -> None:
        """Add the handlers of another router, inside the middleware of this one."""
        if not isinstance(router, Router):
            raise ConfigurationError(f"router: expected a Router, got {type(router).__name__}")
        if router is self or self in router.routers():
            raise ConfigurationError("router: includes itself")
        self._add(router)

    def middleware(self, function: Middleware[S]) -> Middleware[S]:
        """Wrap each handler: `async def m(event, context, call_next)`.

        The first one registered is the outermost. What doesn't call `call_next` skips the handler,
        which counts as done.
        """
        self._check_open()
        check_coroutine_function(function, "a middleware")
        check_arguments(function, "event, context, call_next")
        self._middleware.append(function)
        return function

    def on_error(self, function: ErrorHandler[S]) -> ErrorHandler[S]:
        """Be told about failed attempts: `async def e(error, event, context)`.

        A `RetryLater` or `GiveUp` (each a `HandlerDecision`) is what the handler decided; any other
        error is a failure. It may raise one of them itself to decide what comes next.
        """
        self._check_error_handler(function, "an error handler")
        self._error_handlers.append(function)
        return function

    def on_dead_letter(self, function: ErrorHandler[S]) -> ErrorHandler[S]:
        """Be told about work that is given up: `async def d(error, event, context)`.

        `error` is what ended it: the handler's error, a `GiveUp`, or a `CrashError`. It is told
        once for each dead letter, before that is written down: a process that is killed meanwhile
        tells it again. What it raises goes into the log, and changes nothing.
        """
        self._check_error_handler(function, "a dead letter's handler")
        self._dead_letter_handlers.append(function)
        return function

    def _check_error_handler(self, function: object, what: str) -> None:
        self._check_open()
        check_coroutine_function(function, what)
        check_arguments(function, "error, event, context")

    def routes(self, outer: _Around = _Around()) -> Iterator[Route]:
        """All handlers in their order, inside what routers further out put around them."""
        around = _Around(
            (*outer.middleware, *self._middleware),
            (*self._error_handlers, *outer.error_handlers),
            (*self._dead_letter_handlers, *outer.dead_letter_handlers),
        )
        for entry in self._entries:
            if isinstance(entry, Router):
                yield from entry.routes(around)
            else:
                call = _folded(entry, around.middleware)
                yield Route(entry, call, around.error_handlers, around.dead_letter_handlers)

    def routers(self) -> Iterator["Router[S]"]:
        """All that are included, at any depth."""
        for entry in self._entries:
            if isinstance(entry, Router):
                yield entry
                yield from entry.routers()

    def _add(self, entry: "Handler | Router[S]") -> None:
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


class HandlerNames(dict[str, tuple[str, ...]]):
    """By event type, the names of the handlers that want it, in the order of the routes.

    Each type is looked up once.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        super().__init__()
        self._handlers = [route.handler for route in routes]

    def __missing__(self, type: str) -> tuple[str, ...]:
        names = tuple(each.name for each in self._handlers if each.wants(type))
        if len(self) < _MOST_TYPES:
            self[type] = names
        return names


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


def _folded(handler: Handler, around: tuple[Middleware, ...]) -> CallNext:
    call: CallNext = handler
    for middleware in reversed(around):
        call = _wrapped(middleware, call)
    return call


def _wrapped(middleware: Middleware, inner: CallNext) -> CallNext:
    async def call(event: Event, context: Context) -> object:
        return await middleware(event, context, inner)

    return call
