"""`oncehub link`: a booking link, built or taken apart."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from ..errors import InvalidParameterError
from ..models import UtmParams
from ..web import CLASSIC_HOST, BookingLink, ClassicLink, is_classic
from . import COMPLETE
from ._guest_links import say_links
from ._output import note as say_beside
from ._output import say_document, say_json

_OPTIONS = {"co_hosts": "co_host", "guests": "guest", "duration_minutes": "duration"}
"""The options whose names aren't those of the arguments."""


def build_link(
    url: str,
    *,
    name: str | None = None,
    email: str | None = None,
    mobile_phone: str | None = None,
    company: str | None = None,
    mobile: str | None = None,
    phone: str | None = None,
    location: str | None = None,
    subject: str | None = None,
    note: str | None = None,
    guest: tuple[str, ...] = (),
    field: tuple[str, ...] = (),
    host: str | None = None,
    co_host: tuple[str, ...] = (),
    duration: int | None = None,
    time_zone: str | None = None,
    booking_page_name: str | None = None,
    skip: Annotated[bool | None, Parameter(negative="--no-skip")] = None,
    utm_source: str | None = None,
    utm_medium: str | None = None,
    utm_campaign: str | None = None,
    utm_term: str | None = None,
    utm_content: str | None = None,
    custom_domain: str | None = None,
    classic: bool = False,
    merge_tags: bool = False,
    guests_csv: Annotated[str | None, Parameter(allow_leading_hyphen=True)] = None,
    column: tuple[str, ...] = (),
    json: bool = False,
) -> int:
    """Build a booking link, or take one apart with --json. Needs no key and no network.

    For example: oncehub link https://oncehub.com/live-demo --name "Ann B" --skip, for a mail tool
    oncehub link https://oncehub.com/live-demo --email "{{contact.email}}" --merge-tags, and for a
    table oncehub link https://oncehub.com/live-demo --guests-csv guests.csv > links.csv.

    Everybody who sees the link sees what it carries. The link says of which product it is:
    https://oncehub.com/... is a booking calendar or booking hub, https://go.oncehub.com/... a
    booking page or master page of the classic product.

    Parameters
    ----------
    url
        The link to start from. What is on it stays; what is set takes the place of what was there.
    name
        The guest's name.
    email
        The guest's address.
    mobile_phone
        The guest's number for text messages (booking calendars).
    company
        The guest's company (classic).
    mobile
        The guest's mobile number (classic).
    phone
        The guest's phone number (classic).
    location
        Where to meet (classic).
    subject
        What the meeting is about (classic).
    note
        A note to the booking (classic).
    guest
        The address of somebody who comes along (classic). Up to ten times.
    field
        An answer to a custom question, such as meeting_reason=Demo. Can be given several times.
    host
        The address of the team's member who is to be the host (team calendars).
    co_host
        The address of a user who takes part (booking calendars). Can be given several times.
    duration
        The minutes of one of the durations that are offered (booking calendars).
    time_zone
        The time zone that times are shown in at first, such as Europe/Berlin (booking calendars).
    booking_page_name
        The booking page to choose on a master page (classic).
    skip
        Leave out the form if all that it requires is filled in; --no-skip says not to.
    utm_source
        Where the visitor comes from, and so on with the other four.
    custom_domain
        The account's own domain, if the link is on it.
    classic
        The link on the account's own domain is of the classic product.
    merge_tags
        Leave a mail tool's tags readable: {{contact.firstname}}, *|FNAME|*, %%First%%, [[name]].
    guests_csv
        A CSV file of guests (- is standard input): print it again, with a column of links.
    column
        Which column says what, such as "First name=name"; several for one are put together with
        spaces. Without it columns of the parameters' names are taken. Can be given several times.
    json
        Print the link and what is on it as JSON.
    """
    utm = UtmParams(
        source=utm_source,
        medium=utm_medium,
        campaign=utm_campaign,
        term=utm_term,
        content=utm_content,
    )
    own = pairs(field)
    shared: dict[str, Any] = {
        "name": name,
        "email": email,
        "skip": skip,
        "utm": utm,
        "custom_domain": custom_domain,
    }
    of_calendars: dict[str, Any] = {
        "mobile_phone": mobile_phone,
        "host": host,
        "co_hosts": co_host or None,
        "duration_minutes": duration,
        "time_zone": time_zone,
    }
    of_classic: dict[str, Any] = {
        "company": company,
        "mobile": mobile,
        "phone": phone,
        "location": location,
        "subject": subject,
        "note": note,
        "guests": guest or None,
        "booking_page_name": booking_page_name,
    }
    link: BookingLink | ClassicLink
    if classic or is_classic(url):
        _none_of(of_calendars, "is for links of booking calendars, https://oncehub.com/...")
        link = ClassicLink(url, fields=own, **shared, **of_classic)
    else:
        _none_of(of_classic, f"is for links of the classic product, https://{CLASSIC_HOST}/...")
        link = BookingLink(url, questions=own, **shared, **of_calendars)
    if guests_csv is not None and json:
        raise InvalidParameterError("--json", "is for one link; --guests-csv prints a table")
    if guests_csv is not None:
        return say_links(link, guests_csv, column, merge_tags)
    if column:
        raise InvalidParameterError("--column", "is for a CSV file: add --guests-csv")
    if json:
        say_json(_parts(link))
        return COMPLETE
    for each in link.notes:
        say_beside(f"oncehub: {each}")
    say_document(link.for_mail_merge() if merge_tags else str(link))
    return COMPLETE


def pairs(fields: Sequence[str]) -> dict[str, str]:
    """Options of the form NAME=VALUE."""
    pairs = [each.partition("=") for each in fields]
    if not all(name and equals for name, equals, _ in pairs):
        raise InvalidParameterError("--field", "expected NAME=VALUE, such as meeting_reason=Demo")
    values = {name: value for name, _, value in pairs}
    if len(values) < len(pairs):
        raise InvalidParameterError("--field", "has the same name twice")
    return values


def _none_of(options: Mapping[str, object], why: str) -> None:
    for name, value in options.items():
        if value is not None:
            option = _OPTIONS.get(name, name)
            raise InvalidParameterError(f"--{option.replace('_', '-')}", why)


def _parts(link: BookingLink | ClassicLink) -> dict[str, object]:
    return {
        "url": str(link),
        "product": "classic" if isinstance(link, ClassicLink) else "booking_calendars",
        "page": link.page,
        "parameters": [{"name": each.name, "value": each.value} for each in link.parameters],
        "notes": [str(each) for each in link.notes],
    }
