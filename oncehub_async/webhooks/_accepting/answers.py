"""What a delivery, or a question about health, is answered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from ..._ground import dump_json
from ...errors import ConfigurationError
from .signature import SIGNATURE_HEADER, HeaderValue, header_value


@attrs.frozen
class DeliveryAnswer:
    """An HTTP answer: `status`, and `body` as JSON."""

    status: int
    body: bytes
    close: bool = False
    """Whether the connection has to end, for the rest of the request was not read."""
    retry_after: int | None = None
    """Seconds, for the header Retry-After; None where there is none to be."""

    content_type = "application/json"


def _answer(status: int, text: str, *, close: bool = False) -> DeliveryAnswer:
    key = "status" if status < 400 else "error"
    return DeliveryAnswer(status, dump_json({key: text}), close)


ACCEPTED = _answer(200, "accepted")
DUPLICATE = _answer(200, "accepted before")
HEALTHY = _answer(200, "healthy")
READY = _answer(200, "ready")


def ready_but(waiting: Mapping[str, int]) -> DeliveryAnswer:
    """Ready, though work waits for handlers that no process has: how much, by name."""
    told = {"status": "ready", "waits_for_missing_handlers": dict(waiting)}
    return DeliveryAnswer(200, dump_json(told))


def not_ready(reasons: Sequence[str]) -> DeliveryAnswer:
    """Not ready, and why."""
    return DeliveryAnswer(503, dump_json({"ready": False, "reasons": list(reasons)}))


READY_BUT_FOR_SOME = DeliveryAnswer(
    200,
    dump_json({"status": "ready", "reasons": ["handlers: work waits for one that no process has"]}),
)
"""The same for strangers, whom neither names nor counts concern."""

BAD_EVENT = _answer(400, "not an event")
BAD_REQUEST = _answer(400, "no request that can be read", close=True)
BROKEN = _answer(400, "the body didn't arrive in full", close=True)
UNAUTHENTIC = _answer(401, "the signature was refused")
NOT_FOUND = _answer(404, "nothing is here")
ONLY_POST = _answer(405, "only POST", close=True)
TOO_SLOW = _answer(408, "the body took too long", close=True)
TOO_LARGE = _answer(413, "the body is too large", close=True)
ENCODED = _answer(415, "the body is compressed", close=True)
UNAVAILABLE = _answer(503, "not now; try again")
OVERLOADED = attrs.evolve(_answer(503, "too many at once; try again"), retry_after=10)
UNREADABLE = _answer(503, "the body can't be had; try again")


Headers = Mapping[str, HeaderValue] | Iterable[tuple[str | bytes, HeaderValue]]
"""A mapping (a multi-mapping too), or pairs of names and values. The case of names is free, and a
value may be the list of those that came.
"""

_NAMES = frozenset(
    name
    for text in (SIGNATURE_HEADER.lower(), "http_" + SIGNATURE_HEADER.lower().replace("-", "_"))
    for name in (text, text.encode())
)
"""As it is sent, and as CGI, WSGI and Django call it."""


def signature_of(headers: Headers) -> str | bytes | None:
    """The signature header's value, None where there is none; see `header_value`.

    Raises `ConfigurationError` for what are no headers.
    """
    # The items of a multi-mapping are all its values, whether it minds the case of names or not.
    pairs: Any = headers
    try:
        if callable(getattr(pairs, "items", None)):
            pairs = pairs.items()
        found = [
            value
            for name, value in pairs
            if isinstance(name, str | bytes) and name.lower() in _NAMES
        ]
    except (TypeError, ValueError):
        raise ConfigurationError(
            "headers: expected a mapping or pairs of names and values, got "
            f"{type(headers).__name__}"
        ) from None
    return header_value(found)


_COMPRESSIONS = {"aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "gzip"}
_COMPRESSIONS |= {"pack200-gzip", "x-compress", "x-gzip", "zstd"}
"""https://www.iana.org/assignments/http-parameters/http-parameters.xhtml#content-coding"""


def is_compressed(encodings: Iterable[str]) -> bool:
    """Whether values of Content-Encoding say that the body was changed.

    Gateways write other things there as well, such as "", "utf-8" or "aws-chunked".
    """
    words = (word for text in encodings for word in text.lower().split(","))
    return any(word.strip(" \t\"'") in _COMPRESSIONS for word in words)
