"""An event posted to somebody's URL as OnceHub does it, and what the answer means."""

import asyncio
import os
import time
from pathlib import Path

import aiohttp
import attrs
from yarl import URL

from .._ground import checks
from ..errors import ConfigurationError, InvalidParameterError
from ..testing import sign
from ..webhooks import SIGNATURE_HEADER, read_secret_file

VARIABLE = "ONCEHUB_SIGNING_SECRET"

_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
_MOST = 2_000
"""Bytes of an answer that are read; a receiver's has a few, an error page thousands."""


class NoAnswerError(Exception):
    """Nothing came back; the text says why, and where to look."""


@attrs.frozen(kw_only=True)
class PostAnswer:
    """What came back."""

    status: int
    text: str
    """The beginning of the body."""
    location: str | None
    """Where a redirect leads."""
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether OnceHub would take the event for delivered."""
        return self.status // 100 == 2


def signing_secrets(variable: str, otherwise: str) -> list[str]:
    """The secrets in an environment variable. Raises `ConfigurationError` where there are none."""
    secrets = os.environ.get(variable, "").strip()
    if not secrets:
        raise ConfigurationError(
            f"{variable}: set it to the webhook's signing secret (oncehub webhooks create prints "
            f"it; to try things out, any text will do on both sides); {otherwise}"
        )
    return secrets.split(",")


def secrets_in(file: Path) -> list[str]:
    """The secrets in a file. Raises `ConfigurationError` where there are none."""
    try:
        return read_secret_file(file)
    except OSError as error:
        raise ConfigurationError(f"secret_file: {file}: {error.strerror}") from None


def receiver_url(text: str, option: str) -> URL:
    """The URL of a receiver. Raises `InvalidParameterError`, which names the option."""
    try:
        url = URL(text)
        problem = checks.host_problem(url.raw_host or "")
        if problem is None and url.scheme in ("http", "https") and url.host and url.port:
            return url
    except ValueError:
        pass
    raise InvalidParameterError(option, "expected a URL such as http://localhost:3000/hook")


def shown(url: URL) -> str:
    """A URL for people to read, without what may be a password in it."""
    return f"{url.origin()}{url.path}{'?...' if url.query_string else ''}"


async def post_event(url: URL, body: bytes, secret: str | None, now: float) -> PostAnswer:
    """Post an event, signed at `now` (Unix seconds) where there is a secret.

    Raises `NoAnswerError`.
    """
    headers = {"Content-Type": "application/json"}
    if secret is not None:
        headers[SIGNATURE_HEADER] = sign(body, secret, now)
    secret = None  # a frame's locals are shown by tools that report errors
    started = time.perf_counter()
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.post(url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            beginning = await _beginning(response)
            return PostAnswer(
                status=response.status,
                text=beginning.decode(errors="replace").strip(),
                location=response.headers.get("Location"),
                seconds=time.perf_counter() - started,
            )
    except (aiohttp.ClientError, OSError) as error:
        raise NoAnswerError(_reason(url, error)) from None


async def _beginning(response: aiohttp.ClientResponse) -> bytes:
    found = b""
    async for chunk in response.content.iter_any():
        found += chunk
        if len(found) >= _MOST:
            break
    return found[:_MOST]


def _reason(url: URL, error: Exception) -> str:
    place = f"{url.host}:{url.port}"
    if isinstance(error, asyncio.TimeoutError):
        return f"{place} gave no answer in time; does something there block the event loop?"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"there is no host {url.host}"
    if isinstance(error, aiohttp.ClientSSLError):
        return f"{place} speaks no https that can be trusted; is it http?"
    if isinstance(error, aiohttp.ClientConnectorError):
        why = error.os_error.strerror or "the connection broke"
        if isinstance(error.os_error, ConnectionRefusedError):
            return f"nothing listens at {place}; is the receiver running?"
        return f"{place} can't be reached: {why}"
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        return f"{place} broke off before it answered; its log may say why"
    return f"{place} gave no answer of HTTP; is it https, or something else that listens there?"


def what_to_look_at(answer: PostAnswer, variable: str | None) -> str:
    """Why an answer isn't 2xx, perhaps; `variable` holds the secret, if it was signed."""
    status = answer.status
    if status // 100 == 3:
        to = f" (to {answer.location})" if answer.location else ""
        return f"a redirect{to} is a failure for OnceHub: give it the URL that answers by itself"
    if status in (401, 403) and variable is None:
        return "it wants a signature, and this had none"
    if status in (401, 403):
        return f"the signature was refused: does {variable} hold the secret that the receiver has?"
    if status // 100 == 5:
        return "the receiver can't take it at the moment, and its log says why; OnceHub tries again"
    return _BY_STATUS.get(
        status, "OnceHub takes only 2xx for delivered; the receiver's log says why"
    )


_BY_STATUS = {
    400: "the receiver found no event in it; is a change that --set made the reason?",
    404: "nothing is there: is the path the one that the receiver has?",
    405: "nothing takes a POST there: is the path the one that the receiver has?",
}
