"""Syncs in processes of their own, which can be killed at any moment."""

import asyncio
import multiprocessing
from typing import Any

import attrs

from oncehub_async import Budget, Clock, OnceHub, RetryPolicy
from oncehub_async.simulator import Simulator
from oncehub_async.sync import AccountSync

from .synced import UNTHROTTLED

FAST = Clock(speed=100)

# Processes that are forked from one that has imported everything begin at once.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["asyncpg", "duckdb", __name__])


@attrs.frozen
class SyncProcess:
    """A sync to make, as often as it takes."""

    url: str
    key: str = attrs.field(repr=False)
    database: str

    @classmethod
    def of(cls, simulator: Simulator, database: str) -> "SyncProcess":
        """A sync of what a simulator has."""
        return cls(simulator.url, simulator.api_key, database)

    def process(self) -> Any:
        """A process that makes it; not yet started."""
        return _PROCESSES.Process(target=_sync, args=(self,))

    def finish(self) -> None:
        """Make it, here and now, to its end, and search for all deletions."""
        asyncio.run(_finish(self))


def _client(run: SyncProcess) -> OnceHub:
    return OnceHub(
        run.key,
        base_url=run.url,
        clock=FAST,
        budget=Budget(UNTHROTTLED, clock=FAST),
        retry=RetryPolicy(attempts=30, first_delay=0.1, longest_delay=1.0, attempt_timeout=60.0),
    )


def _sync(run: SyncProcess) -> None:
    async def go() -> None:
        async with _client(run) as oncehub, AccountSync(oncehub, run.database) as account:
            await account.run()
            await account.search_all()

    asyncio.run(go())


async def _finish(run: SyncProcess) -> None:
    async with _client(run) as oncehub, AccountSync(oncehub, run.database) as account:
        found = await account.run()
        assert found.complete, found.errors
        await account.search_all()
