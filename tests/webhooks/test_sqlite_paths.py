"""However a process names the file, it is one inbox: with the same locks, and the same work."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from oncehub_async.webhooks import InboxError, SQLiteInbox

from .test_sqlite_inbox import DONE, event


def linked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[SQLiteInbox, SQLiteInbox]:
    paths = []
    (folder / "shared").mkdir()
    for name in ("r1", "r2"):
        (folder / name).mkdir()
        paths.append(folder / name / "inbox.db")
        paths[-1].symlink_to(folder / "shared" / "inbox.db")
    return SQLiteInbox(paths[0]), SQLiteInbox(paths[1])


def relative(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[SQLiteInbox, SQLiteInbox]:
    (folder / "elsewhere").mkdir()
    (folder / "shared").mkdir()
    monkeypatch.chdir(folder / "shared")
    inboxes = SQLiteInbox("inbox.db"), SQLiteInbox(folder / "shared" / "inbox.db")
    monkeypatch.chdir(folder / "elsewhere")
    return inboxes


@pytest.mark.parametrize("named", [linked, relative])
async def test_work_belongs_to_who_claimed_it_however_the_file_is_named(
    named: Callable[[Path, pytest.MonkeyPatch], tuple[SQLiteInbox, SQLiteInbox]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    dead_are_seen: None,
) -> None:
    """All locks are beside the file itself."""
    one, two = named(tmp_path, monkeypatch)
    await one.open()
    await one.put(event(1), ("h",))
    (claim,) = await one.claim(1, ("h",), 99.0)
    await two.open()
    for _ in range(3):
        assert await two.claim(1, ("h",), 99.0) == []
    assert len(list((tmp_path / "shared").glob("*-owner-*"))) == 2
    assert await one.settle(claim.work[0], DONE, 99.0)
    await two.close()
    await one.close()
    assert [file.name for file in (tmp_path / "shared").iterdir()] == ["inbox.db"]


async def test_links_that_lead_nowhere_are_an_error_of_the_inbox(tmp_path: Path) -> None:
    """Not a traceback."""
    path = tmp_path / "inbox.db"
    os.symlink(path, path)
    with pytest.raises(InboxError, match="unable to open"):
        await SQLiteInbox(path).open()
