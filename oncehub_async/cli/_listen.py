"""`oncehub listen`: a receiver that prints, keeps and forwards."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from socket import gaierror
from typing import Annotated

import attrs
from cyclopts import Parameter
from yarl import URL

from .._ground import checks, from_unix
from ..errors import InvalidParameterError
from ..webhooks import (
    Backoff,
    Context,
    Event,
    GiveUp,
    Inbox,
    Receiver,
    RetryLater,
    inbox_at,
    secrets_of_file,
    serve,
)
from . import COMPLETE
from ._live_output import LiveOutput
from ._metrics_option import checked_metrics, metrics_shown
from ._output import json_line, note, span
from ._posting import (
    VARIABLE,
    NoAnswerError,
    post_event,
    receiver_url,
    secrets_in,
    shown,
    signing_secrets,
    what_to_look_at,
)

_DRAIN = 5.0
"""Seconds; somebody sits there and pressed Ctrl-C."""

_BACKOFF = Backoff(first=1.0)


@attrs.frozen(kw_only=True)
class ListenRequest:
    """What was asked for on the command line."""

    host: str
    port: int
    path: str
    secret_env: str
    inbox: Inbox
    kept_in: str
    forward: str | None
    json: bool
    unsigned: bool
    metrics_port: int | None = None
    secret_file: Path | None = None


async def listen_for_events(request: ListenRequest) -> int:
    """Receive until it is interrupted."""
    await _check_host(request.host)
    secrets, file = _secrets(request), request.secret_file
    metrics = checked_metrics(request.metrics_port)
    receiver = Receiver(
        signing_secret=secrets if file is None else secrets_of_file(file),
        inbox=request.inbox,
        backoff=_BACKOFF,
        drain=_DRAIN,
        unsafe_accept_unsigned=request.unsigned,
        on_delivery=None if metrics is None else metrics.on_delivery,
        on_run=None if metrics is None else metrics.on_run,
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
                f"{context.received:%Y-%m-%d %H:%M:%S}  --> {event.type:<28} {event.id}  {subject}"
            )

    async def tell(line: str) -> None:
        """What became of forwarding; not among the JSON of events."""
        if request.json:
            note(line)
        else:
            with suppress(OSError):  # what was posted isn't posted again for a full disk
                await output.say(line)

    target = None if request.forward is None else receiver_url(request.forward, "--forward")
    if target is not None:
        _forward(receiver, target, secrets, request, tell)

    def started(url: str) -> None:
        note(f"Listening on {url}; events are kept in {request.kept_in}. Stop with Ctrl-C.")
        if target is not None:
            note(f"Each is posted on to {shown(target)}")

    page = metrics_shown(metrics, request.metrics_port, inbox=receiver.inbox, receiver=receiver)
    async with page:
        await serve(
            receiver, host=request.host, port=request.port, path=request.path, on_start=started
        )
    return COMPLETE


async def _check_host(host: str) -> None:
    """Before anything is made."""
    try:
        await asyncio.get_running_loop().getaddrinfo(host, None)
    except (gaierror, UnicodeError):  # the resolver, or Python before it asks one
        raise InvalidParameterError(
            "host", f"there is no address {host} on this machine, such as 127.0.0.1"
        ) from None


def _secrets(request: ListenRequest) -> list[str] | None:
    checks.whole_number(request.port, "port", 0, 65535)
    if request.secret_file is not None:
        return secrets_in(request.secret_file)
    if request.unsigned and not os.environ.get(request.secret_env, "").strip():
        return None
    return signing_secrets(request.secret_env, "--unsafe-accept-unsigned takes what anybody sends")


def _forward(
    receiver: Receiver,
    url: URL,
    secrets: list[str] | None,
    request: ListenRequest,
    tell: Callable[[str], Awaitable[None]],
) -> None:
    """Post each event on, signed anew; what isn't answered 2xx is posted again later."""

    @receiver.on("*", name="forward")
    async def forward(event: Event, context: Context) -> None:
        now = receiver.clock.now()
        secret = secrets[0] if secrets else None
        if request.secret_file is not None:
            secret = secrets_in(request.secret_file)[0]
        try:
            answer = await post_event(url, event.body, secret, now)
        except NoAnswerError as error:
            came, why = "no answer", str(error)
        else:
            came = str(answer.status)
            why = what_to_look_at(answer, request.secret_env if secrets else None)
            why = "" if answer.is_good else why
        line = f"{from_unix(now):%Y-%m-%d %H:%M:%S}  <-- [{came}] POST {shown(url)}  {event.id}"
        if not why:
            await tell(line)
            return
        if context.is_last_attempt:
            again = f"oncehub inbox retry {event.id} --file {request.kept_in} posts it again"
            await tell(f"{line}: {why}; given up, {again}")
            raise GiveUp(f"{came}: {why}")
        wait = _BACKOFF.wait(context.attempt, chance=0.0)
        await tell(f"{line}: {why}; again in {span(wait)}")
        raise RetryLater(wait, f"{came}: {why}")


async def listen(
    *,
    port: int = 8080,
    host: str = "127.0.0.1",
    path: str = "/webhooks/oncehub",
    secret_env: str = VARIABLE,
    secret_file: Path | None = None,
    inbox: Annotated[str, Parameter(alias="-i")] = "inbox.db",
    forward: str | None = None,
    json: bool = False,
    unsafe_accept_unsigned: bool = False,
    metrics_port: int | None = None,
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
    secret_file
        The file that holds it instead, and is read again when a signature is refused: oncehub
        webhooks create and oncehub watchdog --recreate write it.
    inbox
        The file in which events are kept, made if it isn't there; or postgresql://..., where
        several processes on any hosts keep them.
    forward
        Post each event to this URL too, until it answers 2xx.
    json
        Print the events as JSON, one a line.
    unsafe_accept_unsigned
        Accept what anybody sends (v1 webhooks are not signed).
    metrics_port
        Show metrics for Prometheus at this port of 127.0.0.1, under /metrics, and under /ready
        whether deliveries are accepted, or why not.
    """
    kept, kept_in = inbox_at(inbox, "inbox")
    return await listen_for_events(
        ListenRequest(
            host=host,
            port=port,
            path=path,
            secret_env=secret_env,
            inbox=kept,
            kept_in=kept_in,
            forward=forward,
            json=json,
            unsigned=unsafe_accept_unsigned,
            metrics_port=metrics_port,
            secret_file=(
                None if secret_file is None else checks.local_path(secret_file, "secret_file")
            ),
        )
    )
