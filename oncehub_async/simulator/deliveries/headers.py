"""The headers of a delivery, with its signature."""

import time
from collections.abc import Collection

from ...webhooks.signature import HEADER, signature_header
from ..clock_face import ClockFace
from ..data.times import SECOND
from .faults import DeliveryFault
from .settings import Timestamp


def timestamp(face: ClockFace, shown: Timestamp) -> int:
    """What a signature made now shows, in seconds since 1970."""
    return face.milliseconds() // SECOND if shown == "simulated" else int(time.time())


def headers(
    secret: str, body: bytes, signed: int, faults: Collection[DeliveryFault]
) -> dict[str, str]:
    """Headers with the signature of `signed` (seconds since 1970), unless faults spoil it."""
    found = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "OnceHub"}
    header: str | None = ""
    for fault in faults:
        match fault.kind:
            case "old_timestamp":
                signed -= int(fault.seconds)
            case "wrong_signature":
                secret = secret[::-1]
            case "unsigned":
                header = None
    if header is not None:
        found[HEADER] = signature_header(body, secret, signed)
    return found
