import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALONE = """
import sys
import pytest
try:
    import pytest_asyncio
except ImportError:
    pass
before = set(sys.modules)
import pytest_oncehub_async
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )


def test_importing_the_plugin_costs_nothing() -> None:
    """It is loaded in every pytest run of whoever has the package: nothing but itself comes in."""
    told = run(ALONE + "print(sorted(set(sys.modules) - before))")
    assert told.stdout.strip() == "['pytest_oncehub_async']", told.stderr


USERS_TESTS = """
import pytest
from oncehub_async.simulator import Account

@pytest.fixture
def oncehub_account():
    return Account(bookings=7)

async def test_it(oncehub_simulator, oncehub):
    assert oncehub_simulator.counts["bookings"] == 7
    assert len(await oncehub.bookings.list().collect()) == 7
    assert oncehub_simulator.url.startswith("http://127.0.0.1:")

@pytest.fixture
def oncehub_receiver():
    from oncehub_async.webhooks import MemoryInbox, Receiver

    receiver = Receiver(signing_secret="one that the test does not know", inbox=MemoryInbox())

    @receiver.on("booking.canceled")
    async def handler(event):
        handled.append(event.data.status)

    return receiver

handled = []

async def test_webhooks(oncehub_webhooks, oncehub_receiver, oncehub_signing_secret):
    from oncehub_async.testing import make_event, sign

    body = make_event("booking.scheduled")
    by_hand = {"Oncehub-Signature": sign(body, oncehub_signing_secret)}
    assert (await oncehub_receiver.receive(by_hand, body)).status == 200

    assert (await oncehub_webhooks.deliver(make_event("booking.canceled"))).status == 200
    assert await oncehub_webhooks.handled() == {"done": 1}
    assert handled == ["canceled"]

def test_nothing():
    pass
"""
# Only the plugins that are named: this package may be installed here, or not.
RUN_PYTEST = """
import os, sys
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
if sys.argv[1] == "without":
    sys.modules["pytest_asyncio"] = None
import pytest
sys.exit(pytest.main(["-q", "-p", "pytest_oncehub_async", "-p", "no:cacheprovider",
                      *sys.argv[2:]]))
"""


@pytest.fixture
def users_tests(tmp_path: Path) -> str:
    tests = tmp_path / "test_users.py"
    tests.write_text(USERS_TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return str(tests)


def test_the_fixtures_work_in_users_tests(users_tests: str) -> None:
    """With pytest-asyncio: a running simulator with the account that the user chose."""
    told = run(
        RUN_PYTEST, "with", "-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto", users_tests
    )
    assert "3 passed" in told.stdout, told.stdout + told.stderr


def test_without_pytest_asyncio_only_the_fixture_fails(users_tests: str) -> None:
    """A clear message when it is used, nothing before; all other tests run."""
    told = run(RUN_PYTEST, "without", users_tests)
    assert "pip install pytest-asyncio" in told.stdout, told.stdout + told.stderr
    assert "1 passed" in told.stdout
