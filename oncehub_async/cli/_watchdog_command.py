"""`oncehub watchdog`: whether OnceHub's events still come."""

import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import attrs

from .._client import OnceHub
from .._ground import checks, text_in_seconds
from ..errors import InvalidParameterError, OnceHubError
from ..webhooks import (
    CaughtUp,
    Inbox,
    WebhookLook,
    WebhookWatch,
    catch_up,
    recreate_webhook,
    shared_inbox,
)
from . import COMPLETE, FAILED, SILENT
from ._inbox_entries import DEFAULT_INBOX, InboxOption
from ._metrics_option import checked_metrics, metrics_shown
from ._object_ids import checked_id
from ._output import complain, note, say, say_json_line, several, span
from ._watch_command import interruption

_SHORTEST, _USUAL = 10.0, 900.0


@attrs.frozen(kw_only=True)
class WatchdogRequest:
    """What was asked for on the command line."""

    file: str
    every: float
    patience: float
    once: bool
    recreate: bool
    webhook: str | None
    secret_file: Path | None
    json: bool
    metrics_port: int | None
    proxy: str | None


async def watch_webhooks(request: WatchdogRequest) -> int:
    """Look until it is interrupted, or once."""
    async with shared_inbox(request.file) as inbox, OnceHub(proxy=request.proxy) as oncehub:
        metrics = checked_metrics(request.metrics_port)
        watch = WebhookWatch(
            oncehub,
            inbox,
            every=request.every,
            patience=request.patience,
            on_look=None if metrics is None else metrics.on_look,
        )
        if request.once:
            look = await watch.look()
            _tell(look, request)
            if look.is_silent and request.recreate:
                await _make_anew(oncehub, inbox, request)
            return FAILED if look.error is not None else SILENT if look.is_silent else COMPLETE
        async with metrics_shown(metrics, request.metrics_port, inbox=inbox):
            return await _watch(watch, oncehub, inbox, request)


async def _watch(
    watch: WebhookWatch, oncehub: OnceHub, inbox: Inbox, request: WatchdogRequest
) -> int:
    note(f"Looking every {span(request.every)} whether events come. Stop it with Ctrl-C.")
    was_silent = was_made = False
    with interruption() as interrupted:
        try:
            async with aclosing(watch.looks()) as looks:
                async for look in looks:
                    if look.is_silent != was_silent or look.error or request.json:
                        _tell(look, request)
                    # Once in a silence, however long the new one's first event takes.
                    was_made = look.is_silent and was_made
                    if look.is_silent and not was_made and request.recreate:
                        was_made = await _make_anew(oncehub, inbox, request)
                    was_silent = look.is_silent
        except asyncio.CancelledError:
            # To be interrupted is how a watch is meant to end.
            task = asyncio.current_task()
            if task is None or not interrupted.is_set():
                raise
            task.uncancel()
    return SILENT if was_silent else COMPLETE


async def _make_anew(oncehub: OnceHub, inbox: Inbox, request: WatchdogRequest) -> bool:
    """A new webhook, and events for what was missed; what fails is told, and the watch goes on.

    Gives whether there is a new webhook.
    """
    if request.secret_file is None:
        return False
    try:
        new = await recreate_webhook(oncehub, request.secret_file, webhook=request.webhook)
    except (OnceHubError, OSError) as error:
        complain(f"the webhook could not be made anew: {error}")
        return False
    note(f"{new.id} takes its place; its signing secret is in {request.secret_file}")
    try:
        report: CaughtUp = await catch_up(oncehub, inbox)
    except (OnceHubError, OSError) as error:
        complain(f"what was missed could not be caught up: {error}; run oncehub catch-up")
    else:
        note(f"{several(sum(report.missing.values()), 'missed event')} put into the inbox")
    return True


