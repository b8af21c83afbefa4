"""The script that forwards events, in a real browser against a page that plays the widget."""

import asyncio
import json

import pytest

from oncehub_async.web import (
    BookingScheduled,
    ClassicBooked,
    EventForwarding,
    WidgetEvent,
    forwarding_script,
    parse_event,
)

from .chromium import Chromium
from .stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORWARDING = EventForwarding(src="/forward.js", endpoint="/events")
SCHEDULED = '{type: "oncehub.booking.scheduled", payload: {id: "BKNG-1", subject: "Zoë 🎉"}}'
LAST = '{type: "oncehub.test.last"}'


def page(stage: Stage, *parts: object) -> None:
    """A page that forwards events, with more in it."""
    stage.show("shop.example/forward.js", forwarding_script())
    stage.show("shop.example/book", "<!doctype html>" + "".join(map(str, parts)))


def frame(url: str) -> str:
    """A page within the page."""
    return f'<iframe src="{url}"></iframe>'


def types(bodies: list[bytes]) -> list[str]:
    """What arrived, by type."""
    events = [parse_event(body) for body in bodies]
    return [event.type for event in events if isinstance(event, WidgetEvent)]


async def test_events_of_the_widget_arrive_as_they_were_posted(
    chromium: Chromium, stage: Stage
) -> None:
    """Typed at the back end; what isn't an event of OnceHub's stays in the page."""
    page(stage, FORWARDING, frame("https://oncehub.com/calendar"))
    others = ['"oncehub.text"', "null", "5", "{}", '{type: "other.event"}', "{type: 5}", "[]"]
    stage.widget("oncehub.com/calendar", *others, SCHEDULED)
    async with chromium.tab("https://shop.example/book"):
        (body,) = await stage.wait_for(1)
    (request,) = [r for r in stage.requests if r.path == "/events"]
    assert request.content_type == "application/json"
    event = parse_event(body)
    assert isinstance(event, BookingScheduled)
    assert (event.payload.id, event.payload.subject) == ("BKNG-1", "Zoë 🎉")


async def test_no_other_origin_is_listened_to(chromium: Chromium, stage: Stage) -> None:
    """However similar its name, the page's own included."""
    strangers = (
        "evil.example", "oncehub.com.evil.example", "go.oncehub.com", "www.oncehub.com",
        "evil-oncehub.com", "oncehub.co",
    )  # fmt: skip
    for number, host in enumerate(strangers):
        stage.widget(f"{host}/x", f'{{type: "oncehub.stranger.{number}"}}')
    stage.widget("oncehub.com/calendar", LAST)
    own = "<script>postMessage({type: 'oncehub.own'}, '*')</script>"
    frames = "".join(frame(f"https://{host}/x") for host in strangers)
    page(stage, FORWARDING, own, frames)
    async with chromium.tab("https://shop.example/book") as tab:
        # All of them have been loaded; the one that counts comes last.
        await tab.run(
            "document.body.appendChild(Object.assign(document.createElement('iframe'),"
            " {src: 'https://oncehub.com/calendar'})).id"
        )
        assert types(await stage.wait_for(1)) == ["oncehub.test.last"]
    assert {r.host for r in stage.requests if r.path == "/x"} == set(strangers)


async def test_only_the_wanted_types(chromium: Chromium, stage: Stage) -> None:
    """What a back end doesn't need stays with the visitor."""
    wanted = EventForwarding(
        src="/forward.js", endpoint="/events", types=["oncehub.booking.scheduled"]
    )
    page(stage, wanted, frame("https://oncehub.com/calendar"))
    stage.widget("oncehub.com/calendar", '{type: "oncehub.chatbot.opened"}', SCHEDULED)
    async with chromium.tab("https://shop.example/book"):
        assert types(await stage.wait_for(1)) == ["oncehub.booking.scheduled"]


async def test_an_event_outlives_its_page(chromium: Chromium, stage: Stage) -> None:
    """The page is gone as soon as it is told, before the event could be sent."""
    leave = "<script>addEventListener('message', () => frameElement.remove())</script>"
    page(stage, FORWARDING, leave)
    stage.show("shop.example/around", f"<!doctype html>{frame('/book')}")
    stage.widget("oncehub.com/calendar", SCHEDULED)
    async with chromium.tab("https://shop.example/around") as tab:
        # Six connections are as many as a browser has to one site; the seventh request waits.
        await tab.run("for (let i = 0; i < 6; i++) fetch('/slow?' + i); 0")
        async with asyncio.timeout(60):
            while len([r for r in stage.requests if r.path == "/slow"]) < 6:
                await asyncio.sleep(0.01)
        await tab.run(
            "new Promise(gone => { new MutationObserver(gone).observe(document.body,"
            " {childList: true}); var inner = frames[0].document;"
            " inner.body.appendChild(Object.assign(inner.createElement('iframe'),"
            " {src: 'https://oncehub.com/calendar'})) }).then(() => 0)"
        )
        assert stage.posted() == []
        stage.slow.set()
        assert types(await stage.wait_for(1)) == ["oncehub.booking.scheduled"]


