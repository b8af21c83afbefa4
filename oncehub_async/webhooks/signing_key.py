"""Signing secrets, made ready to verify with."""

import hmac
from collections.abc import Iterable

import attrs

from ..errors import ConfigurationError

Secrets = str | bytes | Iterable[str | bytes]
"""A signing secret, or several of which any may have signed."""


@attrs.frozen
class SigningKey:
    """A secret, and the beginning of each of its signatures.

    Made once for a secret: setting up an HMAC takes longer than hashing a delivery with it.
    """

    secret: bytes = attrs.field(repr=False)
    _keyed: hmac.HMAC = attrs.field(init=False, eq=False, repr=False)

    @_keyed.default
    def _set_up(self) -> hmac.HMAC:
        return hmac.new(self.secret, digestmod="sha256")

    def digest(self, moment: bytes, body: bytes) -> bytes:
        """The HMAC-SHA256 over the moment, a dot and the body."""
        keyed = self._keyed.copy()
        keyed.update(moment + b".")
        keyed.update(body)
        return keyed.digest()


def signing_keys(secrets: Secrets) -> tuple[SigningKey, ...]:
    """The keys of secrets. Raises `ConfigurationError` where there is none, or an empty one."""
    several = [secrets] if isinstance(secrets, str | bytes) else list(_iterable(secrets))
    if not several:
        raise ConfigurationError("signing_secret: there is none, so nothing could be verified")
    return tuple(SigningKey(_encoded(each)) for each in several)


def _iterable(secrets: object) -> Iterable[object]:
    if isinstance(secrets, Iterable):
        return secrets
    raise ConfigurationError(
        f"signing_secret: expected a str or several, got {type(secrets).__name__}"
    )


def _encoded(secret: object) -> bytes:
    if isinstance(secret, str):
        try:
            secret = secret.encode()
        except UnicodeEncodeError:
            raise ConfigurationError("signing_secret: holds half a surrogate pair") from None
    if not isinstance(secret, bytes):
        raise ConfigurationError(f"signing_secret: expected a str, got {type(secret).__name__}")
    if not secret.strip():
        raise ConfigurationError("signing_secret: is empty, so anybody could sign")
    if secret != secret.strip():
        raise ConfigurationError(
            "signing_secret: has spaces or a line break at an end; copy it again, or strip() it"
        )
    return secret
