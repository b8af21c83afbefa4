"""docs/troubleshooting.md has every error by its name, and no message that nobody says."""

import ast
import re
from collections.abc import Iterator

import pytest

from oncehub_async import errors

from .documents import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
KEYS = re.findall(r"^\| (`.*?`(?:, `.*?`)*) \|", PAGE, re.MULTILINE)
QUOTED = [each for key in KEYS for each in re.findall(r"`([^`]+)`", key)]
STATUSES = re.findall(r"(?:(\w+Error)) +(\d{3}|5xx)$", errors.__doc__ or "", re.MULTILINE)


def said() -> Iterator[str]:
    """All texts of the package, with `{}` for what is filled in."""
    for file in (ROOT / "oncehub_async").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                parts = (
                    each.value if isinstance(each, ast.Constant) else "{}" for each in node.values
                )
                yield "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


TEXTS = "\n".join(said())


@pytest.mark.parametrize("name", errors.__all__)
def test_every_error_is_found_by_its_name(name: str) -> None:
    """In a table, with what to do; the roots of several in the text."""
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(("name", "status"), STATUSES)
def test_an_error_stands_beside_its_status(name: str, status: str) -> None:
    """Whoever sees only the number finds it as well."""
    (line,) = (each for each in PAGE.splitlines() if each.startswith("|") and f"`{name}`" in each)
    assert status in line


def test_there_are_statuses_and_messages() -> None:
    """So that none of these tests passes for want of cases."""
    assert len(STATUSES) >= 10
    assert len(QUOTED) > 45


@pytest.mark.parametrize("message", [each for each in QUOTED if each not in errors.__all__])
def test_every_message_is_one(message: str) -> None:
    """Word for word, up to what is filled in; a parameter's name stands before it."""
    words = message.partition(": ")[2] or message
    for part in words.split(" ... "):
        assert part in TEXTS
