"""How the simulated service behaves where no source tells how the real one does."""

from typing import Literal

import attrs

from .._ground import checks
from ._data.kind import Body

DeletedCursor = Literal["position", "error", "restart", "empty"]
WebhookSecrets = Literal["shown", "at_creation"]


@attrs.frozen(kw_only=True)
class Service:
    """The open questions, each with an answer that a test can choose.

    `deleted_cursor`: what a list does whose `after` or `before` names an object that was deleted
    or doesn't match the filters: goes on from where it stood ("position"), 400 ("error"), answers
    as if there were no cursor ("restart"), or with nothing ("empty").
    `sms_has_more`: whether the SMS list has `has_more`, which its document leaves out.
    `addresses_in_slots`: whether a slot's physical location has the address's text as its value,
    as since August 2026, or nothing there, as in April.
    `webhook_secrets`: whether GET and list of webhooks show their secrets, as the examples in the
    vendor's document do ("shown"), or only the answer that creates one does, as the reference of
    v2.0.0 says ("at_creation").
    `link_base`: what the URLs in a `Link` header start with; the vendor's examples have no `/v2`.
    """

    deleted_cursor: DeletedCursor = attrs.field(
        default="position",
        validator=checks.one_of("position", "error", "restart", "empty"),
    )
    sms_has_more: bool = False
    addresses_in_slots: bool = True
    webhook_secrets: WebhookSecrets = attrs.field(
        default="shown", validator=checks.one_of("shown", "at_creation")
    )
    link_base: str = "https://api.oncehub.com"

    def shown_again(self, body: Body) -> Body:
        """An object as a GET and a list show it, though its creation may have told more."""
        if self.webhook_secrets == "at_creation" and body.get("object") == "webhook":
            return {name: value for name, value in body.items() if name != "secret"}
        return body
