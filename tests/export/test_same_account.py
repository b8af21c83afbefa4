"""Whether what is on disk is of the account that is asked."""

import pytest

from oncehub_async import OnceHub, RetryPolicy, ServerError
from oncehub_async.export.same_account import is_in_account

from ..loopback import answer, serving

MISSING = b'{"type":"not_found_error","message":"No."}'


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, b'{"id":"BKNG-1","object":"booking"}', True),
        (200, b'{"id":"BKNG-1","object":"booking","deleted":true}', True),
        (200, b'{"id":"BKNG-1","object":"booking","duration_minutes":"long"}', True),
        (404, MISSING, False),
    ],
)
async def test_the_account_knows_its_objects(status: int, body: bytes, found: bool) -> None:
    """Also deleted ones, and those that don't fit a model."""
    async with serving(answer(status, body)) as server:
        async with OnceHub("k", base_url=server.url) as oncehub:
            assert await is_in_account(oncehub, "bookings", ["BKNG-1", "BKNG-2"]) is found
            assert len(server.received) == (1 if found else 2)


@pytest.mark.parametrize(("resource", "ids"), [("teams", ["TM-1"]), ("contacts", [])])
async def test_some_things_cannot_be_asked(resource: str, ids: list[str]) -> None:
    """Lists whose objects can be anybody's, and empty ones: nothing is sent."""
    async with serving(answer(404, MISSING)) as server:
        async with OnceHub("k", base_url=server.url) as oncehub:
            assert await is_in_account(oncehub, resource, ids) is None
            assert server.received == []


async def test_an_error_is_no_answer() -> None:
    """Neither way."""
    async with serving(answer(500, b"{}")) as server:
        async with OnceHub("k", base_url=server.url, retry=RetryPolicy(attempts=1)) as oncehub:
            with pytest.raises(ServerError):
                await is_in_account(oncehub, "bookings", ["BKNG-1"])
