"""`oncehub listen`: a receiver that prints, keeps and forwards."""

import os
from pathlib import Path
from typing import Annotated

import aiohttp
import attrs
from cyclopts import Parameter
from yarl import URL

from .._ground import checks
from ..errors import ConfigurationError, InvalidParameterError
from ..testing import sign
from ..webhooks import SIGNATURE_HEADER, Backoff, Context, Event, Receiver, SQLiteInbox, serve
from . import COMPLETE
from ._live_output import LiveOutput
from ._output import json_line, note

VARIABLE = "ONCEHUB_SIGNING_SECRET"
_DRAIN = 5.0
"""Seconds; somebody sits there and pressed Ctrl-C."""

_FORWARD_TIMEOUT = aiohttp.ClientTimeout(total=30)


@attrs.frozen(kw_only=True)
class ListenRequest:
    """What was asked for on the command line."""

    host: str
    port: int
    path: str
    secret_env: str
    inbox: Path
    forward: str | None
    json: bool
    unsigned: bool


async def listen_for_events(request: ListenRequest) -> int:
    """Receive until it is interrupted."""
    secrets = _secrets(request)
    receiver = Receiver(
        signing_secret=secrets,
        inbox=SQLiteInbox(request.inbox),
        backoff=Backoff(first=1.0),
        drain=_DRAIN,
        unsafe_accept_unsigned=request.unsigned,
    )

    output = LiveOutput()

    @receiver.on("*", name="print")
    async def show(event: Event, context: Context) -> None:
        if request.json:
            await output.say(json_line(event.body))
        else:
            about = event.raw.get("data")
            subject = about.get("id", "") if isinstance(about, dict) else ""
            await output.say(
                f"{context.received:%Y-%m-%d %H:%M:%S}  {event.type:<32} {event.id}  {subject}"
            )

    if request.forward is not None:
        _forward(receiver, _forward_url(request.forward), secrets)

    def started(url: str) -> None:
        note(f"Listening on {url}; events are kept in {request.inbox}. Stop with Ctrl-C.")

    await serve(receiver, host=request.host, port=request.port, path=request.path, on_start=started)
    return COMPLETE


def _secrets(request: ListenRequest) -> list[str] | None:
    checks.whole_number(request.port, "port", 0, 65535)
    text = os.environ.get(request.secret_env, "")
    secrets = text.split(",") if text.strip() else []
    if not secrets and not request.unsigned:
        raise ConfigurationError(
            f"{request.secret_env}: set it to the webhook's signing secret (several: with commas); "
            "oncehub webhooks create prints it"
        )
    return secrets or None


def _forward_url(text: str) -> URL:
    url = URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise InvalidParameterError("forward", "expected a URL such as http://localhost:3000/hook")
    return url


def _forward(receiver: Receiver, url: URL, secrets: list[str] | None) -> None:
    """Post each event on, signed anew; what isn't answered 2xx is posted again later."""

    @receiver.on("*", name="forward")
    async def forward(event: Event) -> None:
        headers = {"Content-Type": "application/json"}
        if secrets:
            headers[SIGNATURE_HEADER] = sign(event.body, secrets[0], receiver.clock.now())
        async with (
            aiohttp.ClientSession(timeout=_FORWARD_TIMEOUT) as session,
            session.post(url, data=event.body, headers=headers, allow_redirects=False) as response,
        ):
            if response.status // 100 != 2:
                raise ConnectionError(f"{url.host} answered {response.status}")


async def listen(
    *,
    port: int = 8080,
    host: str = "127.0.0.1",
    path: str = "/webhooks/oncehub",
    secret_env: str = VARIABLE,
    inbox: Annotated[Path, Parameter(alias="-i")] = Path("inbox.db"),
    forward: str | None = None,
    json: bool = False,
    unsafe_accept_unsigned: bool = False,
) -> int:
    """Receive webhooks until interrupted: verify them, keep them in a file, and print a line each.

    For example: oncehub listen --port 9000 --json, oncehub listen --forward
    http://localhost:3000/webhooks/oncehub.

    Parameters
    ----------
    port
        The port; 0 takes any free one.
    host
        The address to listen on; 0.0.0.0 is all of the machine's.
    path
        Where OnceHub posts to.
    secret_env
        The environment variable that holds the webhook's signing secret, or several with commas.
    inbox
        The file in which events are kept; it is made if it isn't there.
    forward
        Post each event to this URL too, until it answers 2xx.
    json
        Print the events as JSON, one a line.
    unsafe_accept_unsigned
        Accept what anybody sends (v1 webhooks are not signed).
    """
    return await listen_for_events(
        ListenRequest(
            host=host,
            port=port,
            path=path,
            secret_env=secret_env,
            inbox=inbox,
            forward=forward,
            json=json,
            unsigned=unsafe_accept_unsigned,
        )
    )
