"""Who walks in these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .newcomer import Newcomer, newcomer_in


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    """In an empty folder, with an empty environment."""
    return newcomer_in(tmp_path)


@pytest.fixture
def with_account(newcomer: Newcomer) -> Iterator[Newcomer]:
    """The same, with `oncehub simulate` in a second window and what it says to export."""
    with newcomer.simulated_account():
        yield newcomer
