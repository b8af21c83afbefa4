import asyncio
import re
from itertools import pairwise

import aiohttp
import pytest

from oncehub_async.simulator import Account, Service, Simulator
from oncehub_async.simulator._listing.filter_rules import Rule
from oncehub_async.simulator._listing.list_answers import older_than
from oncehub_async.simulator._service import DeletedCursor

from .conftest import Api, error

LISTS = {
    "/bookings": "bookings",
    "/booking-calendars": "booking_calendars",
    "/booking-pages": "booking_pages",
    "/master-pages": "master_pages",
    "/event-types": "event_types",
    "/contacts": "contacts",
    "/users": "users",
    "/teams": "teams",
    "/webhooks": "webhooks",
}


@pytest.mark.parametrize("path", sorted(LISTS))
async def test_paging_visits_everything_once_newest_first(api: Api, path: str) -> None:
    """Page by page, forwards: each object once, in the order of the account."""
    assert await api.walk(path, limit=7) == list(api.sim.ids(LISTS[path]))


async def test_paging_backwards_gives_the_same_pages(api: Api) -> None:
    """`before` is the page right before, newest first; `has_more` tells of newer ones."""
    pages = [await api.get("/teams", limit=2)]
    while pages[-1].body["has_more"]:
        pages.append(await api.get("/teams", limit=2, after=pages[-1].ids[-1]))
    assert len(pages) > 2
    for number in range(len(pages) - 1, 0, -1):
        back = await api.get("/teams", limit=2, before=pages[number].ids[0])
        assert back.ids == pages[number - 1].ids
        assert back.body["has_more"] == (number > 1)


async def test_links_lead_to_the_next_and_previous_page(api: Api) -> None:
    """The vendor's form: no `/v2`, only limit and a cursor, no filters; absent if no more pages."""
    owner = api.sim.object(next(api.sim.ids("bookings")))["owner"]
    first = await api.get("/bookings", limit=3, owner=owner)
    last_id = first.ids[-1]
    assert first.headers["Link"] == (
        f'<https://api.oncehub.com/bookings?limit=3&after={last_id}>; rel="next"'
    )
    second = await api.get("/bookings", owner=owner, limit=3, after=last_id)
    rels = re.findall(r'<([^>]*)>; rel="(\w+)"', second.headers["Link"])
    assert [rel for _, rel in rels] == ["next", "previous"]
    assert rels[1][0].endswith(f"?limit=3&before={second.ids[0]}")
    everything = await api.get("/teams", limit=100)
    assert "Link" not in everything.headers
    assert everything.body["has_more"] is False


async def test_an_empty_page_has_no_link(api: Api) -> None:
    """It has no object that a cursor could name."""
    ids = list(api.sim.ids("teams"))
    for query in ({"after": ids[-1]}, {"before": ids[0]}):
        page = await api.get("/teams", **query)
        assert (page.ids, page.body["has_more"]) == ([], False)
        assert "Link" not in page.headers


async def test_ten_is_the_default_limit(api: Api) -> None:
    """And a link holds a limit only if it was asked for."""
    page = await api.get("/bookings")
    assert len(page.ids) == 10
    assert "limit" not in page.headers["Link"]


@pytest.mark.parametrize("limit", ["0", "101", "500", "-1", "1.5", "ten", "", "\u0661"])
async def test_a_limit_out_of_range_is_refused(api: Api, limit: str) -> None:
    """In the vendor's words."""
    answer = await api.get("/bookings", limit=limit)
    assert answer.status == 400
    assert answer.body == error(
        f"Out of range value: {limit}. Please provide a number between 1 and 100.", "limit"
    )


async def test_both_cursors_are_refused(api: Api) -> None:
    """`after` and `before` exclude each other."""
    one = next(api.sim.ids("bookings"))
    answer = await api.get("/bookings", after=one, before=one)
    assert (answer.status, answer.body) == (
        400,
        error("Received both before and after parameters. Please provide only one."),
    )


