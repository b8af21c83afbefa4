"""OnceHub for AI agents: tools of the Model Context Protocol that read an account.

Needs the extra "mcp". Source of the protocol: https://modelcontextprotocol.io
"""

from ._agent_server import serve_stdio

__all__ = ["serve_stdio"]
