"""Importing the package is cheap, and nothing of it shows."""

import subprocess
import sys

import pytest

import oncehub_async
from benchmarks.importing import COMMAND, beside_aiohttp


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


def test_what_observes_is_imported_when_it_is_used() -> None:
    """Neither a client nor the metrics bring Prometheus' package or OpenTelemetry's along."""
    shown = in_a_fresh_interpreter(
        "from oncehub_async import OnceHub\n"
        "OnceHub('key')\n"
        "print('oncehub_async.metrics' in sys.modules)\n"
        "from oncehub_async import metrics, webhooks\n"
        "def there(): return sorted({'opentelemetry', 'prometheus_client'} & set(sys.modules))\n"
        "print(there())\n"
        "metrics.OpenTelemetryTracing()\n"
        "print(there())\n"
        "metrics.PrometheusMetrics()\n"
        "print(there())"
    )
    assert shown.splitlines() == [
        "False",
        "[]",
        "['opentelemetry']",
        "['opentelemetry', 'prometheus_client']",
    ]


def test_every_name_is_there_from_the_start() -> None:
    """Whichever is asked for first, by name or as an attribute."""
    shown = in_a_fresh_interpreter(
        "import oncehub_async\n"
        "names = [*oncehub_async.__all__, 'models', 'resources']\n"
        "assert set(names) <= set(dir(oncehub_async))\n"
        "late = [name for name in names if name not in vars(oncehub_async)]\n"
        "print(len(late) > 20)\n"
        "for name in late:\n"
        "    value = getattr(oncehub_async, name)\n"
        "    assert vars(oncehub_async)[name] is value, name\n"
        "from oncehub_async import *\n"
        "print(Page.__name__, id_of('USR-1'), oncehub_async.models.Booking.__name__)"
    )
    assert shown.splitlines() == ["True", "Page USR-1 Booking"]


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="module 'oncehub_async' has no attribute 'Bookng'"):
        _ = oncehub_async.Bookng  # type: ignore[attr-defined] # that is what is tried


HEAVY = {"aiohttp", "cattrs", "oncehub_async._client", "oncehub_async.export"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_the_first_look_at_the_command_line_imports_no_command(arguments: list[str]) -> None:
    """Nor what one needs: a person waits for it."""
    shown = in_a_fresh_interpreter(
        "from oncehub_async.cli import main\n"
        f"assert main({arguments}) == 0\n"
        f"print(sorted({HEAVY} & set(sys.modules)))\n"
    )
    assert shown.splitlines()[-1] == "[]"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_first_look_at_the_command_line_is_quick(option: str) -> None:
    """At most 1.5 times as long as `import aiohttp`: in processor time, side by side."""
    assert beside_aiohttp(COMMAND.format(option), rounds=7) <= 1.5
