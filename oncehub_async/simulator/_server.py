"""The HTTP server: requests off the wire to the desk, replies back, and faults in between."""

import asyncio
from math import ceil
from typing import Any

import attrs
from aiohttp import web

from ._data.seeded import key, letters
from ._faults import Fault, Faults
from ._operations.operations_table import Match, MethodNotAllowed
from ._rate_limits import ServiceLimits
from ._request_handler import Arrival, RateLimited, RequestHandler, refusal
from ._responder import Responder, SimulatedReply, replacement
from ._service_answers import UNEXPECTED, ApiError, SimulatedAnswer, invalid
from ._simulated_clock import SimulatedClock
from ._stats import Stats


class Server:
    """Serves one desk over HTTP."""

    def __init__(
        self,
        desk: RequestHandler,
        face: SimulatedClock,
        faults: Faults,
        limits: ServiceLimits | None,
        seed: int,
        stats: Stats,
    ) -> None:
        self.stats = stats
        self._desk, self._face, self._faults, self._limits = desk, face, faults, limits
        self._ids, self._wires = key(seed, "request ids"), 0

    def protocol(self) -> web.Server:
        """What aiohttp's runner serves."""
        self._protocols = _Protocols(self)
        return self._protocols

    def hang_up(self) -> None:
        """Break every connection: nobody has to be waited for who neither reads nor writes."""
        for connection in self._protocols.connections:
            if isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        # First of all, before anything can take time: this is when the request arrived.
        seconds = self._face.seconds()
        self.stats.requests += 1
        wire = self._wire(request)
        arrival = _arrival(request)
        try:
            self._desk.admit(arrival, seconds)
            found = self._desk.route(arrival)
        except (ApiError, MethodNotAllowed, RateLimited) as error:
            return await self._send(wire, SimulatedReply.of(self._refusal(error)))
        self.stats.by_operation[found.operation.id] += 1
        return await self._serve(request, wire, arrival, found)

    def _wire(self, request: web.BaseRequest) -> Responder:
        self._wires += 1
        return Responder(
            request, self._face, letters(self._ids, self._wires, 32, "0123456789abcdef")
        )

    def malformed(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to what isn't even HTTP."""
        self.stats.requests += 1
        return self._said(request, invalid("The request could not be understood."))

    def failed(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to a request, already counted, on which the simulator itself failed."""
        return self._said(request, UNEXPECTED)

    def _said(self, request: web.BaseRequest, error: ApiError) -> web.StreamResponse:
        self.stats.by_status[error.status] += 1
        return self._wire(request).whole(SimulatedReply.of(error.answer))

    async def _serve(
        self, request: web.BaseRequest, wire: Responder, arrival: Arrival, found: Match
    ) -> web.StreamResponse:
        faults = self._faults.strike(found.operation)
        self.stats.faults.update(fault.kind for fault in faults)
        if await self._delayed(faults) or any(fault.kind == "drop_before" for fault in faults):
            return wire.drop()
        replaced = [(fault, reply) for fault in faults if (reply := replacement(fault))]
        if replaced and not replaced[0][0].takes_effect:
            return await self._send(wire, replaced[0][1], faults)
        try:
            answer = await self._answer(request, arrival, found, faults)
        except ConnectionError:
            # Half a body, and its sender has left.
            return wire.drop()
        reply = replaced[0][1] if replaced else SimulatedReply.of(answer)
        return await self._send(wire, reply, faults)

    async def _delayed(self, faults: tuple[Fault, ...]) -> bool:
        """Wait as long as the faults want; True if the simulator closed meanwhile."""
        for fault in faults:
            if fault.kind == "hang" and await self._face.closes_within(None):
                return True
            if fault.kind == "latency":
                seconds = self._faults.jittered(fault)
                if await self._face.closes_within(seconds):
                    return True
        return False

    async def _answer(
        self, request: web.BaseRequest, arrival: Arrival, found: Match, faults: tuple[Fault, ...]
    ) -> SimulatedAnswer:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return invalid("The request body is too large.").answer
        except web.RequestPayloadError:
            return invalid("The request body could not be read.").answer
        now = self._face.milliseconds()
        return await self._desk.answer(arrival, found, body, now, faults)

    def _refusal(self, error: ApiError | MethodNotAllowed | RateLimited) -> SimulatedAnswer:
        answer = refusal(error)
        if not isinstance(error, RateLimited):
            return answer
        self.stats.refused += 1
        wanted = self._limits.retry_after if self._limits else None
        if wanted is None:
            return answer
        seconds = ceil(error.wait)
        value = str(seconds) if wanted == "seconds" else self._face.http_date(seconds + 1)
        return attrs.evolve(answer, headers={"Retry-After": value})

    async def _send(
        self, wire: Responder, reply: SimulatedReply, faults: tuple[Fault, ...] = ()
    ) -> web.StreamResponse:
        if not any(fault.kind == "drop_after" for fault in faults):
            self.stats.by_status[reply.status] += 1
        return await wire.send(reply, faults)


def _arrival(request: web.BaseRequest) -> Arrival:
    url = request.rel_url
    return Arrival(
        request.method, url.raw_path, url.raw_query_string, request.headers, request.remote or ""
    )


class _Protocols(web.Server):
    """aiohttp's server, but that its own errors are in JSON, too."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.handle, access_log=None)
        self.simulated = server

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, loop=asyncio.get_running_loop(), access_log=None)


class _Protocol(web.RequestHandler):
    def __init__(self, manager: _Protocols, **kwargs: Any) -> None:
        super().__init__(manager, **kwargs)
        self._simulated = manager.simulated

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status < 500:
            response = self._simulated.malformed(request)
        else:
            # This logs the failure, and raises if an answer has already begun.
            super().handle_error(request, status, exc, message)
            response = self._simulated.failed(request)
        response.force_close()
        return response
