"""Which handlers run for what, in which order, with what around them."""

import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import pytest

from oncehub_async import ConfigurationError, InvalidParameterError
from oncehub_async.testing import ReceiverClient, make_event
from oncehub_async.webhooks import Context, Event, EventType, MemoryInbox, Receiver, Router

from .conftest import SECRET


def receiver(**settings: Any) -> Receiver:
    return Receiver(signing_secret=SECRET, inbox=MemoryInbox(), **settings)


async def handle(subject: Receiver, *types: str) -> None:
    async with ReceiverClient(subject, secret=SECRET) as oncehub:
        for each in types:
            assert (await oncehub.deliver(make_event(each, unlisted=True))).status == 200
            await oncehub.handled()


async def test_composites_and_specific_types() -> None:
    """ "booking" stands for all of them, "*" for everything, also for types to come."""
    seen: list[tuple[str, str]] = []
    subject = receiver()
    kinds: dict[str, tuple[EventType, ...]] = {
        "specific": ("booking.canceled", "booking.no_show"),
        "bookings": ("booking",),
        "conversations": ("conversation",),
        "all": ("*",),
    }
    for name, types in kinds.items():

        async def note(event: Event, name: str = name) -> None:
            seen.append((event.type, name))

        subject.on(*types, name=name)(note)
    await handle(subject, "booking.no_show", "booking.new", "conversation.closed", "else.where")
    assert seen == [
        ("booking.no_show", "specific"),
        ("booking.no_show", "bookings"),
        ("booking.no_show", "all"),
        ("booking.new", "bookings"),
        ("booking.new", "all"),
        ("conversation.closed", "conversations"),
        ("conversation.closed", "all"),
        ("else.where", "all"),
    ]


@pytest.mark.parametrize(
    ("misspelt", "suggestion"),
    [
        ("booking.cancelled", "'booking.canceled'"),
        ("booking.noshow", "'booking.no_show'"),
        ("Booking", "'booking'"),
        ("scheduled", "'booking.scheduled'"),
        ("bookings", "'booking'"),
        ("zebra", "unlisted=True"),
        ("", "name of an event type"),
        (5, "name of an event type"),
    ],
)
def test_a_misspelt_type_is_refused_with_a_suggestion(misspelt: Any, suggestion: str) -> None:
    """When it is registered, before a function is."""
    with pytest.raises(InvalidParameterError) as caught:
        Router().on(misspelt)
    assert suggestion in str(caught.value)


def test_an_unlisted_type_can_be_meant() -> None:
    """A type that is newer than this version."""
    router = Router()

    @router.on("booking.paid", unlisted=True)
    async def paid(event: Event) -> None: ...

    (route,) = router.routes()
    assert route.handler.wants("booking.paid")
    with pytest.raises(InvalidParameterError, match="at least one"):
        router.on()


def test_forgotten_parentheses() -> None:
    """Are explained."""
    router: Any = Router()

    async def handler(event: Event) -> None: ...

    with pytest.raises(InvalidParameterError, match=r'@receiver.on\("booking.scheduled"\)'):
        router.on(handler)


def plain(event: Event) -> None: ...


async def generator(event: Event) -> Any:
    yield


async def nothing() -> None: ...


async def three(a: Event, b: Context, c: int) -> None: ...


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (plain, "async def plain"),
        (generator, "coroutine function"),
        (lambda event: None, "coroutine function"),
        (7, "coroutine function"),
        (nothing, r"\(event\) or \(event, context\)"),
        (three, r"\(event\) or \(event, context\)"),
    ],
)
def test_what_is_no_handler_is_refused(function: Any, text: str) -> None:
    """When it is registered, by name."""
    with pytest.raises(ConfigurationError, match=text):
        Router().on("*")(function)


@pytest.mark.parametrize("register", ["middleware", "on_error"])
def test_middleware_and_error_handlers_are_coroutine_functions(register: str) -> None:
    """Of three arguments."""
    with pytest.raises(ConfigurationError, match="coroutine function"):
        getattr(Router(), register)(plain)
    with pytest.raises(ConfigurationError, match="has to take"):
        getattr(Router(), register)(nothing)


@pytest.mark.parametrize("limits", [{"timeout": 0}, {"attempts": 0}, {"attempts": 1.5}])
def test_a_handlers_limits_are_checked(limits: dict[str, Any]) -> None:
    """None of them can be 0."""
    with pytest.raises(ConfigurationError, match=next(iter(limits))):
        Router().on("*", **limits)


