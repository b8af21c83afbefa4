"""How the simulated service behaves where no source tells how the real one does."""

from typing import Literal

import attrs

from .._ground import checks

DeletedCursor = Literal["position", "error", "restart", "empty"]


@attrs.frozen(kw_only=True)
class Service:
    """The open questions, each with an answer that a test can choose.

    `deleted_cursor`: what a list does whose `after` or `before` names an object that was deleted
    or doesn't match the filters: goes on from where it stood ("position"), 400 ("error"), answers
    as if there were no cursor ("restart"), or with nothing ("empty").
    `sms_has_more`: whether the SMS list has `has_more`, which its document leaves out.
    `addresses_in_slots`: whether a slot's physical location has the address's text as its value,
    as since August 2026, or nothing there, as in April.
    `link_base`: what the URLs in a `Link` header start with; the vendor's examples have no `/v2`.
    """

    deleted_cursor: DeletedCursor = attrs.field(
        default="position",
        validator=checks.one_of("position", "error", "restart", "empty"),
    )
    sms_has_more: bool = False
    addresses_in_slots: bool = True
    link_base: str = "https://api.oncehub.com"
