"""Whether what is on disk is of the account that is asked."""

import asyncio
from pathlib import Path

import pytest

from harness.list_service import DatedClock, Latency, ListService, client, error
from harness.virtual_time import InlineLoop
from oncehub_async import Limits, OnceHub, RetryPolicy, ServerError
from oncehub_async._http.response import RawAnswer
from oncehub_async.export import Manifest, plan_export, run_export
from oncehub_async.export._folder import is_in_account

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


@pytest.mark.parametrize(
    ("ids", "asked", "found"), [(["", "a/b"], 0, None), (["", "../users", "BKNG-1"], 1, False)]
)
async def test_what_cannot_be_an_id_is_passed_over(
    ids: list[str], asked: int, found: bool | None
) -> None:
    """A file can be damaged; that says nothing about the account."""
    async with serving(answer(404, MISSING)) as server:
        async with OnceHub("k", base_url=server.url) as oncehub:
            assert await is_in_account(oncehub, "bookings", ids) is found
            assert len(server.received) == asked


class Purged(ListService):
    """Doesn't know its newest objects any more by their ids."""

    def _one(self, id: str) -> RawAnswer:
        return error(404, "not_found_error") if id in self.ids()[:2] else super()._one(id)


def test_an_export_goes_on_though_some_objects_were_purged(tmp_path: Path) -> None:
    """They were on its first page, of which several objects are asked for."""
    end = int(DatedClock().start.timestamp() * 1000)
    service = Purged([end - place * 3_600_000 for place in range(1500)], Latency(0.4))

    async def main() -> Manifest:
        oncehub = client(service, DatedClock(), Limits())
        plan = plan_export(["bookings"])
        running = asyncio.create_task(run_export(oncehub, plan, tmp_path))
        await asyncio.sleep(2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return await run_export(oncehub, plan, tmp_path)

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        manifest = runner.run(main())
    assert manifest.resources["bookings"].error is None
    assert manifest.resources["bookings"].count == 1500


async def test_an_error_is_no_answer() -> None:
    """Neither way."""
    async with serving(answer(500, b"{}")) as server:
        async with OnceHub("k", base_url=server.url, retry=RetryPolicy(attempts=1)) as oncehub:
            with pytest.raises(ServerError):
                await is_in_account(oncehub, "bookings", ["BKNG-1"])
