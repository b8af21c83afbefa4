"""The edge to the network: one request out, one complete answer back, or a mapped error."""

import os
from base64 import b64encode
from collections.abc import Sequence
from ssl import SSLContext
from types import SimpleNamespace
from typing import Any

import aiohttp
import attrs
from aiohttp import ClientHandlerType, ClientMiddlewareType, ClientRequest, ClientResponse
from yarl import URL

from .._ground import Clock, Hidden, HiddenText, TooManyValuesError, ValueCount, off_loop
from ..errors import (
    ConnectError,
    ConnectionLostError,
    InvalidResponseError,
    NetworkError,
    RequestError,
    RequestTimeoutError,
)
from .api_key import ApiKey
from .request import Request
from .response import REQUEST_ID_HEADER, RawAnswer

LARGEST_BODY = 64 * 1024 * 1024
"""Bytes; a page of 100 expanded bookings has about 300 thousand."""


@attrs.define(eq=False)
class Departure:
    """When a request left: once it had a connection, of which nobody knows how long it takes."""

    clock: Clock
    at: float | None = None
    """In seconds of the clock; None where the session is somebody else's and doesn't tell."""

    def note(self) -> None:
        """There is a connection."""
        self.at = self.clock.now()


def open_session() -> aiohttp.ClientSession:
    """A session of our own, which notes when requests leave."""
    # The rate budget bounds how much is under way; a second bound would only add waiting.
    connector = aiohttp.TCPConnector(limit=0)
    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(_note_departure)
    trace.on_connection_reuseconn.append(_note_departure)
    return aiohttp.ClientSession(connector=connector, trace_configs=[trace])


async def _note_departure(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: object
) -> None:
    if isinstance(context.trace_request_ctx, Departure):
        context.trace_request_ctx.note()


@attrs.frozen(eq=False)
class Transport:
    """Sends requests through an aiohttp session. It neither waits nor repeats."""

    base_url: URL
    user_agent: str
    proxy: str | None = attrs.field(default=None, repr=False)
    ssl: SSLContext | None = None
    knows_way: bool = False
    """Whether no proxy means none: a session of the caller's own can have one of its own."""

    async def send(
        self,
        session: aiohttp.ClientSession,
        request: Request,
        key: ApiKey,
        limits: aiohttp.ClientTimeout,
        departure: Departure,
    ) -> RawAnswer:
        """Send once and read the whole answer.

        Raises a `NetworkError`, or `InvalidResponseError` for a body that does not end.
        """
        try:
            async with session.request(
                request.method,
                request.url(self.base_url),
                headers=self._headers(request),
                data=request.body,
                timeout=limits,
                allow_redirects=False,
                raise_for_status=False,
                trace_request_ctx=departure,
                middlewares=(*_own_middlewares(session), _with_key(key), _no_hidden_resend),
                **self._route(),
            ) as response:
                body = await _read(response, request)
                return RawAnswer(response.status, response.headers, body)
        except (_Dropped, aiohttp.ClientError, OSError, UnicodeError) as error:
            # What aiohttp says can hold the whole URL with its filters, so it is not passed on.
            raise _mapped(request, error, self._way()) from None

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "User-Agent": self.user_agent,
        }
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        return headers

    def _way(self) -> str:
        """Where requests go, for those who look for what is in the way."""
        address = self.base_url.authority
        if self.proxy is None:
            return f"to {address} without a proxy" if self.knows_way else f"to {address}"
        proxy = URL(self.proxy)
        return f"to {address} through the proxy {proxy.host}:{proxy.port}"

    def _route(self) -> dict[str, Any]:
        # Only what was asked for: a session of the caller's own keeps its settings otherwise.
        given = {**self._proxy_route(), "ssl": self.ssl}
        return {name: value for name, value in given.items() if value is not None}

    def _proxy_route(self) -> dict[str, Any]:
        proxy = Hidden(URL(self.proxy or ""))
        if self.base_url.scheme != "https" or proxy.value.user is None:
            return {"proxy": self.proxy}
        # The connector's frames hold the proxy's URL, which crash reporters print.
        login = Hidden(f"{proxy.value.user}:{proxy.value.password or ''}".encode())
        basic = HiddenText(f"Basic {b64encode(login.value).decode()}")
        return {
            "proxy": proxy.value.with_user(None),
            "proxy_headers": {"Proxy-Authorization": basic},
        }


