"""The SQLite inbox's file does not grow without end."""

import asyncio
import functools
import operator
from pathlib import Path

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.webhooks import Receiver, SQLiteInbox, opened_inbox
from oncehub_async.webhooks._inbox import Outcome, State

from .conftest import DAY, SECRET
from .test_sqlite_inbox import DONE, event


async def test_the_file_does_not_grow_without_end(tmp_path: Path) -> None:
    """What is purged makes room, and the file shrinks after a rush."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path, keep=100.0)
    await inbox.open()
    sizes = []
    for round_ in range(5):
        numbers = range(round_ * 300, round_ * 300 + 300)
        await asyncio.gather(*(inbox.put(event(n, size=1_000), ("h",)) for n in numbers))
        claims = await inbox.claim(300, ("h",), 1e9)
        await asyncio.gather(*(inbox.settle(claim.work[0], DONE, 0.0) for claim in claims))
        sizes.append(await inbox._asked(lambda db: db.execute("PRAGMA page_count").fetchone()[0]))
        while await inbox.purge(("h",), numbers[-1] + 150.0):
            pass
    assert max(sizes) <= sizes[0] * 1.2
    empty = await inbox._asked(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    assert empty < sizes[0] / 3
    await inbox.close()


async def test_what_will_never_be_done_goes_in_the_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Dead letters `keep_dead` after they died, work of lost handlers after it was received; the
    log counts both. Work of a handler that there is stays, however old."""
    inbox = SQLiteInbox(tmp_path / "inbox.db", keep=100.0, keep_dead=1_000.0)
    await inbox.open()
    await inbox.put(event(0), ("h",))
    await inbox.put(event(1), ("gone",))
    await inbox.put(event(2), ("later",))
    (claim,) = await inbox.claim(9, ("h",), 9.0)
    await inbox.settle(claim.work[0], Outcome(state=State.DEAD, error="x"), 500.0)
    handlers = ("h", "later")
    assert await inbox.purge(handlers, 999.0) == 0
    assert not caplog.records
    assert await inbox.purge(handlers, 1_002.0) == 1
    assert await inbox.waiting() == {"later": 1}
    assert await inbox.purge(handlers, 1_499.0) == 0
    assert await inbox.purge(handlers, 1e9) == 1
    assert await inbox.counts() == {State.PENDING: 1}
    assert ["1 dead letters, or work" in each.message for each in caplog.records] == [True, True]
    await inbox.close()


async def test_a_claim_costs_the_same_whatever_waits_for_handlers_that_there_are_no_more(
    tmp_path: Path,
) -> None:
    """Counted in the steps of SQLite's machine."""
    inbox = SQLiteInbox(tmp_path / "inbox.db")
    await inbox.open()
    costs = []
    for first in (0, 100):
        numbers = range(first, 100 if not first else 3_000)
        await asyncio.gather(*(inbox.put(event(number), ("gone",)) for number in numbers))
        await inbox.put(event(10_000 + first), ("h",))
        steps: list[None] = []
        # What append returns is None, which lets SQLite go on.
        count = functools.partial(steps.append, None)
        await inbox._asked(operator.methodcaller("set_progress_handler", count, 10))
        (claim,) = await inbox.claim(8, ("h", "other"), 1e9)
        await inbox._asked(operator.methodcaller("set_progress_handler", None, 0))
        await inbox.settle(claim.work[0], DONE, 0.0)
        costs.append(len(steps))
    assert 0 < costs[1] <= costs[0] * 1.5
    await inbox.close()


async def test_nothing_is_purged_by_hand_that_the_receiver_needs(tmp_path: Path) -> None:
    """Signatures of ten days pass here: what is younger has to be known again."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path, keep=20 * DAY)
    subject = Receiver(signing_secret=SECRET, inbox=inbox, max_age=10 * DAY)
    async with subject:
        pass
    async with opened_inbox(path) as file:
        with pytest.raises(InvalidParameterError, match=r"10\.00 days"):
            await file.forget(91 * DAY, 100 * DAY)
        assert await file.forget(89 * DAY, 100 * DAY) == 0
