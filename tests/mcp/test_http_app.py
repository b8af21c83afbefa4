"""The application that agents reach over HTTP, in this process."""

import httpx2
import pytest

from oncehub_async import ConfigurationError
from oncehub_async.cli import main
from oncehub_async.mcp import client_for_agents, http_app
from tests.mcp.agent_clients import TOKEN, account


@pytest.mark.parametrize("token", ["", "short", "with a space in it, long", "ümlaut-in-the-token"])
async def test_a_weak_token_is_refused(token: str) -> None:
    """Before anything is served."""
    async with (
        account(bookings=1) as sim,
        client_for_agents(sim.url, api_key=sim.api_key) as client,
    ):
        with pytest.raises(ConfigurationError, match="at least 16 visible"):
            http_app(client, token)


@pytest.mark.parametrize(
    "given", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", TOKEN]
)
async def test_strangers_are_refused(given: str | None) -> None:
    """Whatever they send instead of the token."""
    async with (
        account(bookings=1) as sim,
        client_for_agents(sim.url, api_key=sim.api_key) as client,
    ):
        transport = httpx2.ASGITransport(app=http_app(client, TOKEN))
        headers = {} if given is None else {"Authorization": given}
        async with httpx2.AsyncClient(transport=transport, headers=headers) as http:
            answer = await http.post("http://127.0.0.1/mcp", json={})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["--allow-changes", "booking"], {}, "bookings"),
        (["--http", "0"], {}, "export ONCEHUB_MCP_TOKEN="),
        (["--http", "0"], {"ONCEHUB_MCP_TOKEN": "the-same"}, "is the OnceHub key"),
        (["--http", "0"], {"ONCEHUB_MCP_TOKEN": "short"}, "at least 16 visible"),
        (["--audit", "/dev/null/x"], {}, "audit"),
    ],
)
def test_wrong_settings_are_told_in_a_line(
    arguments: list[str],
    variables: dict[str, str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With the remedy."""
    for name, value in {"ONCEHUB_API_KEY": "the-same", **variables}.items():
        monkeypatch.setenv(name, value)
    assert main(["mcp", *arguments]) != 0
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
