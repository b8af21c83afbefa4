"""docs/agents.md says what is true: each configuration starts a server that answers.

The programs themselves aren't here; what they do with a configuration is: start the command with
the arguments and the environment of it and nothing else, or ask the address with the headers.
"""

import json
import re
import shlex
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from oncehub_async.cli._app import command_line
from oncehub_async.mcp import Change
from oncehub_async.mcp._agent_tools import READING, tools_for
from oncehub_async.simulator import Simulator
from tests.documents import ROOT, blocks

from .agent_clients import TOKEN, account, asked, http_server

PAGE = "docs/agents.md"
JSON = [json.loads(block.code) for block in blocks(PAGE) if block.language == "json"]
SHELL = [
    line for block in blocks(PAGE) if block.language == "sh" for line in block.code.splitlines()
]
(PYTHON,) = (block.code for block in blocks(PAGE) if block.language == "python")
KEYS = ("your key", "your-key", "${input:oncehub-key}")
TOKENS = ("${env:ONCEHUB_MCP_TOKEN}", "$ONCEHUB_MCP_TOKEN")


def claude_code() -> Iterator[dict[str, Any]]:
    """What `claude mcp add` is told, as the other programs write it."""
    for line in SHELL:
        words = shlex.split(line)
        if words[:3] != ["claude", "mcp", "add"]:
            continue
        options, command = words[3:], []
        if "--" in options:
            at = options.index("--")
            options, command = options[:at], options[at + 1 :]
        # Options stand before the name, and none that takes several values right before it.
        told = dict(zip(options[:4:2], options[1:4:2], strict=True))
        name, *address = options[4:]
        assert (name, options[2]) == ("oncehub", "--transport")
        if told["--transport"] == "http":
            header, _, value = told["--header"].partition(": ")
            assert not command
            yield {"url": address[0], "headers": {header: value}}
        else:
            variable, _, value = told["--env"].partition("=")
            assert not address
            yield {"command": command[0], "args": command[1:], "env": {variable: value}}


def configured() -> list[dict[str, Any]]:
    """Each server of the page."""
    return [
        *(each.get("mcpServers", each.get("servers"))["oncehub"] for each in JSON),
        *claude_code(),
    ]


LOCAL = [each for each in configured() if "command" in each]
REMOTE = [each for each in configured() if "url" in each]


def test_the_page_has_them_all() -> None:
    """Claude Desktop and Cursor, VS Code, Claude Code; and two over HTTP."""
    assert (len(LOCAL), len(REMOTE)) == (3, 2)
    text = (ROOT / PAGE).read_text()
    for program in ("Claude Desktop", "Claude Code", "Cursor", "VS Code"):
        assert program in text


def test_vs_code_asks_for_what_it_fills_in() -> None:
    """https://code.visualstudio.com/docs/copilot/reference/mcp-configuration"""
    (own,) = (each for each in JSON if "servers" in each)
    assert set(own) == {"inputs", "servers"}
    (asked_for,) = own["inputs"]
    assert (asked_for["type"], asked_for["password"]) == ("promptString", True)
    used = re.findall(r"\$\{input:([\w-]+)\}", json.dumps(own["servers"]))
    assert used == [asked_for["id"]]
    assert own["servers"]["oncehub"]["type"] == "stdio"


def environment(given: Mapping[str, str], sim: Simulator) -> dict[str, str]:
    """What a configuration gives, with the key that the reader puts there; and where all is here."""
    filled = {name: sim.api_key if value in KEYS else value for name, value in given.items()}
    assert filled == {"ONCEHUB_API_KEY": sim.api_key}
    return {
        **filled,
        "ONCEHUB_BASE_URL": sim.url,
        "PATH": str(Path(sys.executable).parent),
        "PYTHONPATH": str(ROOT),
    }


@asynccontextmanager
async def started(command: str, arguments: list[str], env: dict[str, str]) -> AsyncIterator[Client]:
    server = StdioServerParameters(command=command, args=arguments, env=env)
    async with Client(server) as agent:
        yield agent


@pytest.mark.parametrize("server", LOCAL, ids=["desktop", "vscode", "code"])
async def test_a_command_of_the_page_serves(server: dict[str, Any]) -> None:
    """Tools that read, and none that changes."""
    async with account() as sim:
        env = environment(server["env"], sim)
        async with started(server["command"], server["args"], env) as agent:
            told = {tool.name for tool in (await agent.list_tools()).tools}
            failed, page = await asked(agent, "find_bookings")
    assert told == {tool.name for tool in READING}
    assert not failed
    assert page["items"]


@pytest.mark.parametrize("server", REMOTE, ids=["cursor", "code"])
async def test_an_address_of_the_page_is_answered(server: dict[str, Any]) -> None:
    """With the headers that stand there, and the token in its place."""
    headers = {name: filled(value) for name, value in server["headers"].items()}
    assert any(TOKEN in value for value in headers.values())
    async with account() as sim, http_server(sim) as url:
        port = re.findall(r":(\d+)/", url)[0]
        assert server["url"].replace(":8080/", f":{port}/") == url
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(url, http_client=http)) as agent,
        ):
            failed, page = await asked(agent, "find_bookings")
    assert not failed
    assert page["items"]


def filled(value: str) -> str:
    for each in TOKENS:
        value = value.replace(each, TOKEN)
    return value


async def test_the_program_of_the_page_serves() -> None:
    """With the changes that it allows, and people's data as it is."""
    program = "import asyncio\n\nasync def main():\n"
    program += "".join(f"    {line}\n" for line in PYTHON.splitlines()) + "\nasyncio.run(main())\n"
    async with account() as sim:
        env = environment({"ONCEHUB_API_KEY": sim.api_key}, sim)
        async with started(sys.executable, ["-c", program], env) as agent:
            told = {tool.name for tool in (await agent.list_tools()).tools}
            _, page = await asked(agent, "find_bookings")
        booking = page["items"][0]
        shown = booking["guest"]["email"]
        assert shown == sim.object(booking["id"])["form_submission"]["email"]
    assert told == {tool.name for tool in tools_for([Change.BOOKINGS], has_database=False)}


COMMANDS = [line for line in SHELL if line.startswith("oncehub ")]
COMMANDS += re.findall(r"`(oncehub mcp [^`]+)`", (ROOT / PAGE).read_text())


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_one(line: str) -> None:
    """With options that it has."""
    arguments = shlex.split(line)[1:]
    command_line(arguments).parse_args(arguments, exit_on_error=False, print_error=False)
