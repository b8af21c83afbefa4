"""Consuming lists: by item, by page, in part, and with a bad one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from yarl import URL

from oncehub_async import InvalidResponseError, OnceHub, PaginationError
from oncehub_async.models import Booking

from ..loopback import Send, Server, answer, error, serving


def page(ids: str, has_more: bool | None = None, link: str | None = None, **fields: Any) -> Send:
    """A page of bookings; the link's target is relative to the service."""
    body: dict[str, Any] = {"object": "list", "data": [{"id": each} | fields for each in ids]}
    if has_more is not None:
        body["has_more"] = has_more
    return answer(200, body, {"Link": f'<{link}>; rel="next"'} if link else {})


THREE = (page("98", True), page("76", True), page("5", False))


@asynccontextmanager
async def opened(*script: Send) -> AsyncIterator[tuple[Server, OnceHub]]:
    async with serving(*script) as server, OnceHub("k", base_url=server.url) as oncehub:
        yield server, oncehub


def queries(server: Server) -> list[dict[str, str]]:
    return [dict(URL(request.target).query) for request in server.received]


async def settle() -> None:
    """Let everything happen that is going to happen by itself."""
    await asyncio.sleep(0.05)


async def test_items_come_in_order_from_all_pages() -> None:
    """And nothing is requested before the first is wanted."""
    async with opened(*THREE) as (server, oncehub):
        listing = oncehub.bookings.list(status="scheduled")
        await settle()
        assert server.received == []
        assert "".join([booking.id async for booking in listing]) == "98765"
    assert queries(server) == [
        {"status": "scheduled", "limit": "100"},
        {"status": "scheduled", "limit": "100", "after": "8"},
        {"status": "scheduled", "limit": "100", "after": "6"},
    ]


async def test_filters_are_sent_again_when_a_link_leaves_them_out() -> None:
    """A link holds no more than limit and cursor."""
    first = page("98", link="https://api.oncehub.com/bookings?limit=2&after=L")
    async with opened(first, page("7", False)) as (server, oncehub):
        await oncehub.bookings.list(owner="USR-1", limit=2).collect()
    assert queries(server)[1] == {"owner": "USR-1", "limit": "2", "after": "L"}


async def test_a_link_to_another_host_gets_no_request_and_no_key() -> None:
    """The list goes on at the service, from the last id."""
    async with serving(page("", False)) as elsewhere:
        bait = page("98", True, link=f"{elsewhere.url}/bookings?after=EVIL")
        async with opened(bait, page("7", False)) as (server, oncehub):
            assert len(await oncehub.bookings.list().collect()) == 3
        assert elsewhere.received == []
    assert queries(server)[1]["after"] == "8"


async def test_the_next_page_is_fetched_while_this_one_is_consumed() -> None:
    """One page ahead, and never more than one."""
    async with opened(*THREE) as (server, oncehub):
        items = aiter(oncehub.bookings.list())
        await anext(items)
        await settle()
        assert len(server.received) == 2
        await anext(items)
        await settle()
        assert len(server.received) == 2
        await anext(items)
        await settle()
        assert len(server.received) == 3


async def test_leaving_early_leaves_nothing_behind() -> None:
    """No task goes on fetching for nobody."""
    before = asyncio.all_tasks()
    hanging = (THREE[0], answer(200, b"", {"Content-Length": "9"}, hang=True))
    async with opened(*hanging) as (server, oncehub):
        async for _booking in oncehub.bookings.list():
            await settle()
            break
        await settle()
        server.script = [*hanging]
        async for _page in oncehub.bookings.list().pages():
            await settle()
            break
        await settle()
        ours = {task for task in asyncio.all_tasks() - before if "_fetch" in repr(task)}
        assert ours == set()


async def test_the_error_of_a_page_nobody_wanted_is_not_heard() -> None:
    """It comes out when that page is asked for, after the items before it."""
    async with opened(page("98", True), error(400)) as (server, oncehub):
        got = []
        with pytest.raises(Exception, match="400"):
            async for booking in oncehub.bookings.list():
                got.append(booking.id)
                await settle()
        assert got == ["9", "8"]
        server.script = [page("98", True), error(400)]
        async for _booking in oncehub.bookings.list():
            await settle()
            break
        await settle()


async def test_first_asks_for_one() -> None:
    """One request for one object; None where there is none."""
    async with opened(page("9", True), page("", False)) as (server, oncehub):
        first = await oncehub.bookings.list(status="scheduled").first()
        assert first is not None
        assert first.id == "9"
        assert await oncehub.bookings.list().first() is None
    assert queries(server) == [{"status": "scheduled", "limit": "1"}, {"limit": "1"}]


async def test_a_cursor_can_be_saved_and_resumed() -> None:
    """From a page's next cursor on, with the same filters."""
    async with opened(*THREE) as (server, oncehub):
        async for each in oncehub.bookings.list(owner="USR-1").pages():
            saved = each.next_cursor
            assert [booking.id for booking in each] == ["9", "8"]
            assert (len(each), each.request_id) == (2, "req-1")
            break
        assert saved == "8"
        server.script = [*THREE[1:]]
        rest = await oncehub.bookings.list(owner="USR-1", after=saved).collect()
    assert [booking.id for booking in rest] == ["7", "6", "5"]
    assert queries(server)[-2] == {"owner": "USR-1", "limit": "100", "after": "8"}


