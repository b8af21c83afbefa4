"""`oncehub person` with places that can't be used: one line, and nothing half done unsaid."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from oncehub_async.cli import main
from oncehub_async.simulator import Simulator
from oncehub_async.sync import DuckDBFile

from ..simulator.threaded import running
from ..sync.conftest import in_a_loop
from ..typed_command import run
from .someone import ACCOUNT, Someone, someone_in


@pytest.fixture
def someone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Someone:
    """Who is in the account, which was synced and exported into the current folder."""
    monkeypatch.chdir(tmp_path)
    with running(Simulator(ACCOUNT, limits=None)) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        found = someone_in(sim)
        assert main(["sync", "--quiet"]) == 0
        assert main(["export", "bookings", "contacts", "--out", "out", "--quiet"]) == 0
        capsys.readouterr()
    return found


@pytest.mark.parametrize("command", [("export",), ("erase",), ("erase", "--apply")])
@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ([], 2, "--no-account: leaves no place to look in: add --database, --export or --inbox"),
        (["--database", "rotten.duckdb"], 1, "rotten.duckdb: is damaged"),
        (["--database", "torn.duckdb"], 1, "torn.duckdb: can't be opened"),
        (["--database", "/dev/full"], 1, "/dev/full: can't be opened"),
        (["--database", "oncehub.duckdb", "--database", "gone.duckdb"], 2, "there is no gone"),
        (["--export", "oncehub.duckdb"], 2, "--export: oncehub.duckdb is a file, not a folder"),
        (["--export", "out", "--export", "torn"], 1, "torn: contacts.jsonl: line"),
        (["--export", "out", "--export", "odd"], 1, "odd: manifest.json can't be read"),
        (["--inbox", "oncehub.duckdb"], 1, "oncehub.duckdb: file is not a database"),
    ],
    ids=str,
)
def test_a_place_that_cannot_be_used(
    someone: Someone,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    given: list[str],
    code: int,
    told: str,
) -> None:
    """It is named; nothing has been changed, and nobody has waited for it."""
    _break_some()
    before = _files()
    found, out, err = run(capsys, "person", command[0], someone.email, *command[1:],
                          "--no-account", *given)  # fmt: skip
    assert (found, out) == (code, "")
    assert err.count("\n") == 1
    assert told in err
    assert someone.email not in err
    assert _files() == before


def _break_some() -> None:
    whole = Path("oncehub.duckdb").read_bytes()
    Path("torn.duckdb").write_bytes(whole[: len(whole) // 2])
    rotten = bytearray(whole)
    rotten[20_000::997] = b"\x17" * len(rotten[20_000::997])
    Path("rotten.duckdb").write_bytes(rotten)
    shutil.copytree("out", "torn")
    os.truncate("torn/contacts.jsonl", 3_000)
    shutil.copytree("out", "odd")
    Path("odd/manifest.json").write_text("{")


def _files() -> dict[str, bytes]:
    return {
        str(each): each.read_bytes()
        for each in Path().rglob("*")
        if each.is_file() and not each.name.endswith(".lock")
    }


@pytest.mark.parametrize("option", ["--out", "--html"])
@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("oncehub.duckdb", "is looked through itself: name another file"),
        ("link.duckdb", "is looked through itself"),
        ("out/contacts.jsonl", "is in an export: name a file elsewhere"),
        ("out", "out is a folder, not a file"),
        ("gone/ann.json", "gone/ann.json: there is no such folder"),
        ("/dev/full", "/dev/full: not a regular file"),
    ],
)
def test_a_file_that_cannot_be_written(
    someone: Someone, capsys: pytest.CaptureFixture[str], option: str, file: str, told: str
) -> None:
    """What is looked through stays as it is: an export is no reason to lose it."""
    Path("link.duckdb").symlink_to("oncehub.duckdb")
    before = _files()
    code, out, err = run(capsys, "person", "export", someone.email, "--no-account", "--database",
                         "duckdb:///oncehub.duckdb", "--export", "out", option, file)  # fmt: skip
    assert (code, out) == (2, "")
    assert err.startswith(f"oncehub: {option}: ")
    assert told in err
    assert err.count("\n") == 1
    assert _files() == before


@pytest.mark.parametrize(
    "email",
    ["", "-x", "x" * 10_000 + "@x.example", "a@" + "x" * 10_000, "a\0nn@x.example",
     "ann\ud83d@x.example", "a@x.example,b@x.example", "Ann <a@x.example>", '"a b"@x.example'],
    ids=lambda each: ascii(each[:20]),
)  # fmt: skip
def test_what_is_no_address(capsys: pytest.CaptureFixture[str], email: str) -> None:
    """A line that doesn't repeat it at length, before anything is asked."""
    code, out, err = run(capsys, "person", "erase", "--apply", "--no-account", "--database",
                         "gone.duckdb", email)  # fmt: skip
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert len(err) < 200


def test_a_link_is_followed(
    someone: Someone, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stays one, and what it leads to holds nobody any more."""
    Path("kept").mkdir()
    Path("oncehub.duckdb").rename("kept/account.duckdb")
    Path("link.duckdb").symlink_to("kept/account.duckdb")
    code, out, _ = run(capsys, "person", "erase", someone.email, "--no-account", "--apply",
                       "--database", "link.duckdb")  # fmt: skip
    assert code == 0
    assert out.startswith("link.duckdb: ")
    assert Path("link.duckdb").is_symlink()
    held = b"".join(each.read_bytes() for each in Path("kept").iterdir() if each.is_file())
    assert someone.email.encode() not in held.lower()
    assert b"Quaddle" not in held


def test_what_was_done_before_a_failure_is_told(
    someone: Someone, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name, and that the same command goes on; so does the one place that it failed in."""
    shutil.copy("oncehub.duckdb", "other.duckdb")
    places = ["--database", "oncehub.duckdb", "--database", "other.duckdb"]
    erase = ["person", "erase", someone.email, "--no-account", "--apply", *places]
    busy = DuckDBFile(Path("other.duckdb"))
    in_a_loop(busy.open())
    code, out, err = run(capsys, *erase)
    in_a_loop(busy.close())
    assert (code, out) == (1, "")
    first, second, error = err.splitlines()
    assert "the same command goes on" in first
    assert second.startswith("oncehub.duckdb: bookings ")
    assert error.startswith("oncehub: another sync writes into other.duckdb")
    assert run(capsys, *erase)[0] == 0


def test_a_full_disk_is_told(
    someone: Someone, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the copy has no room: rows are blank by then, and the next call has it all done."""

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    erase = ["person", "erase", someone.email, "--no-account", "--apply", "--database"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        code, out, err = run(capsys, *erase, "oncehub.duckdb")
    assert (code, out) == (1, "")
    assert "No space left on device; it has begun, the same call finishes it" in err
    assert not list(Path().glob("*.erasing*"))
    run(capsys, *erase, "oncehub.duckdb")
    assert b"Quaddle" not in Path("oncehub.duckdb").read_bytes()
