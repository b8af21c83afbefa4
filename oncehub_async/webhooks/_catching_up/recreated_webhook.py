"""A webhook that is off, made anew: there is no way to switch one on again."""

import logging
import re
from pathlib import Path

from ..._client import Resources
from ..._ground import checks, fields
from ...errors import GoneError, InvalidParameterError, NotFoundError
from ...models import Webhook
from .._accepting.secret_file import new_secret_file
from .._webhook_errors import SecretsNotShownError

logger = logging.getLogger("oncehub_async.webhooks")

_NUMBERED = re.compile(r"(.*) \((\d{1,6})\)", re.ASCII | re.DOTALL)


async def recreate_webhook(
    oncehub: Resources, secret_file: str | Path, *, webhook: str | None = None
) -> Webhook:
    """Create a webhook like one that is off, put its secret into a file, and delete the old one.

    Its name is that of the old one with a number, such as "CRM (2)", for names are unique in an
    account, and so there is no moment without a webhook. In the file (mode 0600) the new secret
    stands before the one that was there, which deliveries on their way may be signed with;
    `secrets_of_file` reads it. What was begun before and broke off is finished: of two webhooks
    that are alike but for the number, the first is the one that is off.

    `webhook`: its id; needed where the account has several.

    Raises `InvalidParameterError` for a webhook that isn't there or isn't named,
    `SecretsNotShownError`, `OSError` where the file can't be written (the new webhook is deleted
    again then), and `RequestError`.
    """
    file = checks.local_path(Path(secret_file), "secret_file")
    with new_secret_file(file) as writing:  # first: without a place, the secret would be lost
        webhooks = [each async for each in oncehub.webhooks.list()]
        old = _chosen(webhooks, webhook)
        new = successor(old, webhooks)
        if new is not None and not new.signing_secret:
            # Its secret was shown once, to a run that may have ended before it was written.
            await _delete(oncehub, new.id)
            new = None
        new = new or await oncehub.webhooks.create(
            name=next_name(old.name or "Webhook"), url=old.url or "", events=list(old.events or ())
        )
        try:
            writing.put_first(_secret_of(new))
        except BaseException:
            await oncehub.webhooks.delete(new.id)
            raise
    await _delete(oncehub, old.id)
    logger.warning(
        "webhook %s takes the place of %s", new.id, old.id, extra=fields(webhook_id=new.id)
    )
    return new


async def _delete(oncehub: Resources, id: str) -> None:
    try:
        await oncehub.webhooks.delete(id)
    except (NotFoundError, GoneError):
        logger.info("webhook %s was gone already", id, extra=fields(webhook_id=id))


def _secret_of(webhook: Webhook) -> str:
    if not webhook.signing_secret:
        raise SecretsNotShownError(
            f"signing_secret: OnceHub told none when webhook {webhook.id} was made"
        )
    return webhook.signing_secret


def next_name(name: str) -> str:
    """Another name that tells which it was: "CRM (2)" after "CRM", then "CRM (3)"."""
    found = _NUMBERED.fullmatch(name)
    return f"{name} (2)" if found is None else f"{found[1]} ({int(found[2]) + 1})"


def successor(old: Webhook, webhooks: list[Webhook]) -> Webhook | None:
    """What an earlier run made to take a webhook's place, before it broke off."""
    for each in webhooks:
        if (
            each.name == next_name(old.name or "Webhook")
            and each.url == old.url
            and set(each.events or ()) == set(old.events or ())
        ):
            return each
    return None


def _chosen(webhooks: list[Webhook], id: str | None) -> Webhook:
    if id is not None:
        for each in webhooks:
            if each.id == id:
                return each
        raise InvalidParameterError("webhook", f"the account has no webhook {id}")
    made = [successor(each, webhooks) for each in webhooks]
    firsts = [each for each in webhooks if each not in made]
    if len(firsts) != 1:
        raise InvalidParameterError(
            "webhook",
            f"the account has {len(webhooks)} webhooks: name one"
            if webhooks
            else "the account has none: create one (oncehub webhooks create)",
        )
    return firsts[0]
