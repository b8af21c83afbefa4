"""A browser for the tests of this folder, and the sites that it finds."""

import asyncio
import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import trustme

from .chromium import BINARY, Chromium, running
from .stage import Stage, staged


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sites() -> AsyncIterator[Stage]:
    """All sites that the browser finds."""
    # Certificates for any of them; the browser doesn't ask by whom.
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("oncehub.com").configure_cert(tls)
    async with staged(tls) as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium(sites: Stage) -> AsyncIterator[Chromium]:
    """One browser for the module; without one, its tests are skipped."""
    if BINARY is None:
        pytest.skip("no Chromium here: apt-get install chromium (`.ci/run` does)")
    with running(sites.port) as browser:
        yield browser
    # Its connections end before the sites do.
    async with asyncio.timeout(60):
        while sites.connections:
            await asyncio.sleep(0.01)


@pytest.fixture
def stage(sites: Stage) -> Stage:
    """The sites, empty but for OnceHub's scripts."""
    sites.reset()
    return sites