async def test_a_list_can_be_walked_towards_newer_objects() -> None:
    """`before` goes on with the first id."""
    async with opened(page("54", True), page("76", False)) as (server, oncehub):
        pages = [each async for each in oncehub.bookings.list(before="3").pages()]
    assert [each.next_cursor for each in pages] == ["5", None]
    assert [query["before"] for query in queries(server)] == ["3", "5"]


async def test_a_listing_can_be_iterated_again() -> None:
    """Each time starts anew."""
    async with opened(page("9", False)) as (_, oncehub):
        listing = oncehub.bookings.list()
        assert await listing.collect() == await listing.collect()


async def test_raw_items_are_what_was_sent() -> None:
    """For those who keep JSON: nothing is decoded, nothing can misfit."""
    async with opened(page("9", False, duration_minutes="odd", new=[1])) as (_, oncehub):
        assert await oncehub.bookings.list().raw().collect() == [
            {"id": "9", "duration_minutes": "odd", "new": [1]}
        ]


async def test_text_messages_need_no_has_more() -> None:
    """A full page may have a successor; one that isn't full has none."""
    async with opened(page("98"), page("7")) as (server, oncehub):
        assert len(await oncehub.sms_notifications.list(limit=2).collect()) == 3
    assert len(server.received) == 2


@pytest.mark.parametrize(
    ("script", "got"),
    [
        ([page("98", True), page("98", True)], "98"),
        ([page("98", True), page("A98", True)], "98"),
        ([page("98", True), page("87", True)], "98"),
        ([page("98", True), page("76", True), page("98", True)], "9876"),
        ([page("98", True), page("", False)], "98"),
        ([page("98", link="/bookings?after=8"), page("")], "98"),
        ([page("98", False, link="https://evil.example/?after=8"), page("")], "98"),
        ([page("", True)], ""),
        ([page("99", False)], ""),
        (
            [
                page("98", link="/bookings?after=X"),
                page("76", link="/bookings?after=Y"),
                page("54", link="/bookings?after=X"),
            ],
            "987654",
        ),
    ],
    ids=[
        "same page",
        "shifted",
        "cursor in page",
        "starts again",
        "cut off",
        "cut off after a link",
        "cut off after a foreign link",
        "empty from the start",
        "twice on a page",
        "cursor twice",
    ],
)
async def test_a_list_that_does_not_advance_is_an_error(script: list[Send], got: str) -> None:
    """Not an endless loop, not a silent end, and no item twice."""
    seen = []
    async with opened(*script) as (server, oncehub):
        with pytest.raises(PaginationError, match="not complete"):
            async for booking in oncehub.bookings.list(limit=2):
                seen.append(booking.id)
    assert "".join(seen) == got
    assert len(server.received) <= len(script) + 1, "one more look at what came empty"


@pytest.mark.parametrize(
    ("body", "at"),
    [
        ({"object": "list"}, "data"),
        ({"data": {}}, "data"),
        ([], "data"),
        ({"data": [], "has_more": "yes"}, "has_more"),
        ({"data": [{"id": "9"}, {"object": "booking"}]}, "data[1].id"),
        ({"data": ["9"]}, "data[0]"),
        ({"data": [{"id": "9", "contact": {"object": "contact"}}]}, "data[0].contact.id"),
    ],
)
async def test_an_envelope_of_another_form_is_an_error_that_names_the_place(
    body: object, at: str
) -> None:
    """No half a page passes for a whole one."""
    async with opened(answer(200, body)) as (_, oncehub):
        with pytest.raises(InvalidResponseError) as caught:
            await oncehub.bookings.list().collect()
    assert caught.value.at == at
    assert caught.value.request_id == "req-1"


async def test_a_page_decodes_to_models() -> None:
    """Typed, as `get` gives them."""
    async with opened(page("9", False, status="scheduled")) as (_, oncehub):
        (booking,) = await oncehub.bookings.list().collect()
    assert booking == Booking(id="9", status="scheduled")


@pytest.mark.parametrize(
    ("rest", "got"),
    [
        ([page("", False), page("8", False)], "98"),
        ([page("", False), page("8", True)], "98"),
        ([page("", False), page("76", True), page("5", False)], "98765"),
        ([page("", False), page("876", False)], "9876"),
    ],
    ids=["announced too much", "and insists", "cursor deleted", "cursor was lost for a moment"],
)
async def test_an_empty_page_after_an_announcement_is_looked_into(
    rest: list[Send], got: str
) -> None:
    """From the object before: a full last page that announces more is no reason to fail."""
    async with opened(page("98", True), *rest) as (server, oncehub):
        found = [booking.id async for booking in oncehub.bookings.list(limit=2, owner="USR-1")]
    assert "".join(found) == got
    assert [query.get("after") for query in queries(server)][:3] == [None, "8", "9"]
    assert {query["owner"] for query in queries(server)} == {"USR-1"}
