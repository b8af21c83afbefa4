"""What OnceHub sends, for those who play its part: an event's body, and its signature.

https://help.oncehub.com/developers/api/#tag/webhook-events
"""

import time
from collections.abc import Mapping
from typing import Any

from ..webhooks import signature_header
from ._booking_v1_body import ApiVersion

_LEFT_OUT_OF_BOOKINGS = ("contact", "utm_params")
"""The vendor's schema: the `contact` and the `utm_params` field is "NOT included"."""


def envelope(
    *, id: str, type: str, creation_time: str, data: object, api_version: ApiVersion = "v2"
) -> dict[str, Any]:
    """An event around its data."""
    return {
        "id": id,
        "object": "event",
        "creation_time": creation_time,
        "type": type,
        "api_version": api_version,
        "data": data,
    }


def delivered_booking(booking: Mapping[str, Any]) -> dict[str, Any]:
    """A booking as events show it, from one as the API shows it.

    It has no contact and no UTM parameters, and a URL to cancel or reschedule it.
    """
    shown = {name: value for name, value in booking.items() if name not in _LEFT_OUT_OF_BOOKINGS}
    return shown | {"cancel_reschedule_url": f"https://oncehub.com/m/{booking['id']}"}


def sign(body: bytes, secret: str | bytes, timestamp: float | None = None) -> str:
    """The value of `Oncehub-Signature` for `body`, signed at `timestamp` (Unix seconds; now)."""
    try:
        return signature_header(body, secret, time.time() if timestamp is None else timestamp)
    finally:
        secret = b""  # a frame's locals are shown by tools that report errors
