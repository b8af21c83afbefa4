"""Where signing secrets come from: fixed, from a callable, or from the API's list of webhooks."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from ..client import Resources
from ..clock import Clock
from ..errors import ConfigurationError
from . import limits
from .errors import SecretsError
from .signature import Secrets, encoded

logger = logging.getLogger("oncehub_async.webhooks")

_SECONDS_BETWEEN_TRIES = 1.0

SecretsProvider = Callable[[], Awaitable[Secrets]]


class SecretSource(Protocol):
    """Gives the secrets that verify, and newer ones after a signature was refused."""

    async def current(self) -> tuple[bytes, ...]:
        """The secrets in use. Raises `SecretsError` where there are none at the moment."""
        ...

    async def after_refusal(self, refused: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
        """Other secrets than those, None where there are none."""
        ...


class FixedSecrets:
    """Secrets that stay what they are."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = encoded(secrets)

    async def current(self) -> tuple[bytes, ...]:
        """The secrets."""
        return self._secrets

    async def after_refusal(self, refused: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
        """There are no others."""
        return None


class ProvidedSecrets:
    """Secrets from an async callable.

    They are kept, and asked for again when they are `refresh` seconds old or a signature was
    refused, the latter at most every `patience` seconds: whoever sends forged deliveries must not
    make us ask all the time. While the callable fails, the secrets that are kept go on verifying.
    """

    def __init__(
        self,
        provider: SecretsProvider,
        *,
        refresh: float = 5 * limits.MINUTE,
        patience: float = 30.0,
        clock: Clock | None = None,
    ) -> None:
        self._provider = provider
        self._refresh = limits.seconds(refresh, "refresh")
        self._patience = limits.seconds(patience, "patience")
        self._clock = clock or Clock()
        self._asking = asyncio.Lock()
        self._kept: tuple[bytes, ...] = ()
        self._asked_at = float("-inf")

    async def current(self) -> tuple[bytes, ...]:
        """The secrets that are kept, unless they are too old."""
        if self._is_old():
            async with self._asking:
                if self._is_old():
                    await self._ask()
        if not self._kept:
            raise SecretsError("there are no signing secrets at the moment")
        return self._kept

    async def after_refusal(self, refused: tuple[bytes, ...]) -> tuple[bytes, ...] | None:
        """What the callable gives now, if it is something else."""
        async with self._asking:
            if self._kept == refused and self._age() > self._patience:
                await self._ask()
            return None if self._kept == refused or not self._kept else self._kept

    def _is_old(self) -> bool:
        return self._age() > (self._refresh if self._kept else _SECONDS_BETWEEN_TRIES)

    def _age(self) -> float:
        return self._clock.now() - self._asked_at

    async def _ask(self) -> None:
        self._asked_at = self._clock.now()
        try:
            self._kept = encoded(await _awaitable(self._provider()))
        except ConfigurationError:
            # A clear answer that there are none, which ends those that were.
            self._kept = ()
            raise
        except Exception as error:
            if not self._kept:
                raise
            logger.warning(
                "new signing secrets can't be had (%s); those that are kept go on verifying",
                type(error).__name__,
            )


def _awaitable(given: object) -> Awaitable[Secrets]:
    if not inspect.isawaitable(given):
        raise ConfigurationError("signing_secret: the callable has to be async (async def)")
    return given


def secrets_of_account(oncehub: Resources, *, url: str | None = None) -> SecretsProvider:
    """The secrets of the account's webhooks, through the API, for `Receiver(signing_secret=)`.

        Receiver(signing_secret=secrets_of_account(oncehub, url="https://me.example/hook"))

    `url`: only of webhooks that deliver there; of all, if left out. The receiver keeps them and
    looks again when a signature is refused, so that a webhook made later is known by itself.
    """

    async def look_up() -> Secrets:
        found = [
            webhook.signing_secret
            async for webhook in oncehub.webhooks.list()
            if webhook.signing_secret and url in (None, webhook.url)
        ]
        if not found:
            where = f" that delivers to {url}" if url else ""
            raise ConfigurationError(f"signing_secret: the account has no signed webhook{where}")
        return found

    return look_up


def secret_source(secrets: Secrets | SecretsProvider | None, clock: Clock) -> SecretSource:
    """The source for what was given as `signing_secret`. Raises `ConfigurationError`."""
    if secrets is None:
        raise ConfigurationError(
            "signing_secret: there is none, so anybody could send events; pass the webhook's "
            "secret, several, or an async callable (or unsafe_accept_unsigned=True)"
        )
    if callable(secrets):
        return ProvidedSecrets(secrets, clock=clock)
    return FixedSecrets(secrets)
