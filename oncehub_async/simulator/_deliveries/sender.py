"""Posts events to receivers on this machine."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Collection
from math import ceil

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from .._simulated_clock import SimulatedClock
from .delivery_attempt import DeliveryOutcome
from .delivery_faults import DeliveryFault
from .routes import Headers, LocalReceiver

_PARTS = 10
_logger = logging.getLogger("oncehub_async.simulator")

Sent = tuple[DeliveryOutcome, int | None]
"""What became of it, and the status if there was one."""


class Sender:
    """Makes single attempts. Whatever goes wrong on the way is an outcome, not an exception."""

    def __init__(self, face: SimulatedClock, timeout: float) -> None:
        self._face, self._timeout = face, timeout
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close all connections."""
        if self._session:
            await self._session.close()

    async def send(
        self,
        target: URL | LocalReceiver,
        headers: Headers,
        body: bytes,
        faults: Collection[DeliveryFault] = (),
    ) -> Sent:
        """Deliver `body`, unless the faults are about how that goes wrong."""
        kinds = {fault.kind for fault in faults}
        truncated = "truncated_body" in kinds
        slowly = sum(fault.seconds for fault in faults if fault.kind == "slow_body")
        try:
            async with asyncio.timeout(self._timeout):
                if isinstance(target, URL):
                    status = await self._post(target, headers, body, slowly, truncated)
                elif truncated:
                    # A call has no connection that could break on the way.
                    return "unreachable", None
                else:
                    status = await self._call(target, headers, body, slowly)
        except TimeoutError:
            return "timeout", None
        except (aiohttp.ClientError, OSError):
            return "unreachable", None
        if not 200 <= status < 300:
            return "refused", status
        return ("unheard", None) if "drop_answer" in kinds else ("accepted", status)

    async def _call(
        self, receive: LocalReceiver, headers: Headers, body: bytes, slowly: float
    ) -> int:
        if slowly:
            await self._face.closes_within(slowly)
        try:
            answer = await receive(headers, body)
            return answer if isinstance(answer, int) else answer.status
        except Exception:
            # As a web framework would: the sender sees a 500, the log what it was.
            _logger.exception("The receiver to which the simulator delivers failed")
            return 500

    async def _post(
        self, url: URL, headers: Headers, body: bytes, slowly: float, truncated: bool
    ) -> int:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, resolver=_Loopback())
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        data: bytes | AsyncIterator[bytes] = body
        if slowly or truncated:
            data = self._in_parts(body, slowly, truncated)
            headers = {**headers, "Content-Length": str(len(body))}
        async with self._session.post(
            url, data=data, headers=headers, allow_redirects=False
        ) as response:
            return response.status

    async def _in_parts(self, body: bytes, slowly: float, truncated: bool) -> AsyncIterator[bytes]:
        size = ceil(len(body) / _PARTS)
        for start in range(0, len(body), size):
            if truncated and start >= len(body) // 2:
                raise ConnectionAbortedError
            yield body[start : start + size]
            await self._face.closes_within(slowly / _PARTS)


class _Loopback(AbstractResolver):
    """Knows no other machine than this one, whatever its hosts file or its DNS says."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=version, proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address, version in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6))
        ]  # fmt: skip

    async def close(self) -> None:
        """There is nothing to close."""