async def test_large_events_arrive_too(chromium: Chromium, stage: Stage) -> None:
    """Browsers refuse to keep large requests alive, so these are sent without."""
    page(stage, FORWARDING, frame("https://oncehub.com/calendar"))
    stage.widget("oncehub.com/calendar", "{type: 'oncehub.large', payload: 'x'.repeat(100000)}")
    async with chromium.tab("https://shop.example/book"):
        (body,) = await stage.wait_for(1)
    assert len(json.loads(body)["payload"]) == 100_000


async def test_another_origin_has_to_be_an_exact_one(chromium: Chromium, stage: Stage) -> None:
    """No pattern, no path, no plain http but on this machine; then only that one counts."""
    bad = (
        "*", "", "null", "oncehub.com", "https://*", "https://widget.example/", "http://evil.test",
        "https://widget.example/path", "https://u@widget.example", "file://", "data:x",
    )  # fmt: skip
    good = ("https://widget.example", "http://127.0.0.1:8080", "http://localhost:3000")
    tag = "<script src='/forward.js' data-endpoint='/events' data-origin='{}'></script>"
    count = "<script>var errors = []; onerror = text => errors.push(text)</script>"
    page(
        stage,
        count,
        *(tag.format(origin) for origin in (*bad, *good)),
        "<script src='/forward.js'></script>",
        "<script src='/forward.js' data-endpoint='javascript:alert(1)'></script>",
        frame("https://oncehub.com/calendar"),
        frame("https://widget.example/x"),
    )
    stage.widget("oncehub.com/calendar", SCHEDULED)
    stage.widget("widget.example/x", LAST)
    async with chromium.tab("https://shop.example/book") as tab:
        errors = await tab.run("errors")
        assert types(await stage.wait_for(1)) == ["oncehub.test.last"]
    assert sum("data-origin" in error for error in errors) == len(bad)
    assert sum("data-endpoint" in error for error in errors) == 2
    assert len(errors) == len(bad) + 2


async def test_the_classic_pages_data(chromium: Chromium, stage: Stage) -> None:
    """It arrives, and the page's own function is still called."""
    classic = EventForwarding(src="/forward.js", endpoint="/events", classic=True)
    own = "<script>function SOAfterConfirmationFunction(data) { window.told = data }</script>"
    page(
        stage,
        own,
        classic,
        '<div id="SOIDIV_dana" data-so-page="dana" data-height="550"></div>',
        '<script src="https://cdn.oncehub.com/mergedjs/so.js"></script>',
    )
    data = '{errorStatus: 0, bookingInfo: {statusCode: "1", CustomerName: "John Smith"}}'
    stage.widget("go.oncehub.com/dana", data)
    async with chromium.tab("https://shop.example/book") as tab:
        (body,) = await stage.wait_for(1)
        assert await tab.run("told.bookingInfo.CustomerName") == "John Smith"
    booked = parse_event(body)
    assert isinstance(booked, ClassicBooked)
    assert booked.succeeded
    assert booked.booking_info is not None
    assert booked.booking_info.customer_name == "John Smith"


MODULE = '<script type="module" src="/forward.js" data-endpoint="/events"></script>'
IMPORTED = (
    '<script>window.oncehubForwarding = {endpoint: "/events"}</script>'
    '<script type="module">import "/forward.js"</script>'
)
BY_TAG_MANAGER = (
    '<script>window.oncehubForwarding = {endpoint: "/events"};'
    "document.head.append(Object.assign(document.createElement('script'), {src: '/forward.js'}))"
    "</script>"
)
ASYNC = '<script async src="/forward.js" data-endpoint="/events"></script>'


@pytest.mark.parametrize("tag", [MODULE, IMPORTED, BY_TAG_MANAGER, ASYNC])
async def test_however_the_script_is_loaded(chromium: Chromium, stage: Stage, tag: str) -> None:
    """As a module, imported, by a tag manager that drops attributes, or async."""
    late = (
        "<script>addEventListener('load', () => setTimeout(() => document.body.append("
        "Object.assign(document.createElement('iframe'), {src: 'https://oncehub.com/calendar'})"
        ")))</script>"
    )
    page(stage, tag, "<body>", late)
    stage.widget("oncehub.com/calendar", SCHEDULED)
    async with chromium.tab("https://shop.example/book"):
        assert types(await stage.wait_for(1)) == ["oncehub.booking.scheduled"]


async def test_a_script_that_finds_no_settings_says_what_to_set(
    chromium: Chromium, stage: Stage
) -> None:
    """In the browser's console, where who put it there looks."""
    listen = "<script>var errors = []; onerror = text => errors.push(text)</script>"
    page(stage, listen, '<script type="module" src="/forward.js"></script>')
    async with chromium.tab("https://shop.example/book") as tab:
        (error,) = await tab.run("errors")
    assert "no data-endpoint on the script's tag, nor window.oncehubForwarding" in error
