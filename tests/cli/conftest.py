"""What commands are tried with."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oncehub_async.simulator import Account, Simulator

from ..simulator.threaded import commanded


@pytest.fixture
def account() -> Account:
    """What the account holds; files of tests have their own."""
    return Account(bookings=130, webhooks=2)


@pytest.fixture
def sim(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Simulator]:
    """An account, whose key and address are set, and a folder to work in."""
    monkeypatch.chdir(tmp_path)
    with commanded(Simulator(account, limits=None), monkeypatch) as simulator:
        yield simulator


@pytest.fixture
def on_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[int], None]:
    """Has what is printed go to a terminal of so many columns, from then on."""

    def change(columns: int) -> None:
        monkeypatch.setenv("COLUMNS", str(columns))
        # Of the class: a test's streams are others than those of its fixtures.
        monkeypatch.setattr(type(sys.stdout), "isatty", lambda _stream: True)

    return change
