"""Tags that a mail tool or CRM replaces in a link: `{{contact.firstname}}`, `*|FNAME|*` and so on.

https://help.oncehub.com/scheduleonce/sharing-publishing/personalized-links/personalized-links-in-email-marketing-apps
"""

import re

from ._query import QueryParameter, encode

# HubSpot and most others, Mailchimp, Salesforce, ActiveCampaign, Keap, Word, Marketo's scripts.
_TAG = re.compile(
    r"\{\{[^{}]+\}\}|\*\|[^*|]+\|\*|%%[^%]+%%|\[\[[^\[\]]+\]\]|%[A-Z][A-Z0-9_]{2,}%"
    r"|~[\w.]+~|<<[^<>]+>>|\$\{[^{}]+\}"
)


def holds_merge_tag(text: str) -> bool:
    """Whether a mail tool will put something else there."""
    return _TAG.search(text) is not None


def readable_tags(parameter: QueryParameter) -> str:
    """The parameter as it stands in a mail tool's template: tags as they are, the rest encoded."""
    # One that stands there as it is may hold what looks like an escape: %%Date%%.
    if holds_merge_tag(parameter.raw) or not holds_merge_tag(parameter.value):
        return parameter.raw
    tags = _TAG.findall(parameter.value)
    between = [encode(part, parameter.name) for part in _TAG.split(parameter.value)]
    text = "".join(part + tag for part, tag in zip(between, [*tags, ""], strict=True))
    return f"{encode(parameter.name, parameter.name)}={text}"
