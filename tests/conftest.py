"""Fixtures for all tests."""

import inspect
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import aiohttp
import aioresponses.core
import pytest
from aioresponses import aioresponses as AioResponses
from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


class _Response(aiohttp.ClientResponse):
    """aiohttp 3.14 asks for a writer that aioresponses 0.7.9 doesn't know of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"stream_writer": Mock(), **kwargs})


def _stream_reader(loop: Any = None) -> aiohttp.StreamReader:
    protocol = aiohttp.client_proto.ResponseHandler(loop=loop)
    protocol._parser = Mock()
    return aiohttp.StreamReader(protocol, limit=2**16, loop=loop)


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[AioResponses]:
    """Answers instead of a network; what wasn't expected is a connection error."""
    # https://github.com/pnuckowski/aioresponses/issues: needed until it supports aiohttp 3.14.
    if "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters:
        monkeypatch.setattr(aioresponses.core, "ClientResponse", _Response)
        monkeypatch.setattr(aioresponses.core, "stream_reader_factory", _stream_reader)
    with AioResponses() as mock:
        yield mock


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set on the machine says nothing about the tests."""
    for name in ("ONCEHUB_API_KEY", "ONCEHUB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
