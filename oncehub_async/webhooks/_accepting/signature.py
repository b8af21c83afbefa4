"""Whether a delivery is OnceHub's own: pure functions over bytes.

The header `Oncehub-Signature: t=<unix seconds>,s=<hex>` holds s = HMAC-SHA256 with the endpoint's
secret over t, a dot and the raw body.
Source: https://help.oncehub.com/developers/webhooks/webhook-signatures
"""

import hmac
import math
import mmap
import re
import time
from collections.abc import Iterable, Mapping

import attrs

from ..._ground import Hidden, checks
from ...errors import ConfigurationError
from .._webhook_errors import SignatureError, SignatureProblem
from .signing_secrets import Secrets, SigningKey, signing_keys

SIGNATURE_HEADER = "Oncehub-Signature"

RETRY_WINDOW = 73 * checks.HOUR
"""Seconds. OnceHub tries for about three days; whether a retry is signed anew is not known."""

SHORT_AGE = 5 * checks.MINUTE
"""Seconds; the limit where nothing remembers durably which events came before."""

MAX_SKEW = 5 * checks.MINUTE
"""Seconds that the clocks of sender and receiver may be apart."""

HeaderValue = str | bytes | Iterable[str | bytes] | None
"""As frameworks give it: a text or bytes, the list of those that came, None where there is none."""

_USUAL = re.compile("t=([0-9]{1,12}),s=([0-9a-f]{64})")
_LONGEST_HEADER = 1024
_FIELD = re.compile(rb"([a-z][a-z0-9_]{0,15})=([\x21-\x2b\x2d-\x7e]{1,256})")
_TIME = re.compile(rb"[0-9]{1,12}")
_DIGEST = re.compile(rb"[0-9a-f]{64}")


@attrs.frozen
class Signature:
    """What the header says: when it was signed, and the digest."""

    time: bytes
    digest: bytes = attrs.field(repr=False)


def verify_signature(
    body: bytes,
    header: HeaderValue,
    secrets: Secrets,
    *,
    now: float | None = None,
    max_age: float = RETRY_WINDOW,
    max_skew: float = MAX_SKEW,
) -> None:
    """Raise `SignatureError` unless `body` was signed with one of `secrets`, and not too long ago.

    - `body`: the bytes as they arrived, before anything parsed them.
    - `header`: the value of `Oncehub-Signature`, None where there was none. Some frameworks give
      a list of values.
    - `now`: Unix seconds; this machine's time where it is left out.
    - `max_age`, `max_skew`: seconds that the signature may be old, or in the future.

    Raises `ConfigurationError` for secrets and limits that would verify nothing.
    """
    hidden = Hidden(secrets)
    del secrets
    oldest, newest = checks.seconds(max_age, "max_age"), checks.seconds(max_skew, "max_skew")
    moment = time.time() if now is None else now
    if not math.isfinite(moment):
        raise ConfigurationError(f"now: {moment!r} is no time, so no signature would be too old")
    value = header if isinstance(header, str | bytes) else header_value([header])
    check_signature(body, value, signing_keys(hidden), moment, oldest, newest)


def check_signature(
    body: bytes | mmap.mmap,
    header: str | bytes | None,
    keys: tuple[SigningKey, ...],
    now: float,
    max_age: float,
    max_skew: float,
) -> SigningKey:
    """As `verify_signature`, with arguments that were checked before; the key that signed."""
    signature = parse_header(header)
    raw = body if isinstance(body, mmap.mmap) else raw_body(body)
    # All keys are tried: how long it takes says nothing about which one it was.
    matching = [
        key
        for key in keys
        if hmac.compare_digest(key.digest(signature.time, raw), signature.digest)
    ]
    if not matching:
        raise SignatureError(
            SignatureProblem.MISMATCH,
            "the signature is not one of this endpoint's secrets over the body as it arrived",
        )
    check_age(signature, now, max_age, max_skew)
    return matching[0]


