"""Signatures as OnceHub makes them."""

import time

from ..webhooks.signature import signature_header


def sign(body: bytes, secret: str | bytes, timestamp: float | None = None) -> str:
    """The value of `Oncehub-Signature` for `body`, signed at `timestamp` (Unix seconds; now)."""
    return signature_header(body, secret, time.time() if timestamp is None else timestamp)
