"""The programs in examples/ do what they say."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient, TestServer

from oncehub_async import OnceHub
from oncehub_async.models import Booking, to_dict
from oncehub_async.simulator import Account, Simulator

from .documents import module_at

EXAMPLES = Path(__file__).parent.parent / "examples"


def load(name: str) -> ModuleType:
    """An example as a module."""
    return module_at(EXAMPLES / f"{name}.py")


@pytest.fixture
async def booking() -> AsyncIterator[tuple[Booking, TestClient[Any, Any]]]:
    """A booking of a simulated account, and the site of `thank_you.py`."""
    example = load("thank_you")
    account = Account(bookings=40, contacts=20, quirks=False, product="calendars")
    async with Simulator(account, limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            booked = await oncehub.bookings.list().first()
            assert booked is not None
        client = OnceHub(sim.api_key, base_url=sim.url)
        site = example.application(client, str(booked.booking_calendar))
        async with TestClient(TestServer(site)) as browser:
            yield booked, browser


def claim(booking: Booking, **changes: str) -> dict[str, Any]:
    """What OnceHub says of a booking in a redirect or an event."""
    data = to_dict(booking)
    names = ("id", "subject", "status", "booking_calendar", "starting_time", "creation_time")
    return {name: data[name] for name in names} | changes


async def test_the_page_to_book_from(booking: tuple[Booking, TestClient[Any, Any]]) -> None:
    """With a calendar, the script, a link for this user, and a policy."""
    booked, browser = booking
    async with browser.get("/book") as answer:
        page = await answer.text()
        assert answer.status == 200
        assert (
            "script-src 'self' https://cdn.oncehub.com;"
            in (answer.headers["Content-Security-Policy"])
        )
    assert f'data-oh-booking-calendar-id="{booked.booking_calendar}"' in page
    assert 'src="/oncehub-forward.js"' in page
    assert "&amp;skip=1" in page
    assert 'data-oncehub-parameters="' in page
    assert 'name="viewport"' in page
    assert "No calendar to see?" in page
    async with browser.get("/style.css") as answer:
        assert answer.content_type == "text/css"
        assert ":empty::before" in await answer.text()
    for script in ("/oncehub-forward.js", "/oncehub-prefill.js"):
        async with browser.get(script) as answer:
            assert answer.content_type == "text/javascript"
            assert "use strict" in await answer.text()


async def test_the_page_that_thanks(booking: tuple[Booking, TestClient[Any, Any]]) -> None:
    """Shows what OnceHub says, and nothing that only the URL says."""
    booked, browser = booking
    async with browser.get("/thanks?" + urlencode(claim(booked, subject="<b>Lies"))) as answer:
        text = await answer.text()
        assert answer.status == 200
        assert booked.starting_time is not None
        assert booked.customer_timezone is not None
        local = booked.starting_time.astimezone(ZoneInfo(booked.customer_timezone))
        assert f"{local:%d %B %Y, %H:%M} ({booked.customer_timezone})" in text
        assert 'name="viewport"' in text
        assert "Lies" not in text
    for changes in ({"id": "BKNG-INVENTED1234"}, {"booking_calendar": "BKC-OTHER12345"}):
        async with browser.get("/thanks?" + urlencode(claim(booked, **changes))) as answer:
            assert answer.status == 404
    async with browser.get("/thanks", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/book")


async def test_the_page_of_a_booking_that_was_canceled_since() -> None:
    """Promises no meeting."""
    account = Account(bookings=40, contacts=20, quirks=False, product="calendars")
    async with Simulator(account, limits=None) as sim:
        async with OnceHub(sim.api_key, base_url=sim.url) as oncehub:
            canceled = await oncehub.bookings.list(status="canceled").first()
        assert canceled is not None
        client = OnceHub(sim.api_key, base_url=sim.url)
        site = load("thank_you").application(client, str(canceled.booking_calendar))
        query = urlencode(claim(canceled, status="scheduled"))
        async with TestClient(TestServer(site)) as browser, browser.get(f"/thanks?{query}") as page:
            text = await page.text()
    assert "was canceled" in text
    assert "starts on" not in text


async def test_nobody_is_in_the_access_log(caplog: pytest.LogCaptureFixture) -> None:
    """The URL of a thank-you page holds a name and an address."""
    example = load("thank_you")
    site = example.application(OnceHub("key"), "BKC-1")
    server = TestServer(site)
    await server.start_server(access_log_class=example.AccessLog)
    with caplog.at_level(logging.INFO):
        async with TestClient(server) as browser:
            url = "/thanks?name=Carrie&email=c@example.com"
            async with browser.get(url, allow_redirects=False) as answer:
                assert answer.status == 303
    assert "GET /thanks" in caplog.text
    assert "Carrie" not in caplog.text
    assert "example.com" not in caplog.text


def test_a_booking_whose_zone_nobody_knows() -> None:
    """Is shown in UTC, and says so."""
    example = load("thank_you")
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    for zone in (None, "Nowhere/At_all", "../etc/passwd", ""):
        booking = Booking(id="BKNG-1", starting_time=start, customer_timezone=zone)
        assert example.on_the_guests_clock(booking) == "01 March 2026, 09:00 (UTC)"


async def test_forwarded_events(
    booking: tuple[Booking, TestClient[Any, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    """Only what OnceHub confirms is logged as a booking."""
    booked, browser = booking
    event = {"type": "oncehub.booking.scheduled", "payload": claim(booked)}
    lie = {**event, "payload": claim(booked, starting_time="2020-01-01T00:00:00Z")}
    statuses = []
    with caplog.at_level(logging.INFO, logger="bookings"):
        for body in (event, lie, {"type": "oncehub.chatbot.opened"}, {"type": "x"}):
            async with browser.post("/oncehub/events", json=body) as answer:
                statuses.append(answer.status)
    assert statuses == [204, 422, 204, 400]
    assert caplog.messages == [f"booked: {booked.id}"]


def test_the_list_of_examples_is_complete() -> None:
    """Each file or folder is named in examples/README.md, and whatever is named is there."""
    page = (EXAMPLES / "README.md").read_text()
    named = set(re.findall(r"\]\(([\w./-]+)\)", page))
    assert {each for each in named if not (EXAMPLES / each).is_file()} == set()
    there = {each.name for each in EXAMPLES.iterdir() if each.name[0] not in "_."}
    assert {each.split("/")[0] for each in named} == there - {"README.md"}