def check_age(signature: Signature, now: float, max_age: float, max_skew: float) -> None:
    """Raise `SignatureError` for one that was made too long ago, or in the future."""
    age = now - int(signature.time)
    if age > max_age:
        raise SignatureError(
            SignatureProblem.TOO_OLD, f"signed {age:.0f} s ago; the limit is {max_age:.0f} s"
        )
    if -age > max_skew:
        raise SignatureError(
            SignatureProblem.IN_THE_FUTURE,
            f"signed {-age:.0f} s in the future; the limit is {max_skew:.0f} s "
            "(is the clock of this machine right?)",
        )


def header_value(found: Iterable[HeaderValue]) -> str | bytes | None:
    """What came as the header's value, in one; None where nothing did.

    One that came several times is joined by commas, as HTTP has it, and refused later; what split
    it at its own comma is undone so. Raises `ConfigurationError` for what is no text.
    """
    texts = [each for value in found for each in _texts(value)]
    if len(texts) == 1 and isinstance(texts[0], str) and " " not in texts[0]:
        return texts[0]
    raw = [each.encode(errors="replace") if isinstance(each, str) else each for each in texts]
    # What splits a header at its commas joins it with a space behind them.
    return b",".join(raw).replace(b", ", b",") if raw else None


def _texts(value: object) -> list[str | bytes]:
    if isinstance(value, str | bytes):
        return [value]
    if value is None:
        return []
    if isinstance(value, bytearray | memoryview):
        return [bytes(value)]
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise ConfigurationError(
            f"header: expected the value of {SIGNATURE_HEADER}, a text or a list of texts, got "
            f"{type(value).__name__}"
        )
    return [text for each in value for text in _texts(each)]


def parse_header(header: str | bytes | None) -> Signature:
    """The parts of the header. Raises `SignatureError` for anything but exactly one t and one s.

    Fields of other names are passed over, so that the vendor can add some.
    """
    usual = _USUAL.fullmatch(header) if isinstance(header, str) else None
    if usual is not None:
        return Signature(usual[1].encode(), bytes.fromhex(usual[2]))
    if header is None:
        raise SignatureError(SignatureProblem.MISSING, f"there is no {SIGNATURE_HEADER} header")
    if len(header) > _LONGEST_HEADER:
        raise _malformed("is too long")
    try:
        text = header.encode("ascii") if isinstance(header, str) else bytes(header)
    except UnicodeEncodeError:
        raise _malformed("is not ASCII") from None
    fields: dict[bytes, bytes] = {}
    for part in text.split(b","):
        field = _FIELD.fullmatch(part)
        if field is not None and field[1] in fields:
            raise _malformed("has a field twice, or came more than once")
        if field is None:
            raise _malformed("is not of the form t=<seconds>,s=<hex>")
        fields[field[1]] = field[2]
    moment, digest = fields.get(b"t", b""), fields.get(b"s", b"")
    if _TIME.fullmatch(moment) is None:
        raise _malformed("has no t of whole Unix seconds")
    if _DIGEST.fullmatch(digest) is None:
        raise _malformed("has no s of 64 lower-case hexadecimal digits")
    return Signature(moment, bytes.fromhex(digest.decode()))


def signature_header(body: bytes, secret: str | bytes, timestamp: float) -> str:
    """The header with which OnceHub would send `body` at `timestamp` (Unix seconds)."""
    try:
        (key,) = signing_keys(secret)
    finally:
        secret = b""  # a frame's locals are shown by tools that report errors
    moment = str(int(timestamp)).encode()
    return f"t={moment.decode()},s={key.digest(moment, raw_body(body)).hex()}"


def raw_body(body: object) -> bytes:
    """The bytes as they arrived. Raises `ConfigurationError` for anything else."""
    if isinstance(body, bytes):
        return body
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    raise ConfigurationError(
        f"body: expected the bytes as they arrived, got {type(body).__name__}; what was parsed "
        "and dumped again has another signature"
    )


def _malformed(what: str) -> SignatureError:
    return SignatureError(SignatureProblem.MALFORMED, f"the {SIGNATURE_HEADER} header {what}")
