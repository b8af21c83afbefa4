"""How fast a page of bookings becomes models: `python -m benchmarks.decoding`.

In bookings per second, as a share of what msgspec needs to make plain dicts of the same bytes.
"""

import asyncio

import aiohttp
import msgspec

from benchmarks.ratio import computed, ratio
from oncehub_async._ground.json_text import load_json
from oncehub_async.models import Booking, from_dict
from oncehub_async.simulator import Account, Simulator

EXPANSIONS = "owner,contact,booking_page,master_page,event_type,conversation"
BOOKINGS = 100
ROUNDS = 201


def rows() -> list[tuple[str, float]]:
    """The share for a page with ids only, and for one with everything expanded.

    Runs an event loop of its own to read the pages from the simulator.
    """
    pages = zip(("ids only", "expanded"), asyncio.run(_pages()), strict=True)
    return [
        (
            f"{BOOKINGS} bookings of {len(page) / BOOKINGS / 1000:.1f} KB ({kind}) to models, "
            "speed / msgspec to dicts",
            share(page),
        )
        for kind, page in pages
    ]


def share(page: bytes) -> float:
    """How many bookings are made while msgspec makes one dict."""

    assert len(models(page)) == BOOKINGS
    return ratio(
        lambda: computed(lambda: msgspec.json.decode(page)),
        lambda: computed(lambda: models(page)),
        ROUNDS,
    )


def models(page: bytes) -> tuple[Booking, ...]:
    """What the client does with the bytes of a page."""
    items = load_json(page)["data"]
    return tuple([from_dict(item, Booking, at=f"data[{i}]") for i, item in enumerate(items)])


async def _pages() -> list[bytes]:
    async with (
        Simulator(Account(bookings=3_000), limits=None) as simulator,
        aiohttp.ClientSession(headers={"API-Key": simulator.api_key}) as session,
    ):
        pages = []
        for query in ({}, {"expand": EXPANSIONS}):
            url = f"{simulator.url}/bookings"
            async with session.get(url, params={"limit": BOOKINGS, **query}) as response:
                pages.append(await response.read())
        return pages


if __name__ == "__main__":
    for name, value in rows():
        print(f"{value:6.2f}  {name}")
