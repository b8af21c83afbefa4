"""Query strings: taken apart without losing anything, and put together for any text.

Also for what isn't quite one: a plus that somebody forgot to encode, and the tags of mail tools.
https://url.spec.whatwg.org/#application/x-www-form-urlencoded
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote_plus

import attrs

from .._ground import checks


@attrs.frozen
class QueryParameter:
    """A name and its value, decoded; `raw` is how the two stand in the link."""

    name: str
    value: str = attrs.field(repr=False)
    raw: str = attrs.field(repr=False, eq=False)


def folded(name: str) -> str:
    """A parameter's name as it is compared: OnceHub reads names in upper and lower case alike."""
    return name.lower()


def parse_query(query: str) -> tuple[QueryParameter, ...]:
    """The parameters in their order; what is not UTF-8 is decoded with U+FFFD in its place."""
    return tuple(_parse_pair(pair) for pair in query.split("&") if pair)


def _parse_pair(raw: str) -> QueryParameter:
    name, _, value = raw.partition("=")
    return QueryParameter(unquote_plus(name), unquote_plus(value), raw)


def query_parameter(name: str, value: object, param: str) -> QueryParameter:
    """A parameter with any text as its value; `param` names it in the error."""
    text = checks.any_text(value, param)
    return QueryParameter(name, text, f"{encode(name, param)}={encode(text, param)}")


def encode(text: str, param: str) -> str:
    """Percent-encoded UTF-8: only letters, digits and `-._~` stand for themselves.

    A space becomes `%20`, for `+` is a space to some readers and a plus to others.
    """
    return quote(checks.encodable(text, param), safe="")


def changed(
    parameters: Iterable[QueryParameter], changes: Mapping[str, QueryParameter | None]
) -> tuple[QueryParameter, ...]:
    """What is set takes the place of what was there, else comes last; None takes it out.

    Of a name that stood there several times, in whatever case, only the new one is left.
    """
    open_changes = {folded(name): change for name, change in changes.items()}
    changing = frozenset(open_changes)
    result = []
    for parameter in parameters:
        if (name := folded(parameter.name)) not in changing:
            result.append(parameter)
        elif (replacement := open_changes.pop(name, None)) is not None:
            result.append(replacement)
    return (*result, *(added for added in open_changes.values() if added is not None))


def query_text(parameters: Iterable[QueryParameter]) -> str:
    """The query string, without a question mark."""
    return "&".join(parameter.raw for parameter in parameters)


_NUMBERS = frozenset({"mobile_phone", "phone", "mobile"})
_ADDRESSES = frozenset({"email", "host", "co_hosts", "customerguests"})
_EACH = re.compile(r"[^,;]+")
# Country codes don't begin with 0.
_LOST = re.compile(r"^ +(?=\(?[1-9])")


def with_plus(name: str, value: str) -> str:
    """The value of a parameter, with the pluses that somebody forgot to encode.

    Every reader of query strings takes them for spaces: `?email=carrie+test@example.com` says
    "carrie test@example.com", `&phone=+49170...` " 49170...". Neither can be meant: no address
    holds a space, and no number begins with one.
    """
    key = folded(name)
    if key in _NUMBERS:
        return _LOST.sub("+", value)
    return address_with_plus(value) if key in _ADDRESSES else value


def address_with_plus(text: str) -> str:
    """An e-mail address, or several with commas or semicolons between."""
    return _EACH.sub(lambda each: _one_address(each[0]), text)


def _one_address(text: str) -> str:
    local, at, domain = text.partition("@")
    name = local.strip(" ")
    # "Carrie Customer <carrie@example.com>" holds a real space.
    if not at or " " not in name or " " in domain.strip(" ") or set(text) & set('<>"'):
        return text
    return f"{local.replace(name, name.replace(' ', '+'))}@{domain}"


# HubSpot and most others, Mailchimp, Salesforce, ActiveCampaign, Keap, Word, Marketo's scripts.
# https://help.oncehub.com/scheduleonce/sharing-publishing/personalized-links/personalized-links-in-email-marketing-apps
_TAG = re.compile(
    r"\{\{[^{}]+\}\}|\*\|[^*|]+\|\*|%%[^%]+%%|\[\[[^\[\]]+\]\]|%[A-Z][A-Z0-9_]{2,}%"
    r"|~[\w.]+~|<<[^<>]+>>|\$\{[^{}]+\}"
)


def holds_merge_tag(text: str) -> bool:
    """Whether a mail tool or CRM will put something else there: `{{contact.firstname}}`."""
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
