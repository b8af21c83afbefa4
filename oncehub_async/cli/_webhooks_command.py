"""`oncehub webhooks`: the account's subscriptions to events."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cyclopts import App

from .._client import OnceHub
from .._ground import checks, open_private
from ..errors import GoneError, InvalidParameterError, NotFoundError
from ..models import Webhook, to_dict
from . import COMPLETE, FAILED, NOT_THERE
from ._listed_values import refuse_unlisted_events
from ._object_ids import checked_id
from ._output import complain, say, say_json
from ._terminal_table import say_table

Proxy = str | None

app = App(name="webhooks", help="List, create and delete the account's webhooks.")


@app.command(name="list")
async def list_(*, json: bool = False, proxy: str | None = None) -> int:
    """List the account's webhooks, without their secrets.

    For example: oncehub webhooks list --json.

    Parameters
    ----------
    json
        Print JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    async with OnceHub(proxy=proxy) as oncehub:
        webhooks = await oncehub.webhooks.list().collect()
    if json:
        say_json([_without_secret(webhook) for webhook in webhooks])
        return COMPLETE
    say_table(
        ("id", "name", "url", "events", "created"),
        (
            (
                each.id,
                each.name or "",
                each.url or "",
                ", ".join(each.events or ()),
                f"{each.creation_time:%Y-%m-%d}" if each.creation_time else "",
            )
            for each in webhooks
        ),
    )
    return COMPLETE


@app.command
async def create(
    *events: str,
    name: str,
    url: str,
    secret_file: Path | None = None,
    unlisted: bool = False,
    json: bool = False,
    proxy: str | None = None,
) -> int:
    """Create a webhook, and print its signing secret, this once.

    For example: oncehub webhooks create booking.scheduled booking.canceled --name CRM --url
    https://example.com/webhooks/oncehub --secret-file secret.txt.

    Parameters
    ----------
    events
        What to report, such as booking.scheduled; "booking" (all of booking.*), if none is named.
    name
        A name that no other webhook of the account has.
    url
        Where to deliver; it has to start with https://.
    secret_file
        Write the secret into this new file, which only you may read, instead of printing it.
    unlisted
        Subscribe to events that OnceHub doesn't list (as yet), which are otherwise taken for slips.
    json
        Print JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    if not unlisted:
        refuse_unlisted_events(events)
    if secret_file is not None:
        secret_file = checks.local_path(secret_file, "secret_file")
    # The file comes first: with the webhook made and no place for its secret, it would be lost.
    with _new_file(secret_file) as write:
        async with OnceHub(proxy=proxy) as oncehub:
            webhook = await oncehub.webhooks.create(
                name=name, url=url, events=events or ["booking"]
            )
        kept = write(webhook.signing_secret) if webhook.signing_secret else False
    _tell(webhook, secret_file if kept else None, json)
    if not webhook.signing_secret:
        complain(f"OnceHub told no signing secret; delete {webhook.id} and create it again")
        return FAILED
    if secret_file is not None and not kept:
        complain(f"{secret_file}: can't be written; the secret is above, this once")
        return FAILED
    return COMPLETE


@app.command
async def delete(*ids: str, proxy: str | None = None) -> int:
    """Delete webhooks; nothing more is delivered.

    Exit codes: 0 all deleted, 1 failed, 2 wrong usage, 3 some of them are not there.

    For example: oncehub webhooks delete WHK-8K2LQ9X.

    Parameters
    ----------
    ids
        Their ids, such as WHK-8K2LQ9X.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    if not ids:
        raise InvalidParameterError("ids", "name at least one webhook (oncehub webhooks list)")
    for each in ids:
        checked_id(each, ("WHK",), "ids")
    code = COMPLETE
    async with OnceHub(proxy=proxy) as oncehub:
        for each in ids:
            try:
                await oncehub.webhooks.delete(each)
                say(f"{each} deleted")
            except (NotFoundError, GoneError) as error:
                complain(f"{each} is not there: {error}")
                code = NOT_THERE
    return code


def _tell(webhook: Webhook, secret_file: Path | None, json: bool) -> None:
    if json:
        shown = _without_secret(webhook)
        say_json(shown if secret_file else shown | {"signing_secret": webhook.signing_secret})
        return
    say(f"{webhook.id} delivers {', '.join(webhook.events or ())} to {webhook.url}")
    if secret_file is not None:
        say(f"Its signing secret is in {secret_file}")
    elif webhook.signing_secret:
        say(f"Its signing secret, which is not shown again: {webhook.signing_secret}")


def _without_secret(webhook: Webhook) -> dict[str, Any]:
    hidden = ("secret", "signing_secret")
    return {name: value for name, value in to_dict(webhook).items() if name not in hidden}


@contextmanager
def _new_file(path: Path | None) -> Iterator[Callable[[str], bool]]:
    """A file that only its owner may read: writes a text and tells whether it is on the disk.

    It is removed if nothing gets into it.
    """
    if path is None:
        yield lambda _text: False
        return
    try:
        descriptor = open_private(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        raise InvalidParameterError("secret_file", f"{path} is there already") from None
    except OSError as error:
        raise InvalidParameterError("secret_file", f"{path}: {error.strerror}") from None
    is_kept = False

    def write(text: str) -> bool:
        nonlocal is_kept
        with suppress(OSError):
            os.write(descriptor, text.encode())
            os.fsync(descriptor)
            is_kept = os.fstat(descriptor).st_size == len(text.encode())
        return is_kept

    try:
        yield write
    finally:
        os.close(descriptor)
        if not is_kept:
            path.unlink(missing_ok=True)