def _with_key(key: ApiKey) -> ClientMiddlewareType:
    # The session's own frames hold the headers in a local, which crash reporters print; what a
    # middleware adds is only in the request, whose repr has none.
    async def add(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        request.headers["API-Key"] = HiddenText(key.reveal())
        return await handler(request)

    return add


class _Dropped(Exception):
    """Carries an error past aiohttp's own resend."""


async def _no_hidden_resend(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    # aiohttp sends a GET, PUT or DELETE a second time by itself when a kept-alive connection
    # turns out to be dead, unseen by the rate budget and by whoever asks what happened.
    # https://github.com/aio-libs/aiohttp/issues/9330
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _Dropped from error


def _own_middlewares(session: aiohttp.ClientSession) -> Sequence[ClientMiddlewareType]:
    # Middlewares given with a request replace the session's own, which aiohttp has no public
    # name for; a caller's session keeps them.
    return getattr(session, "_middlewares", ())


async def _read(response: ClientResponse, request: Request) -> bytes:
    body, count = bytearray(), ValueCount()
    async for chunk in response.content.iter_chunked(256 * 1024):
        body += chunk
        problem = await off_loop(len(body), _excess, body, count)
        if problem is not None:
            response.close()
            raise InvalidResponseError(
                f"the answer {problem}",
                method=request.method,
                path=request.path,
                status=response.status,
                request_id=response.headers.get(REQUEST_ID_HEADER),
            )
    return bytes(body)


def _excess(body: bytearray, count: ValueCount) -> str | None:
    """Of what there is more than in any page. It is looked for while the answer comes: 60 KB on
    the wire can unpack to all that the bytes' bound allows."""
    try:
        count.look(body)
    except TooManyValuesError as excess:
        return str(excess)
    return f"is larger than {LARGEST_BODY // 2**20} MiB" if len(body) > LARGEST_BODY else None


def _mapped(request: Request, error: Exception, way: str) -> RequestError:
    """Our error for one of aiohttp's, in words that hold nothing of the request."""
    if isinstance(error, _Dropped) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    where = {"method": request.method, "path": request.path}
    reason = _reason(error)
    match error:
        case aiohttp.ClientHttpProxyError():
            refused = ConnectError(
                f"no connection {way}: the proxy answered {error.status}", **where
            )
            refused.can_be_repeated = error.status >= 500
            return refused
        case aiohttp.ClientSSLError() | aiohttp.ServerFingerprintMismatch():
            untrusted = ConnectError(f"no trusted connection {way} ({reason})", **where)
            untrusted.can_be_repeated = False
            return untrusted
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return ConnectError(f"no connection {way} ({reason})", **where)
        case aiohttp.ServerTimeoutError() | TimeoutError():
            return RequestTimeoutError(f"no answer in time, asked {way} ({reason})", **where)
        case UnicodeError():
            unnamed = ConnectError(f"no connection {way} (a name that no host can have)", **where)
            unnamed.can_be_repeated = False
            return unnamed
        case aiohttp.ClientPayloadError():
            return ConnectionLostError(f"the answer broke off, asked {way} ({reason})", **where)
        case aiohttp.ClientResponseError():
            return InvalidResponseError(
                f"the answer is not valid HTTP, asked {way} ({reason})", **where
            )
        case aiohttp.ClientConnectionError() | OSError():
            return ConnectionLostError(f"the connection {way} broke ({reason})", **where)
        case _:
            return NetworkError(f"the request {way} failed ({reason})", **where)


def _reason(error: Exception) -> str:
    """What the system says, or else what aiohttp calls it."""
    cause = getattr(error, "os_error", error)
    if isinstance(cause, OSError) and cause.errno:
        # Of names that aren't found the number means something else; their text is the system's.
        text = os.strerror(cause.errno) if cause.errno > 0 else cause.strerror
        if text:
            return text
    return type(error).__name__
