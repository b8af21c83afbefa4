"""Where signing secrets come from: fixed, from a callable, or from the API's list of webhooks."""

import asyncio
import hmac
import inspect
import logging
import mmap
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Protocol

import attrs

from ..._client import Resources
from ..._ground import Clock, Hidden, checks, fields
from ...errors import ConfigurationError
from ...models import Webhook
from .._stopwatch import Stopwatch
from .._webhook_errors import SecretsError, SecretsNotShownError

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

    def digest(self, moment: bytes, body: bytes | mmap.mmap) -> bytes:
        """The HMAC-SHA256 over the moment, a dot and the body."""
        keyed = self._keyed.copy()
        keyed.update(moment + b".")
        keyed.update(body)
        return keyed.digest()


def signing_keys(secrets: Secrets | Hidden) -> tuple[SigningKey, ...]:
    """The keys of secrets. Raises `ConfigurationError` where there is none, or an empty one."""
    secrets = Hidden(secrets)
    if not isinstance(secrets.value, Iterable) or isinstance(secrets.value, Mapping):
        raise ConfigurationError(
            f"signing_secret: expected a str or several, got {type(secrets.value).__name__}"
        )
    single = isinstance(secrets.value, str | bytes)
    several = [Hidden(each) for each in ([secrets.value] if single else secrets.value)]
    if not several:
        raise ConfigurationError("signing_secret: there is none, so nothing could be verified")
    for each in several:
        problem = _problem(each.value)
        if problem is not None:
            raise ConfigurationError(f"signing_secret: {problem}")
    return tuple(SigningKey(_encoded(each.value)) for each in several)


def _encoded(secret: str | bytes) -> bytes:
    return secret.encode() if isinstance(secret, str) else secret


def _problem(secret: object) -> str | None:
    """Why this can't be a secret. It raises nothing, so that no traceback holds its locals."""
    if not isinstance(secret, str | bytes):
        return f"expected a str, got {type(secret).__name__}"
    if isinstance(secret, str) and any("\ud800" <= each <= "\udfff" for each in secret):
        return "holds half a surrogate pair"
    if not secret.strip():
        return "is empty, so anybody could sign"
    if secret != secret.strip():
        return "has spaces or a line break at an end; copy it again, or strip() it"
    return None


logger = logging.getLogger("oncehub_async.webhooks")

_SECONDS_BETWEEN_TRIES = 1.0

SecretsProvider = Callable[[], Awaitable[Secrets]]


class SecretSource(Protocol):
    """Gives the secrets that verify, and newer ones after a signature was refused."""

    async def current(self) -> tuple[SigningKey, ...]:
        """The secrets in use. Raises `SecretsError` where there are none at the moment."""
        ...

    async def after_refusal(self, refused: tuple[SigningKey, ...]) -> tuple[SigningKey, ...] | None:
        """Other secrets than those, None where there are none."""
        ...

    async def close(self) -> None:
        """Look for no others any more."""
        ...


class FixedSecrets:
    """Secrets that stay what they are."""

    def __init__(self, secrets: Secrets) -> None:
        try:
            self._keys = signing_keys(secrets)
        finally:
            secrets = ()  # a frame's locals are shown by tools that report errors

    async def current(self) -> tuple[SigningKey, ...]:
        """The secrets."""
        return self._keys

    async def after_refusal(self, refused: tuple[SigningKey, ...]) -> tuple[SigningKey, ...] | None:
        """There are no others."""
        return None

    async def close(self) -> None:
        """There is nothing to close."""


