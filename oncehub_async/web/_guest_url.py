"""One door to the link that a guest gets: visible data, or none."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from .._client import OnceHub
from .._ground import checks
from ..errors import InvalidParameterError, OnceHubError
from ..models import OneTimeLink
from ._booking_link import BookingLink
from ._classic_link import ClassicLink
from ._query import folded, query_text, with_plus

_API_NAMES = {"name": "name", "email": "email", "mobile_phone": "phone"}


async def guest_url(
    link: BookingLink | ClassicLink, *, oncehub: OnceHub | None = None, id: str | None = None
) -> str:
    """The URL to give to a guest.

    Without a client it is the link itself, whose data everybody sees. With a client, OnceHub is
    asked for a one-time link to the booking calendar `id` that holds the guest's data and the utm
    parameters itself and shows none of it (`hide_url_params`); mobile_phone becomes the form's
    `phone`, which the API wants in E.164. Host, co-hosts and duration go with it; skip and time
    zone say nothing about anybody and stay in the URL. Unused, the link is gone after 90 days.

    The classic product has one-time links to a master page `id` only, and they hold no data: a
    `ClassicLink` with parameters is refused.

    Raises `InvalidParameterError`, and what the request raises, such as `NotFoundError`.

    https://help.oncehub.com/developers/api/#tag/booking-calendars/POST/booking-calendars/{id}/one-time-links
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
        id,
        booking_form=_form(link),
        utm_params=link.utm,
        hide_url_params=True,
        booking_settings=_settings(link) or None,
    )
    in_url = link.settings - _settings(link).keys()
    settings = query_text(
        each for each in link.parameters if link.documented_name(each.name) in in_url
    )
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


def _settings(link: BookingLink) -> dict[str, str | int]:
    """What the API takes as settings of the booking calendar, never as a guest's answers."""
    settings = {
        "host": link.host,
        "co_hosts": ",".join(link.co_hosts),
        "duration_minutes": link.duration_minutes,
    }
    return {name: value for name, value in settings.items() if value}


def _form(link: BookingLink) -> dict[str, str | Sequence[str]] | None:
    """The booking form as the API takes it: a question given several times is a multi-select."""
    guest: dict[str, str] = {}
    answers: dict[str, list[str]] = {}
    spellings: dict[str, str] = {}
    for each in link.parameters:
        name, value = link.documented_name(each.name), with_plus(each.name, each.value)
        if name in link.guest_data:
            guest.setdefault(_API_NAMES[name], value)
        elif name is None:
            spelling = spellings.setdefault(folded(each.name), each.name)
            answers.setdefault(spelling, []).append(value)
    if "phone" in guest and "phone" in spellings:
        raise InvalidParameterError(
            "link", "has phone and mobile_phone, which are one field of the form; leave one out"
        )
    own = {name: each[0] if len(each) == 1 else each for name, each in answers.items()}
    return {**guest, **own} or None


def _url(one_time: OneTimeLink) -> str:
    if not one_time.url:
        raise OnceHubError("OnceHub made a one-time link but did not tell its URL")
    return one_time.url