def _check_place(file: Path) -> None:
    """Before the day on which it is needed."""
    folder = file.absolute().parent
    if file.is_dir():
        raise InvalidParameterError("secret_file", f"{file} is a folder, not a file")
    if not folder.is_dir():
        raise InvalidParameterError("secret_file", f"there is no folder {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InvalidParameterError("secret_file", f"no file can be made in {folder}")


def _tell(look: WebhookLook, request: WatchdogRequest) -> None:
    if request.json:
        say_json_line(_as_dict(look))
        return
    at = text_in_seconds(look.at)
    if look.error is not None:
        complain(f"{at}  can't be told at the moment: {look.error}")
    elif look.is_silent:
        since = "" if look.missing_since is None else text_in_seconds(look.missing_since)
        of = f"{look.missing:,} of {several(look.changed, 'booking')} that changed"
        say(f"{at}  EVENTS DON'T COME: {of} have none, the first since {since}")
    else:
        say(f"{at}  events come: {several(look.changed, 'booking')} changed, and none is missing")


def _as_dict(look: WebhookLook) -> dict[str, object]:
    since = look.missing_since
    return {
        "at": text_in_seconds(look.at),
        "silent": look.is_silent,
        "changed": look.changed,
        "missing": look.missing,
        "missing_since": None if since is None else text_in_seconds(since),
        "error": look.error,
    }


async def watchdog(
    *,
    file: InboxOption = DEFAULT_INBOX,
    every: float | None = None,
    patience: float = 1800.0,
    once: bool = False,
    recreate: bool = False,
    webhook: str | None = None,
    secret_file: Path | None = None,
    json: bool = False,
    metrics_port: int | None = None,
    proxy: str | None = None,
) -> int:
    """Watch over webhooks: tell when events don't come though bookings change.

    OnceHub switches a webhook off that was refused for three days, and tells nobody. This command
    asks, with one request each time, which bookings changed; if the receiver's inbox has no event
    of one after half an hour, the webhook is off. docs/catching-up.md tells more.

    Exit codes: 0 events come, 1 that can't be told, 2 wrong usage, 4 they don't come.

    For example: oncehub watchdog --once, oncehub watchdog --recreate --secret-file secret.txt.

    Parameters
    ----------
    file
        The inbox's file, or its postgresql://... address, which the receiver is using.
    every
        Seconds from one look to the next; 900 unless you say otherwise.
    patience
        Seconds that an event may take to come.
    once
        Look once, at the last day, and end.
    recreate
        When events don't come, create the webhook anew, delete the old one, and catch up.
    webhook
        The id of the webhook to create anew, where the account has several.
    secret_file
        Where to put the new signing secret, for oncehub listen --secret-file; only you may read it.
    json
        Print each look as JSON, one a line.
    metrics_port
        Show metrics for Prometheus at this port of 127.0.0.1, under /metrics.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    if recreate and secret_file is None:
        raise InvalidParameterError("secret_file", "say where the new secret is to be put")
    if (secret_file is not None or webhook is not None) and not recreate:
        raise InvalidParameterError("recreate", "add --recreate, or leave its options out")
    if webhook is not None:
        checked_id(webhook, ("WHK",), "webhook")
    if secret_file is not None:
        _check_place(checks.local_path(secret_file, "secret_file"))
    if once and not (every is None and metrics_port is None):
        other = "--metrics-port" if every is None else "--every"
        raise InvalidParameterError("once", f"looks once and ends; leave {other} out")
    if every is not None and not every >= _SHORTEST:
        raise InvalidParameterError("every", "has to be 10 seconds or more")
    if not patience > 0:
        raise InvalidParameterError("patience", "has to be more than 0 seconds")
    return await watch_webhooks(
        WatchdogRequest(
            file=file,
            every=_USUAL if every is None else every,
            patience=patience,
            once=once,
            recreate=recreate,
            webhook=None if webhook is None else checks.object_id(webhook, "webhook"),
            secret_file=(
                None if secret_file is None else checks.local_path(secret_file, "secret_file")
            ),
            json=json,
            metrics_port=metrics_port,
            proxy=proxy,
        )
    )
