"""A guest's data from where an application has it: a contact, or a web form.

One door to the link that a guest gets: visible data, or none.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .._client import OnceHub
from .._ground import checks
from ..errors import InvalidParameterError, OnceHubError
from ..models import Contact, OneTimeLink, UtmParams
from ._booking_link import BookingLink
from ._classic_link import ClassicLink
from ._link import UTM_NAMES, Link, utm_params
from ._query import query_text


def full_name(contact: Contact) -> str | None:
    """First and last name, as far as they are known."""
    names = (contact.first_name, contact.last_name)
    return " ".join(name for name in names if name) or None


def known_time_zone(contact: Contact) -> str | None:
    """The contact's time zone, if it is an IANA name."""
    try:
        return checks.time_zone(contact.timezone, "timezone")
    except InvalidParameterError:
        return None


def contact_properties(contact: Contact, properties: Iterable[str]) -> dict[str, str]:
    """The named properties of a contact, its custom fields included, as far as they have a value.

    Only what is named: a link is visible to others.
    """
    if isinstance(properties, str):
        raise InvalidParameterError("properties", "expected a list of names")
    custom = {field.name: field.value for field in contact.custom_fields or ()}
    result = {}
    for name in properties:
        value: Any = custom.get(name)
        if value is None and name != "unknown_fields":
            value = getattr(contact, name, None)
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise InvalidParameterError(
                f"properties.{name}", "is neither a text nor a number; pass what it should say"
            )
        if value is not None and value != "":
            result[name] = str(value)
    return result


def form_fields(
    cls: type[Link], form: Mapping[str, object], fields: Mapping[str, str] | None
) -> tuple[dict[str, str], dict[str, str], UtmParams | None]:
    """What a form says: guest data, the account's own fields, and UTM parameters.

    `fields` maps the form's names to the link's. Without it, only what is named as the vendor
    names guest data is taken: a form holds more than belongs into a link, and a visitor may not
    set what the page does. What is empty or missing is left out.
    """
    names = {name: name for name in cls.guest_data} if fields is None else fields
    guest: dict[str, str] = {}
    own: dict[str, str] = {}
    utm: dict[str, str | None] = {}
    for ours, theirs in names.items():
        if theirs in cls.settings:
            raise InvalidParameterError(
                f"fields.{ours}", f"'{theirs}' is not the visitor's to set; pass it as an argument"
            )
        value = form.get(ours)
        if value is None or value == "":
            continue
        if not isinstance(value, str):
            raise InvalidParameterError(ours, f"expected text, got {type(value).__name__}")
        if theirs in cls.guest_data:
            guest[theirs] = value
        elif theirs in UTM_NAMES:
            utm[theirs.removeprefix("utm_")] = value
        else:
            own[theirs] = value
    return guest, own, utm_params(utm)


_API_NAMES = {"name": "name", "email": "email", "mobile_phone": "phone"}


async def guest_url(
    link: BookingLink | ClassicLink, *, oncehub: OnceHub | None = None, id: str | None = None
) -> str:
    """The URL to give to a guest.

    Without a client it is the link itself, whose data everybody sees. With a client, OnceHub is
    asked for a one-time link to the booking calendar `id` that holds the guest's data and the utm
    parameters itself and shows none of it (`hide_url_params`); mobile_phone becomes the form's
    `phone`, which the API wants in E.164. The page's settings (skip, co-hosts, time zone) say
    nothing about the guest and stay in the URL. Unused, the link is gone after 90 days.

    The classic product has one-time links to a master page `id` only, and they hold no data: a
    `ClassicLink` with parameters is refused.

    Raises `InvalidParameterError`, and what the request raises, such as `NotFoundError`.

    https://developers.oncehub.com/reference/booking-calendars-create-a-one-time-link
    """
    if oncehub is None:
        if id is not None:
            raise InvalidParameterError("id", "is for one-time links; pass a client too")
        return str(link)
    if id is None:
        wanted = "booking calendar" if isinstance(link, BookingLink) else "master page"
        raise InvalidParameterError("id", f"is missing: which {wanted} shall the link be for?")
    checks.object_id(id)
    if isinstance(link, ClassicLink):
        return await _classic_url(link, oncehub, id)
    if not id.startswith("BKC-"):
        raise InvalidParameterError("id", "expected a booking calendar's, such as 'BKC-LDJ878496X'")
    one_time = await oncehub.booking_calendars.create_one_time_link(
        id, booking_form=_form(link), utm_params=link.utm, hide_url_params=True
    )
    settings = query_text(each for each in link.parameters if each.name in link.settings)
    url = _url(one_time)
    return url if not settings else f"{url}{'&' if urlsplit(url).query else '?'}{settings}"


async def _classic_url(link: ClassicLink, oncehub: OnceHub, id: str) -> str:
    if link.parameters:
        raise InvalidParameterError(
            "link",
            "a one-time link of the classic product can't hold its parameters; take them away, or "
            "put them visibly on the one-time link: ClassicLink(url, ...)",
        )
    if not id.startswith("MP-"):
        raise InvalidParameterError("id", "expected a master page's, such as 'MP-GF8UKSEYGJ'")
    return _url(await oncehub.master_pages.create_one_time_link(id))


def _form(link: BookingLink) -> dict[str, str | Sequence[str]] | None:
    """The booking form as the API takes it: a question given several times is a multi-select."""
    guest: dict[str, str] = {}
    answers: dict[str, list[str]] = {}
    for each in link.parameters:
        if each.name in link.guest_data:
            guest.setdefault(_API_NAMES[each.name], each.value)
        elif not link.is_documented(each.name):
            answers.setdefault(each.name, []).append(each.value)
    if "phone" in guest and "phone" in answers:
        raise InvalidParameterError(
            "link", "has phone and mobile_phone, which are one field of the form; leave one out"
        )
    own = {name: each[0] if len(each) == 1 else each for name, each in answers.items()}
    return {**guest, **own} or None


def _url(one_time: OneTimeLink) -> str:
    if not one_time.url:
        raise OnceHubError("OnceHub made a one-time link but did not tell its URL")
    return one_time.url
