"""What no exported file holds: a file of webhooks is no place for the keys of their signatures."""

from collections.abc import Mapping
from typing import Any

SIGNING_SECRETS = frozenset({"secret", "signing_secret"})


def without_secrets(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object as files may hold it."""
    if SIGNING_SECRETS.isdisjoint(item):
        return item
    return {name: value for name, value in item.items() if name not in SIGNING_SECRETS}
