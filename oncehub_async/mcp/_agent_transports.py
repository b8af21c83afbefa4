"""How agents reach the server: over stdin and stdout, or over HTTP on this machine."""

import hmac
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast

import uvicorn
from anyio import AsyncFile
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from .._client import OnceHub
from .._ground import HiddenText, checks
from ..errors import ConfigurationError
from ._agent_server import AgentSettings, client_for_agents, server_for
from ._standard_input import StandardInput

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
PATH = "/mcp"
_HOST = "127.0.0.1"
_SHORTEST = 16
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_OWN_NAMES = TransportSecuritySettings(
    allowed_hosts=[f"{name}{port}" for name in _NAMES for port in ("", ":*")],
    allowed_origins=[f"http://{name}{port}" for name in _NAMES for port in ("", ":*")],
)
"""Without a port as well: proxies send such a Host, and browsers such an Origin of port 80."""


async def serve_stdio(
    base_url: str | None = None, settings: AgentSettings | None = None, **client: Any
) -> None:
    """Serve an agent over stdin and stdout until it hangs up. Nothing else may write there.

    The key is ONCEHUB_API_KEY; `client` takes further settings of `OnceHub`. Raises
    `ConfigurationError`.
    """
    async with client_for_agents(base_url, **client) as oncehub:
        server = server_for(oncehub, settings)
        lines = cast("AsyncFile[str]", StandardInput())  # only iterated over
        async with stdio_server(lines) as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())


async def serve_http(
    port: int,
    token: str,
    *,
    base_url: str | None = None,
    settings: AgentSettings | None = None,
    on_listening: Callable[[str], None] | None = None,
    **client: Any,
) -> None:
    """Serve agents over HTTP on 127.0.0.1, at /mcp, without sessions, until interrupted.

    `token` is what they send as `Authorization: Bearer ...`: at least 16 characters, and not the
    OnceHub key. Host and Origin have to be this machine's. `port` 0 takes a free one;
    `on_listening` is told the address. Raises `ConfigurationError`, also for a port that is taken,
    and `InvalidParameterError`.
    """
    secret = HiddenText(token)
    del token
    async with client_for_agents(base_url, **client) as oncehub:
        app = http_app(oncehub, secret, settings)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on")
        with _listening(port) as listener:
            await _Server(config, on_listening).serve([listener])


def _listening(port: int) -> socket.socket:
    """Bound here: of a port that is taken, uvicorn would end the whole program."""
    checks.whole_number(port, "port", 0, 65535)
    try:
        return socket.create_server((_HOST, port))
    except OSError:
        raise ConfigurationError(
            f"port: {_HOST}:{port} can't be listened on; take another"
        ) from None


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_listening: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_listening is not None:
            port = self.servers[0].sockets[0].getsockname()[1]
            self._on_listening(f"http://{_HOST}:{port}{PATH}")


def http_app(oncehub: OnceHub, token: str, settings: AgentSettings | None = None) -> AsgiApp:
    """The ASGI application, for whoever serves it in their own way. Raises `ConfigurationError`."""
    secret = HiddenText(_checked(token))
    del token
    app = server_for(oncehub, settings).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        transport_security=_OWN_NAMES,
    )

    async def guarded(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "http" and not _knows(scope, secret):
            await _refuse(send)
        else:
            await app(scope, receive, send)

    return guarded


def _checked(token: str) -> str:
    if len(token) < _SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigurationError(
            f"token: expected at least {_SHORTEST} visible ASCII characters, such as those of "
            "'openssl rand -hex 32'"
        )
    return token


def _knows(scope: Message, secret: HiddenText) -> bool:
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    kind, _, said = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    return kind.lower() == b"bearer" and hmac.compare_digest(said, secret.encode())


async def _refuse(send: Callable[[Message], Awaitable[None]]) -> None:
    headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 401, "headers": headers})
    await send({"type": "http.response.body", "body": b"the token of oncehub mcp is missing\n"})
