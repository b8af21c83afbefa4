"""Files of ours are opened for nobody else, and never through what lies in wait."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from oncehub_async._ground import FileLock, open_private
from oncehub_async.webhooks._inbox.owner_lock import Life, life_of, lock_path

FLAGS = os.O_RDWR | os.O_CREAT


def test_it_is_for_nobody_else(tmp_path: Path) -> None:
    """Whatever the umask allows."""
    before = os.umask(0)
    try:
        os.close(open_private(tmp_path / "file", FLAGS))
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def _link(path: Path) -> None:
    path.symlink_to(path.with_name("victim"))


TRAPS: list[Callable[[Path], None]] = [
    _link,
    lambda path: os.mkfifo(path),
    lambda path: path.mkdir(),
]


@pytest.mark.parametrize("trap", TRAPS, ids=["link", "pipe", "folder"])
def test_what_lies_in_wait_is_not_opened(tmp_path: Path, trap: Callable[[Path], None]) -> None:
    """Nothing hangs, and what the link names is neither made nor changed."""
    path = tmp_path / "file"
    trap(path)
    with pytest.raises(OSError, match=r"."):
        open_private(path, FLAGS)
    with pytest.raises(OSError, match=r"."):
        FileLock(path).acquire()
    assert not (tmp_path / "victim").exists()


def test_an_owners_file_that_is_a_link_is_no_owner(tmp_path: Path) -> None:
    """Nor is the file that it names locked or removed."""
    database = tmp_path / "inbox.db"
    victim = tmp_path / "victim"
    victim.write_text("kept")
    lock_path(database, "owner").symlink_to(victim)
    assert life_of(database, "owner", bury=True) is Life.HIDDEN
    assert victim.read_text() == "kept"
    assert lock_path(database, "owner").is_symlink()


def test_every_file_is_opened_in_one_way() -> None:
    """`os.open` occurs where folders are synced, and in the one place for files."""
    root = Path(open_private.__code__.co_filename).parent.parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if "os.open(" in path.read_text("utf-8")
    }
    assert found == {"_ground/private_files.py", "export/_folder.py"}