def test_names_are_stable_and_each_is_one_handlers() -> None:
    """Module and function, or what was chosen: the inbox keeps work under it."""
    router = Router()

    async def other(event: Event) -> None: ...

    router.on("booking")(three_of_them[0])
    router.on("booking", name="mine")(other)
    names = [route.handler.name for route in router.routes()]
    assert names == ["tests.webhooks.test_router:one", "mine"]
    with pytest.raises(ConfigurationError, match="two handlers are called 'mine'"):
        router.on("conversation", name="mine")(three_of_them[1])
    with pytest.raises(ConfigurationError, match=r"in one on\(\.\.\.\)"):
        router.on("conversation")(three_of_them[0])
    twice = Router()
    twice.include(router)
    with pytest.raises(ConfigurationError, match="two handlers"):
        twice.include(router)
    with pytest.raises(ConfigurationError, match="pass name="):
        router.on("*")(partial(other))
    router.on("*", name="part")(partial(other))


async def one(event: Event) -> None: ...


async def two(event: Event) -> None: ...


three_of_them = (one, two)


def test_a_handler_of_a_script_has_the_scripts_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as a script or imported by a server, it is the same handler."""
    import sys
    from types import ModuleType

    main = ModuleType("__main__")
    main.__file__ = "/srv/crm_sync.py"
    monkeypatch.setitem(sys.modules, "__main__", main)

    async def handler(event: Event) -> None: ...

    handler.__module__, handler.__qualname__ = "__main__", "welcome"
    router = Router()
    router.on("*")(handler)
    assert [route.handler.name for route in router.routes()] == ["crm_sync:welcome"]


def test_a_router_includes_others_but_not_itself() -> None:
    """Not through another one either."""
    outer, inner = Router(), Router()
    outer.include(inner)
    for router, included in ((outer, outer), (inner, outer)):
        with pytest.raises(ConfigurationError, match="includes itself"):
            router.include(included)
    wrong: Any = "module.router"
    with pytest.raises(ConfigurationError, match="expected a Router"):
        outer.include(wrong)


async def test_handlers_of_included_routers_run_where_they_were_included() -> None:
    """Registered later, also in the router that was included, is later."""
    seen: list[str] = []

    def named(name: str) -> Callable[[Event], Coroutine[Any, Any, None]]:
        async def handler(event: Event) -> None:
            seen.append(name)

        return handler

    subject, inner, innermost = receiver(), Router(), Router()
    subject.on("*", name="first")(named("first"))
    subject.include(inner)
    subject.on("*", name="last")(named("last"))
    inner.on("*", name="inner 1")(named("inner 1"))
    inner.include(innermost)
    innermost.on("*", name="innermost")(named("innermost"))
    inner.on("*", name="inner 2")(named("inner 2"))
    await handle(subject, "booking.canceled")
    assert seen == ["first", "inner 1", "innermost", "inner 2", "last"]


async def test_middleware_wraps_each_handler_the_first_is_the_outermost() -> None:
    """A router's own is inside that of the routers that include it; a handler can be skipped."""
    seen: list[str] = []
    subject, inner = receiver(), Router()

    def layer(name: str) -> Any:
        async def middleware(event: Event, context: Context, call_next: Any) -> None:
            seen.append(f"{name}>{context.handler}")
            if not (name == "c" and event.type == "booking.no_show"):
                await call_next(event, context)
            seen.append(f"<{name}")

        return middleware

    async def handler(event: Event, context: Context) -> None:
        seen.append(context.handler)

    subject.middleware(layer("a"))
    subject.middleware(layer("b"))
    inner.middleware(layer("c"))
    subject.on("*", name="outside")(handler)
    subject.include(inner)
    inner.on("*", name="inside")(handler)
    await handle(subject, "booking.canceled")
    outside = ["a>outside", "b>outside", "outside", "<b", "<a"]
    assert seen[:5] == outside
    assert seen[5:] == ["a>inside", "b>inside", "c>inside", "inside", "<c", "<b", "<a"]
    seen.clear()


async def test_nothing_is_registered_while_the_receiver_runs() -> None:
    """It would be found by some events and not by others."""
    subject = receiver()
    async with subject:
        with pytest.raises(ConfigurationError, match="before the receiver is opened"):
            subject.on("*")(one)


async def test_what_nothing_handles_is_told_once_with_a_handler_to_paste(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Which can be pasted and works."""
    subject = receiver()
    subject.on("conversation")(one)
    with caplog.at_level(logging.WARNING):
        await handle(subject, "booking.no_show", "booking.no_show", "other.thing")
    told = [each.getMessage() for each in caplog.records if "no handler" in each.getMessage()]
    assert len(told) == 2
    pasted = receiver()
    for text in told:
        code = text.split("\n\n")[1]
        names: dict[str, Any] = {"receiver": pasted, "BookingEvent": Event, "Event": Event}
        exec(code, names)
    asked = [route.handler.asks_for for route in pasted.routes()]
    assert asked == [{"booking.no_show"}, {"other.thing"}]
