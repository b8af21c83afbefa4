"""What a delivery, or a question about health, is answered."""

from collections.abc import Iterable, Mapping

import attrs

from .._ground import dump_json
from ._signature import SIGNATURE_HEADER


@attrs.frozen
class DeliveryAnswer:
    """An HTTP answer: `status`, and `body` as JSON."""

    status: int
    body: bytes
    close: bool = False
    """Whether the connection has to end, for the rest of the request was not read."""

    content_type = "application/json"


def _answer(status: int, text: str, *, close: bool = False) -> DeliveryAnswer:
    key = "status" if status < 400 else "error"
    return DeliveryAnswer(status, dump_json({key: text}), close)


ACCEPTED = _answer(200, "accepted")
DUPLICATE = _answer(200, "accepted before")
HEALTHY = _answer(200, "healthy")
READY = _answer(200, "ready")
BAD_EVENT = _answer(400, "not an event")
BROKEN = _answer(400, "the body didn't arrive in full", close=True)
UNAUTHENTIC = _answer(401, "the signature was refused")
NOT_FOUND = _answer(404, "nothing is here")
ONLY_POST = _answer(405, "only POST", close=True)
TOO_SLOW = _answer(408, "the body took too long", close=True)
TOO_LARGE = _answer(413, "the body is too large", close=True)
ENCODED = _answer(415, "the body is compressed", close=True)
UNAVAILABLE = _answer(503, "not now; try again")


Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""A mapping (a multi-mapping too), or pairs of names and values. The case of names is free."""

_NAME = SIGNATURE_HEADER.lower()
_RAW_NAME = _NAME.encode()


def signature_of(headers: Headers) -> str | bytes | None:
    """The signature header's value, None where there is none.

    One that came several times is joined by commas, as HTTP has it, and refused later.
    """
    # The items of a multi-mapping are all its values, whether it minds the case of names or not.
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    found = [
        value
        for name, value in pairs
        if name.lower() == (_NAME if isinstance(name, str) else _RAW_NAME)
    ]
    if len(found) == 1:
        return found[0]
    return b",".join(map(_bytes, found)) if found else None


def _bytes(value: str | bytes) -> bytes:
    return value.encode(errors="replace") if isinstance(value, str) else value