async def test_a_cursor_that_never_was_is_refused(api: Api) -> None:
    """Also one of another resource."""
    for cursor in ("BKNG-NEVER", next(api.sim.ids("users"))):
        answer = await api.get("/bookings", after=cursor)
        assert answer.status == 400
        assert answer.body["param"] == "after"


async def test_unknown_and_repeated_parameters_are_refused(api: Api) -> None:
    """A misspelt filter must not list everything."""
    answer = await api.get("/bookings", ownr="x")
    assert (answer.status, answer.body) == (
        400,
        error("Received unknown parameter: ownr", "ownr"),
    )
    answer = await api.get("/bookings?limit=1&limit=2")
    assert answer.status == 400


@pytest.mark.parametrize("mode", ["position", "error", "restart", "empty"])
async def test_what_a_deleted_cursor_does_can_be_chosen(
    session: aiohttp.ClientSession, mode: DeletedCursor, account: Account
) -> None:
    """Nobody knows what the real service does: all four answers can be tried."""
    service = Service(deleted_cursor=mode)
    async with Simulator(account, limits=None, service=service) as sim:
        api = Api(sim, session)
        ids = list(sim.ids("bookings"))
        sim.delete(ids[4])
        answer = await api.get("/bookings", limit=3, after=ids[4])
        if mode == "error":
            assert answer.status == 400
            return
        expected = {"position": ids[5:8], "restart": ids[:3], "empty": []}[mode]
        assert answer.ids == expected


async def test_the_sms_list_leaves_out_has_more(
    session: aiohttp.ClientSession, account: Account
) -> None:
    """As its document does, unless it is told otherwise; its links still lead on."""
    for wanted in (False, True):
        service = Service(sms_has_more=wanted)
        async with Simulator(account, limits=None, service=service) as sim:
            page = await Api(sim, session).get("/notifications/sms", limit=5)
            assert ("has_more" in page.body) == wanted
            assert 'rel="next"' in page.headers["Link"]


async def test_the_links_base_can_be_chosen(
    session: aiohttp.ClientSession, account: Account
) -> None:
    """For whoever wants links that work."""
    async with Simulator(account, limits=None, service=Service(link_base="http://x/v2")) as sim:
        page = await Api(sim, session).get("/bookings")
        assert page.headers["Link"].startswith("<http://x/v2/bookings?after=")


async def test_new_objects_come_first(api: Api) -> None:
    """And what is deleted is gone from the list, while a walk goes on."""
    ids = list(api.sim.ids("contacts"))
    page = await api.get("/contacts", limit=50)
    new = api.sim.create("contacts")
    api.sim.delete(ids[60])
    after = await api.get("/contacts", limit=50, after=page.ids[-1])
    assert after.ids == [one for one in ids[50:101] if one != ids[60]]
    assert (await api.get("/contacts", limit=2)).ids == [new, ids[0]]


async def test_a_cursor_gets_through_an_import(session: aiohttp.ClientSession) -> None:
    """Hundreds of bookings of one instant are paged through like all others."""
    async with Simulator(Account(bookings=3_000), limits=None) as sim:
        api = Api(sim, session)
        times = [api.sim._state.bookings.created(index) for index in range(3_000)]
        burst = max(set(times), key=times.count)
        assert times.count(burst) > 250
        moment = api.sim._state.bookings.body(times.index(burst))["creation_time"]
        got = await api.walk("/bookings", creation_time__lt=moment)
        assert len(got) == sum(time < burst for time in times)
        everything = await api.walk("/bookings")
        assert len(set(everything)) == 3_000
        assert all(one != two for one, two in pairwise(everything))


async def test_what_is_deleted_while_a_page_is_looked_for_is_not_on_it() -> None:
    """A rare filter takes long, and others delete meanwhile; the page is filled up from behind."""
    collection = Simulator(Account(bookings=9_000))._state.bookings
    wanted = {8_900, 8_800, 100, 50}
    task = asyncio.create_task(
        older_than(collection, [Rule(wanted.__contains__)], None, 2),
    )
    for _ in range(3):
        await asyncio.sleep(0)
    assert not task.done()
    collection.remove(8_900)
    page = await task
    assert (page.indexes, page.has_older) == ((8_800, 100), True)
