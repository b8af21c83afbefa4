"""Proxies that the environment names."""

import pickle

import pytest

from oncehub_async import OnceHub
from oncehub_async.webhooks import RetryLater


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("https://api.oncehub.com/v2", "http://proxy.example:3128"),
        ("https://inside.example/v2", None),
        ("http://127.0.0.1:9/v2", None),
    ],
)
def test_the_environments_proxy_is_used(
    url: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the hosts of NO_PROXY and this machine."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example")
    assert OnceHub("key", base_url=url)._proxy == proxy


def test_retry_later_survives_pickling() -> None:
    """With its seconds and its text."""
    error = pickle.loads(pickle.dumps(RetryLater(5, "later")))
    assert (error.seconds, str(error)) == (5.0, "later")
