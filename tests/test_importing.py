"""Importing the package is cheap, and nothing of it shows."""

import subprocess
import sys

import pytest

import oncehub_async


def in_a_fresh_interpreter(code: str) -> str:
    """What a program prints."""
    command = [sys.executable, "-c", f"import sys\n{code}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_models_are_imported_when_a_client_is_made() -> None:
    """They, and cattrs for them, cost more than all the rest."""
    shown = in_a_fresh_interpreter(
        "from oncehub_async import OnceHub\n"
        "heavy = {'oncehub_async.models', 'cattrs', 'zoneinfo'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "OnceHub('key')\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "from oncehub_async.models import Team, from_dict\n"
        "from_dict({'id': 'TM-1'}, Team)\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert shown.splitlines() == [
        "[]",
        "['oncehub_async.models']",
        "['cattrs', 'oncehub_async.models']",
    ]


def test_every_name_is_there_from_the_start() -> None:
    """Whichever is asked for first, by name or as an attribute."""
    shown = in_a_fresh_interpreter(
        "import oncehub_async\n"
        "names = [*oncehub_async.__all__, 'models', 'resources']\n"
        "assert set(names) <= set(dir(oncehub_async))\n"
        "late = [name for name in names if name not in vars(oncehub_async)]\n"
        "print(len(late))\n"
        "for name in late:\n"
        "    value = getattr(oncehub_async, name)\n"
        "    assert vars(oncehub_async)[name] is value, name\n"
        "from oncehub_async import *\n"
        "print(Page.__name__, id_of('USR-1'), oncehub_async.models.Booking.__name__)"
    )
    assert shown.splitlines() == ["7", "Page USR-1 Booking"]


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="module 'oncehub_async' has no attribute 'Bookng'"):
        _ = oncehub_async.Bookng  # type: ignore[attr-defined] # that is what is tried
