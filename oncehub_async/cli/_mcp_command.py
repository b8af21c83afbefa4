"""`oncehub mcp`: the account for AI agents."""

import importlib

from ..errors import ConfigurationError
from . import COMPLETE


async def serve_agents() -> int:
    """Let an AI agent read the account: a server of the Model Context Protocol over stdio.

    It shows nothing about people, and changes nothing. Agents start it themselves.

    For example: oncehub mcp.
    """
    try:
        importlib.import_module("mcp")
    except ModuleNotFoundError:
        raise ConfigurationError(
            "oncehub mcp needs more packages: pip install 'oncehub-async[mcp]'"
        ) from None
    from ..mcp import serve_stdio

    await serve_stdio()
    return COMPLETE
