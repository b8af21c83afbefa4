"""How replies go over the wire, whole or broken on purpose."""

import asyncio

import attrs
from aiohttp import web

from .._ground import dump_json
from ._faults import Fault
from ._service_answers import RATE_LIMITED, UNEXPECTED, SimulatedAnswer
from ._simulated_clock import SimulatedClock

JSON = "application/json; charset=utf-8"

_ENDLESS_START = b'{"object":"list","data":["'
_ENDLESS_PART = b"x" * 65_536
_PARTS = 10


@attrs.frozen
class SimulatedReply:
    """Status, headers and body as they are sent."""

    status: int
    headers: dict[str, str]
    body: bytes
    content_type: str = JSON

    @classmethod
    def of(cls, answer: SimulatedAnswer) -> "SimulatedReply":
        """An answer in JSON."""
        return cls(answer.status, answer.headers, dump_json(answer.body))


_HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body>"
_ERRORS = {"rate_limit": RATE_LIMITED, "server_error": UNEXPECTED}


def replacement(fault: Fault) -> SimulatedReply | None:
    """What a fault puts in an answer's place, None if it isn't of that kind."""
    match fault.kind:
        case "rate_limit" | "server_error" as kind:
            answer = _ERRORS[kind].answer
            headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
            return SimulatedReply.of(
                SimulatedAnswer(answer.body, fault.status or answer.status, headers)
            )
        case "html":
            return SimulatedReply(fault.status or 502, {}, _HTML, "text/html; charset=utf-8")
        case "empty":
            return SimulatedReply(fault.status or 502, {}, b"")
        case "not_utf8":
            return SimulatedReply(fault.status or 200, {}, b'{"object":"list","data":["\xff\xfe"]}')
        case _:
            return None


class Responder:
    """One request's connection, and what may happen to it."""

    def __init__(self, request: web.BaseRequest, face: SimulatedClock, request_id: str) -> None:
        self._request, self._face, self._request_id = request, face, request_id

    async def send(
        self, reply: SimulatedReply, faults: tuple[Fault, ...] = ()
    ) -> web.StreamResponse:
        """Send a reply; the first fault that is about sending decides how."""
        try:
            for fault in faults:
                match fault.kind:
                    case "drop_after":
                        return self.drop()
                    case "truncated_body":
                        return await self._truncated(reply)
                    case "truncated_json":
                        half = reply.body[: len(reply.body) // 2]
                        return self.whole(attrs.evolve(reply, body=half))
                    case "endless_body":
                        return await self._endless(reply)
                    case "slow_body":
                        return await self._slow(reply, fault.seconds)
        except ConnectionError:
            # The reader has left: nothing to answer any more, and nothing to complain about.
            return self.drop()
        return self.whole(reply)

    def drop(self) -> web.StreamResponse:
        """Break the connection without a word."""
        if self._request.transport:
            self._request.transport.abort()
        return web.Response()

    def whole(self, reply: SimulatedReply) -> web.StreamResponse:
        """Send a reply as it should be."""
        return web.Response(body=reply.body, status=reply.status, headers=self._headers(reply))

    async def _start(self, reply: SimulatedReply, length: int | None) -> web.StreamResponse:
        response = web.StreamResponse(status=reply.status, headers=self._headers(reply))
        response.content_length = length
        await response.prepare(self._request)
        return response

    async def _truncated(self, reply: SimulatedReply) -> web.StreamResponse:
        response = await self._start(reply, len(reply.body))
        await response.write(reply.body[: len(reply.body) // 2])
        if self._request.transport:
            # Unlike abort(), this lets what was written arrive.
            self._request.transport.close()
        return response

    async def _endless(self, reply: SimulatedReply) -> web.StreamResponse:
        response = await self._start(reply, None)
        await response.write(_ENDLESS_START)
        while not self._face.is_closing:
            await response.write(_ENDLESS_PART)
            await asyncio.sleep(0)
        return self.drop()

    async def _slow(self, reply: SimulatedReply, seconds: float) -> web.StreamResponse:
        response = await self._start(reply, len(reply.body))
        size = -(-len(reply.body) // _PARTS) or 1
        for place in range(0, len(reply.body), size):
            if await self._face.closes_within(seconds / _PARTS):
                return self.drop()
            await response.write(reply.body[place : place + size])
        return response

    def _headers(self, reply: SimulatedReply) -> dict[str, str]:
        return {
            **reply.headers,
            "Content-Type": reply.content_type,
            "Request-Id": self._request_id,
            "Date": self._face.http_date(),
            "Server": "oncehub-simulator",
        }
