"""The API key: where it comes from, and how it stays out of sight.

Source: https://help.oncehub.com/developers/overview/authentication (header `API-Key`; up to 25
keys live at once, so that they can be rotated without downtime).
"""

import asyncio
import hashlib
import inspect
import os
from collections.abc import Awaitable, Callable, Mapping

from .._ground import Hidden
from ..errors import ConfigurationError

KeyProvider = Callable[[], Awaitable[str]]

KEY_VARIABLE = "ONCEHUB_API_KEY"


class ApiKey:
    """A key that shows itself only to who asks for it: not in a repr, a log or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: object, *, source: str) -> None:
        value = Hidden(value)
        problem = _problem(value.value)
        if problem is not None:
            raise ConfigurationError(f"{source}: {problem}")
        self._value: str = value.value

    def reveal(self) -> str:
        """The key itself, for the request's header."""
        return self._value

    def fingerprint(self) -> str:
        """Tells keys apart without giving them away."""
        return hashlib.sha256(self._value.encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "ApiKey(…)"

    def __reduce__(self) -> str:
        raise TypeError("an API key is not pickled")


def _problem(value: object) -> str | None:
    """Why this can't be a key. It raises nothing, so that no traceback holds its locals."""
    if not isinstance(value, str):
        return f"expected the API key as a str, got {type(value).__name__}"
    if not value.strip():
        return "the API key is empty"
    bare = value.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"`":
        return "the API key stands in quotes, which are no part of it; leave them out"
    if bare[:7].lower() == "bearer ":
        return "the API key begins with 'Bearer ', which OnceHub doesn't want; leave it out"
    if set(bare) == {"."}:
        return "the API key is three dots, which stand for your own; put that in their place"
    if bare[:8].lower() == "api-key:" or bare.startswith(f"{KEY_VARIABLE}="):
        return "the API key has its name in front of it; leave that out"
    if any(map(str.isspace, bare)):
        return "the API key has a space in it; copy it again from your OnceHub account"
    if not (value.isascii() and value.isprintable()) or value != value.strip():
        return (
            "the API key has spaces at an end, control characters or characters outside ASCII; "
            "copy it again from your OnceHub account"
        )
    return None


class KeySource:
    """Gives the key for a request, and a newer one after the service refused it."""

    def __init__(
        self,
        key: str | KeyProvider | Hidden | None,
        environ: Mapping[str, str] | Hidden | None = None,
    ) -> None:
        key, environ = Hidden(key), Hidden(os.environ if environ is None else environ)
        self._asking = asyncio.Lock()
        self._provider: KeyProvider | None = key.value if callable(key.value) else None
        self._key: ApiKey | None = None
        if isinstance(key.value, str):
            self._key = ApiKey(key, source="api_key")
        elif key.value is None and KEY_VARIABLE in environ.value:
            self._key = ApiKey(environ.value[KEY_VARIABLE], source=KEY_VARIABLE)
        elif key.value is None:
            raise ConfigurationError(
                f"api_key: no API key; pass OnceHub(api_key=...) or set {KEY_VARIABLE}"
            )
        elif self._provider is None:
            raise ConfigurationError(
                f"api_key: expected a str or an async callable, got {type(key.value).__name__}"
            )

    async def current(self) -> ApiKey:
        """The key in use; the provider is asked the first time."""
        async with self._asking:
            if self._key is None:
                self._key = await self._ask()
            return self._key

    async def after_refusal(self, refused: ApiKey) -> ApiKey | None:
        """Another key than the one that was refused, or None where there is none."""
        async with self._asking:
            # Many requests fail at once when a key is revoked; the first asks for all.
            if self._key == refused and self._provider is not None:
                self._key = await self._ask()
            return None if self._key == refused else self._key

    async def _ask(self) -> ApiKey:
        if self._provider is None:
            raise ConfigurationError("api_key: no API key")
        given = self._provider()
        if not inspect.isawaitable(given):
            raise ConfigurationError("api_key: the callable has to be async (async def)")
        return ApiKey(await given, source="api_key provider")
