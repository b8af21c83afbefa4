"""OnceHub for AI agents: tools of the Model Context Protocol that are safe to hand out.

    await serve_stdio(settings=AgentSettings(changes=[Change.BOOKINGS]))

Without settings they only read, and people's data is masked. Needs the extra "mcp". Source of the
protocol: https://modelcontextprotocol.io
"""

from ._agent_server import AgentSettings, client_for_agents, server_for
from ._agent_tools import Change
from ._agent_transports import http_app, serve_http, serve_stdio

__all__ = [
    "AgentSettings",
    "Change",
    "client_for_agents",
    "http_app",
    "serve_http",
    "serve_stdio",
    "server_for",
]
