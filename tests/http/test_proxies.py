"""Which proxy is used, and what is said of it."""

from typing import Any

import aiohttp
import pytest
from yarl import URL

from oncehub_async import ConfigurationError, ConnectError, OnceHub, RetryPolicy
from oncehub_async._http import choose_proxy
from oncehub_async._http.base_url import choose_base_url

API = URL("https://api.oncehub.com/v2")
ONCE = RetryPolicy(attempts=1, connect_timeout=2.0)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.example.com:3128"}, "http://proxy.example.com:3128"),
        ({"https_proxy": "http://proxy.example.com:3128"}, "http://proxy.example.com:3128"),
        ({"ALL_PROXY": "proxy.example.com:3128"}, "http://proxy.example.com:3128"),
        ({"HTTP_PROXY": "http://proxy.example.com:3128"}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "example.com,.oncehub.com"}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "hub.com"}, "http://p:1"),
    ],
)
def test_the_environment_names_the_proxy(
    environment: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As other programs honour it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choose_proxy(None, API) == expected
    assert choose_proxy(None, URL("http://127.0.0.1:8080")) is None
    assert choose_proxy("http://given:2", API) == "http://given:2"


@pytest.mark.parametrize(
    ("host", "exceptions", "direct"),
    [
        ("api.oncehub.com", "*.oncehub.com", True),
        ("api.oncehub.com", "a.example oncehub.com", True),
        ("api.oncehub.com", " * ", True),
        ("api.oncehub.com", "OnceHub.com.:443", True),
        ("api.oncehub.com.", "api.oncehub.com", True),
        ("api.oncehub.com", "oncehub.com:8443", False),
        ("api.oncehub.com", "*hub.com,,.", False),
        ("api.oncehub.com", "10.0.0.0/8,[::1]:1,:", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3/32:443", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("[fd00::1]", "[fd00::1]:443", True),
        ("[fd00::1]", "fd00::/8", True),
        ("[fd00::1]", "[fd00::1]:8443", False),
        ("b\u00fccher.example", "xn--bcher-kva.example", True),
        ("xn--bcher-kva.example", "B\u00dcCHER.example", True),
    ],
)
def test_exceptions_are_read_in_all_notations(
    host: str, exceptions: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of curl, Go and Python: what a host's other programs ask directly, so do we."""
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    monkeypatch.setenv("NO_PROXY", exceptions)
    assert choose_proxy(None, URL(f"https://{host}/v2")) == (None if direct else "http://p:1")


@pytest.mark.parametrize("proxy", ["socks5://p:1080", "http://", "http://a..b:1", "http://p:x"])
def test_a_proxy_that_can_not_be_used_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable's name; its password isn't shown."""
    monkeypatch.setenv("HTTPS_PROXY", proxy.replace("//", "//me:sekrit@"))
    with pytest.raises(ConfigurationError, match=r"^HTTPS_PROXY: expected") as caught:
        OnceHub("key")
    assert "sekrit" not in str(caught.value)


async def test_a_failed_connection_names_address_and_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """But neither user nor password."""
    monkeypatch.setenv("HTTPS_PROXY", "http://me:sekrit@127.0.0.1:1")
    async with OnceHub("key", retry=ONCE) as oncehub:
        with pytest.raises(ConnectError) as caught:
            await oncehub.validate_key()
    assert "to api.oncehub.com:443 through the proxy 127.0.0.1:1" in str(caught.value)
    assert "sekrit" not in str(caught.value)


async def test_a_failed_connection_says_that_no_proxy_was_used() -> None:
    """And why it failed, in the system's words."""
    async with OnceHub("key", base_url="https://127.0.0.1:1", retry=ONCE) as oncehub:
        with pytest.raises(ConnectError) as caught:
            await oncehub.validate_key()
    assert "no connection to 127.0.0.1:1 without a proxy (Connection refused)" in str(caught.value)


async def test_a_session_of_the_callers_own_knows_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says is its affair."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with aiohttp.ClientSession() as session:
        client = OnceHub("key", session=session, base_url="https://127.0.0.2:1", retry=ONCE)
        async with client as oncehub:
            with pytest.raises(ConnectError) as caught:
                await oncehub.validate_key()
    assert "proxy" not in str(caught.value)


@pytest.mark.parametrize("session", ["session", object(), 1])
def test_what_is_no_aiohttp_session_is_refused_at_once(session: Any) -> None:
    """Not at the first call."""
    with pytest.raises(ConfigurationError, match=r"session: expected an aiohttp\.ClientSession"):
        OnceHub("key", session=session)


@pytest.mark.parametrize(
    "host", ["api..oncehub.com", ".oncehub.com", "a" * 64 + ".com", "a.b" * 90]
)
def test_what_is_no_host_name_is_refused_before_anything_is_sent(host: str) -> None:
    """The address is named."""
    with pytest.raises(ConfigurationError, match="base_url"):
        choose_base_url(f"https://{host}/v2")


@pytest.mark.parametrize(
    "address",
    [
        "https://bücher.example/v2",
        "https://xn--bcher-kva.example/v2",
        "https://[::1]:8443/v2",
        "https://api.oncehub.com./v2",
        "https://under_score.example/v2",
        "http://localhost:1/v2",
    ],
)
def test_hosts_of_all_kinds_are_taken(address: str) -> None:
    """Internationalised ones, too."""
    assert choose_base_url(address).path == "/v2"