class ProvidedSecrets:
    """Secrets from an async callable.

    They are kept, and asked for again when they are `refresh` seconds old or a signature was
    refused, the latter at most every `patience` seconds: whoever sends forged deliveries must not
    make us ask all the time. One task asks, for `timeout` seconds at most. While it does, and
    while the callable fails, the secrets that are kept go on verifying.
    """

    def __init__(
        self,
        provider: SecretsProvider,
        *,
        refresh: float = 5 * checks.MINUTE,
        patience: float = 30.0,
        timeout: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self._provider = provider
        self._refresh = checks.seconds(refresh, "refresh")
        self._patience = checks.seconds(patience, "patience")
        self._timeout = checks.seconds(timeout, "timeout")
        self._asked = Stopwatch(clock or Clock())
        self._asking: asyncio.Task[Exception | None] | None = None
        self._kept: tuple[SigningKey, ...] = ()

    async def current(self) -> tuple[SigningKey, ...]:
        """The secrets that are kept; those that the callable gives, where there are none yet."""
        if self._asked.seconds > (self._refresh if self._kept else _SECONDS_BETWEEN_TRIES):
            self._ask()
        if not self._kept:
            await self._answered()
        if not self._kept:
            raise SecretsError("there are no signing secrets at the moment")
        return self._kept

    async def after_refusal(self, refused: tuple[SigningKey, ...]) -> tuple[SigningKey, ...] | None:
        """What the callable gives now, if it is something else."""
        if self._kept == refused and self._asked.seconds > self._patience:
            self._ask()
        await self._answered()
        return None if self._kept == refused or not self._kept else self._kept

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()
            await asyncio.wait({self._asking})

    def _ask(self) -> None:
        if self._asking is None or self._asking.done():
            self._asked.start()
            self._asking = asyncio.create_task(self._renew(), name="oncehub-signing-secrets")

    async def _answered(self) -> None:
        """Wait for the callable if it was asked. Raises its error where no secrets are left."""
        asking = self._asking
        if asking is None:
            return
        if not asking.done():
            await asyncio.wait({asking})
        error = None if asking.cancelled() else asking.result()
        if error is not None and not self._kept:
            raise error

    async def _renew(self) -> Exception | None:
        """What went wrong; it is nobody's but those who wait for it."""
        try:
            async with asyncio.timeout(self._timeout):
                given = Hidden(await _awaitable(self._provider()))
            self._kept = signing_keys(given)
            del given
        except SecretsNotShownError as error:
            # Those that are kept are as good as they were.
            if self._kept:
                logger.warning("%s; the secrets that are kept go on verifying", error)
            return error
        except ConfigurationError as error:
            # A clear answer that there are none, which ends those that were.
            if self._kept:
                logger.error("deliveries are answered 503: %s", error, extra=fields(status=503))
            self._kept = ()
            return error
        except Exception as error:
            if self._kept:
                logger.warning(
                    "new signing secrets can't be had (%s); those that are kept go on verifying",
                    type(error).__name__,
                    extra=fields(error_type=type(error).__name__),
                )
            return error
        return None


def _awaitable(given: object) -> Awaitable[Secrets]:
    if not inspect.isawaitable(given):
        raise ConfigurationError("signing_secret: the callable has to be async (async def)")
    return given


def secrets_of_account(oncehub: Resources, *, url: str | None = None) -> SecretsProvider:
    """The secrets of the account's webhooks, through the API, for `Receiver(signing_secret=)`.

        Receiver(signing_secret=secrets_of_account(oncehub, url="https://me.example/hook"))

    `url`: only of webhooks that deliver there; of all, if left out. The receiver keeps them and
    looks again when a signature is refused, so that a webhook made later is known by itself.

    The vendor's pages differ on whether the API shows a secret again after the webhook was
    created. Where it shows none, `SecretsNotShownError` says what to do, when the receiver opens;
    where it shows some, the log tells of the webhooks that it leaves out.
    """

    told: set[str] = set()

    async def look_up() -> Secrets:
        found: list[str] = []
        unsigned: list[str] = []
        async for webhook in oncehub.webhooks.list():
            if url not in (None, webhook.url):
                continue
            if not webhook.signing_secret:
                unsigned.append(webhook.id)
            if webhook.signing_secret and _can_verify(webhook):
                found.append(webhook.signing_secret)
        where = f" that delivers to {url}" if url else ""
        if not found and not unsigned:
            raise ConfigurationError(f"signing_secret: the account has no signed webhook{where}")
        if not found:
            raise SecretsNotShownError(f"signing_secret: {_not_shown(unsigned, where)}")
        if not told.issuperset(unsigned):
            told.update(unsigned)
            logger.warning("%s", _not_shown(unsigned, where))
        return found

    return look_up


def _not_shown(ids: Sequence[str], where: str) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return (
        f"the API shows no secret of {', '.join(ids[:_NAMED])}{more}{where}, perhaps since it does "
        "so only when a webhook is created, and without it no delivery can be verified: pass as "
        "signing_secret= what was kept then, or create the webhook anew and keep it"
    )


_NAMED = 5


def _can_verify(webhook: Webhook) -> bool:
    """Whether its secret is one: an odd one is told of, and must not end the others."""
    try:
        signing_keys(webhook.signing_secret or "")
    except ConfigurationError as error:
        extra = fields(webhook_id=webhook.id)
        logger.warning("the secret of webhook %s is left out: %s", webhook.id, error, extra=extra)
        return False
    return True


def secret_source(secrets: Secrets | SecretsProvider | None, clock: Clock) -> SecretSource:
    """The source for what was given as `signing_secret`. Raises `ConfigurationError`."""
    if secrets is None:
        raise ConfigurationError(
            "signing_secret: there is none, so anybody could send events; pass the webhook's "
            "secret, several, or an async callable (or unsafe_accept_unsigned=True)"
        )
    try:
        if callable(secrets):
            return ProvidedSecrets(secrets, clock=clock)
        return FixedSecrets(secrets)
    finally:
        secrets = ()
