"""`oncehub mcp`: the account for AI agents."""

import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .._ground import checks, did_you_mean
from .._http import KEY_VARIABLE
from ..errors import ConfigurationError, InvalidParameterError
from . import COMPLETE
from ._output import note

if TYPE_CHECKING:
    from ..mcp import AgentSettings

_VARIABLE = "ONCEHUB_MCP_TOKEN"
_TO_A_PERSON = (
    "Waiting for an agent on the standard input. Agents start this command themselves;",
    "docs/agents.md says how. Stop it with Ctrl-C.",
)


async def serve_agents(
    *,
    allow_changes: tuple[str, ...] = (),
    personal_data: bool = False,
    database: str | None = None,
    audit: Path | None = None,
    http: int | None = None,
    proxy: str | None = None,
) -> int:
    """Serve AI agents: tools of the Model Context Protocol, over stdio unless told otherwise.

    Without options agents only read, and people's data is masked. Over stdio, agents start it
    themselves; docs/agents.md says how for each.

    For example: oncehub mcp, oncehub mcp --allow-changes bookings,links --audit changes.jsonl, and
    ONCEHUB_MCP_TOKEN=$(openssl rand -hex 32) oncehub mcp --http 8080.

    Parameters
    ----------
    allow_changes
        What agents may change: bookings, contacts, links, availability; several with commas. Each
        change is planned first, and made when it is confirmed.
    personal_data
        Show people's names, addresses and notes as they are.
    database
        A synced database for reports, which cost no request: what oncehub sync was given.
    audit
        A file that gets a line of JSON for each change, without people's data.
    http
        Serve over HTTP at this port of 127.0.0.1, for agents that send ONCEHUB_MCP_TOKEN as
        "Authorization: Bearer ...". 0 takes a free port.
    proxy
        The proxy to OnceHub, where it isn't that of the environment.
    """
    try:
        importlib.import_module("mcp")
    except ModuleNotFoundError:
        raise ConfigurationError(
            "oncehub mcp needs more packages: pip install 'oncehub-async[mcp]'"
        ) from None
    from ..mcp import serve_http, serve_stdio
    from ..sync import reading

    settings = _settings(allow_changes, personal_data, database, audit)
    if database is not None:
        async with reading(database):
            pass  # it is there, and is one
    if http is None:
        if sys.stdin is not None and sys.stdin.isatty():
            note(*_TO_A_PERSON)
        await serve_stdio(None, settings, proxy=proxy)
        return COMPLETE
    checks.whole_number(http, "http", 0, 65535)
    token = os.environ.get(_VARIABLE, "")
    if not token:
        raise ConfigurationError(
            f"--http needs a token of its own: export {_VARIABLE}=$(openssl rand -hex 32)"
        )
    if token == os.environ.get(KEY_VARIABLE):
        raise ConfigurationError(
            f"{_VARIABLE} is the OnceHub key: who has the one must not have the other; "
            f"export {_VARIABLE}=$(openssl rand -hex 32)"
        )
    await serve_http(http, token, settings=settings, on_listening=_tell, proxy=proxy)
    return COMPLETE


def _tell(address: str) -> None:
    note(f"Serving agents at {address}")


def _settings(
    allow_changes: tuple[str, ...], personal_data: bool, database: str | None, audit: Path | None
) -> "AgentSettings":
    from ..mcp import AgentSettings, Change

    kinds = [each.strip() for text in allow_changes for each in text.split(",") if each.strip()]
    for kind in kinds:
        if kind not in set(Change):
            raise InvalidParameterError("allow_changes", did_you_mean(kind, list(Change)))
    if audit is not None:
        audit = checks.local_path(audit, "audit")
    return AgentSettings([Change(kind) for kind in kinds], personal_data, database, audit)
