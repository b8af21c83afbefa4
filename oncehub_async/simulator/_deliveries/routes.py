"""Where a webhook's URL leads: to a receiver on this machine, or nowhere."""

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from typing import Protocol

from yarl import URL

Headers = Mapping[str, str]


class Answered(Protocol):
    """What a receiver in this process answers: anything with a status."""

    @property
    def status(self) -> int: ...


LocalReceiver = Callable[[Headers, bytes], Awaitable[int | Answered]]
"""A coroutine function in this process: `await receive(headers, body)` answers a status."""
Target = str | LocalReceiver

EVERY_WEBHOOK = "*"


class Routes:
    """Leads from webhooks' https URLs to receivers. No event ever leaves the machine."""

    def __init__(self, targets: Mapping[str, Target]) -> None:
        self._targets: dict[str, URL | LocalReceiver] = {}
        for url, target in targets.items():
            self.add(url, target)

    def __bool__(self) -> bool:
        return bool(self._targets)

    def add(self, url: str, target: Target) -> None:
        """Deliver what goes to `url` (`"*"`: to any that isn't named) to `target` from now on.

        Raises ValueError for what isn't the URL of a webhook, or leads away from this machine.
        """
        if url != EVERY_WEBHOOK and not url.startswith("https://"):
            raise ValueError(f"deliver_to: {url!r} is neither '*' nor an https:// URL")
        self._targets[url] = target if callable(target) else _loopback(target)

    def target(self, url: str) -> URL | LocalReceiver | None:
        """Where deliveries to a webhook's URL go, None if nowhere."""
        return self._targets.get(url, self._targets.get(EVERY_WEBHOOK))


def _loopback(text: str) -> URL:
    try:
        url = URL(text)
        local = url.scheme == "http" and (url.host == "localhost" or _is_loopback(url.host or ""))
    except ValueError:
        local = False
    if not local:
        raise ValueError(
            f"deliver_to: {text!r} is not on this machine; use http://127.0.0.1:PORT/..., "
            "http://[::1]:PORT/... or http://localhost:PORT/..."
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
