"""A running simulator, and somebody to ask it."""

import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import attrs
import pytest

from oncehub_async.simulator import Account, Simulator


@attrs.frozen
class Response:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def ids(self) -> list[str]:
        return [one["id"] for one in self.body["data"]]


@attrs.frozen
class Api:
    """Asks a simulator as any HTTP client would."""

    sim: Simulator
    session: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, body: Any = None, *, key: str | None = "", **query: Any
    ) -> Response:
        headers = {"API-Key": self.sim.api_key if key == "" else key} if key is not None else {}
        params = {name.replace("__", "."): str(value) for name, value in query.items()}
        raw = isinstance(body, bytes)
        async with self.session.request(
            method,
            self.sim.url + path,
            params=params,
            headers=headers,
            data=io.BytesIO(body) if raw else None,
            json=None if raw or body is None else body,
        ) as response:
            return Response(response.status, await response.json(), dict(response.headers))

    async def get(self, path: str, **query: Any) -> Response:
        return await self.call("GET", path, **query)

    async def post(self, path: str, body: Any = None) -> Response:
        return await self.call("POST", path, body)

    async def patch(self, path: str, body: Any = None) -> Response:
        return await self.call("PATCH", path, body)

    async def delete(self, path: str) -> Response:
        return await self.call("DELETE", path)

    async def walk(self, path: str, limit: int = 100, **query: Any) -> list[str]:
        """The ids of a whole list, page by page."""
        ids: list[str] = []
        page = await self.get(path, limit=limit, **query)
        ids += page.ids
        while page.body["has_more"]:
            page = await self.get(path, limit=limit, after=page.ids[-1], **query)
            ids += page.ids
        return ids


@pytest.fixture
def account() -> Account:
    return Account(bookings=600, contacts=200)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def sim(account: Account) -> AsyncIterator[Simulator]:
    async with Simulator(account, limits=None) as simulator:
        yield simulator


@pytest.fixture
def api(sim: Simulator, session: aiohttp.ClientSession) -> Api:
    return Api(sim, session)


def error(message: str, param: str | None = None) -> dict[str, str]:
    """The body of an `invalid_request_error`."""
    body = {"type": "invalid_request_error", "message": message}
    return body if param is None else body | {"param": param}
