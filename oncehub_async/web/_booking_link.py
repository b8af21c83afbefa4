"""Links to booking calendars and booking hubs.

https://help.oncehub.com/product/booking-calendars/sharing-embedding/url-parameters-syntax-and-processing-rules
"""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar, TypedDict, Unpack

import attrs

from .._ground import checks
from ..models import Contact, UtmParams
from ._address import BOOKING_HOST
from ._guest import contact_properties, form_fields, full_name, known_time_zone
from ._link import Link, TextParameter
from ._link_notes import email as email_of
from ._link_notes import emails

_DAY = 24 * 60
_MINUTES = re.compile(r"[1-9]\d{0,3}", re.ASCII)


class BookingSettings(TypedDict, total=False):
    """What a `BookingLink` takes that isn't about the guest."""

    questions: Mapping[str, str] | None
    skip: bool | None
    host: str | None
    co_hosts: Iterable[str] | None
    duration_minutes: int | None
    time_zone: str | None
    utm: UtmParams | None
    custom_domain: str | None


@attrs.frozen(init=False, repr=False)
class BookingLink(Link):
    """A link to a booking calendar or booking hub, such as https://oncehub.com/live-demo.

        BookingLink("https://oncehub.com/live-demo", name="Carrie Customer", skip=True)

    Parameters that are on `url` stay where they are; what is set here takes the place of what was
    there. None leaves a parameter as it is, `without()` or an empty list takes it away.
    `questions` are custom questions by their mapped names. `host` is the address of the member of
    a team calendar who is to be the host, `co_hosts` are those of users who take part (OnceHub
    compares addresses with upper and lower case), `duration_minutes` is one of the durations that
    the calendar offers, and `time_zone` the IANA name in which times are shown at first.
    `skip=True` leaves out the form if all that it requires is filled in. A link on the account's
    own domain needs `custom_domain`.

    Raises `InvalidParameterError`, whose `param` names the argument.
    """

    site = BOOKING_HOST
    guest_data: ClassVar[frozenset[str]] = frozenset({"name", "email", "mobile_phone"})
    settings: ClassVar[frozenset[str]] = frozenset(
        {"skip", "host", "co_hosts", "duration_minutes", "iana_time_zone"}
    )
    _custom = "questions"
    _other_product = frozenset({"customerGuests", "bookingPageName"})
    _lists = frozenset({"co_hosts"})
    _arguments = MappingProxyType({"iana_time_zone": "time_zone"})

    name: ClassVar[TextParameter] = TextParameter("name")
    email: ClassVar[TextParameter] = TextParameter("email")
    mobile_phone: ClassVar[TextParameter] = TextParameter("mobile_phone")
    host: ClassVar[TextParameter] = TextParameter("host")
    time_zone: ClassVar[TextParameter] = TextParameter("iana_time_zone")

    def __init__(
        self,
        url: str | Link,
        *,
        name: str | None = None,
        email: str | None = None,
        mobile_phone: str | None = None,
        questions: Mapping[str, str] | None = None,
        skip: bool | None = None,
        host: str | None = None,
        co_hosts: Iterable[str] | None = None,
        duration_minutes: int | None = None,
        time_zone: str | None = None,
        utm: UtmParams | None = None,
        custom_domain: str | None = None,
    ) -> None:
        skip = checks.yes_no_or_none(skip, "skip")
        if time_zone is not None:
            time_zone = checks.time_zone(time_zone, "time_zone")
        changes = self._changes(
            {
                "name": ("name", name),
                "email": ("email", email),
                "mobile_phone": ("mobile_phone", mobile_phone),
                "skip": ("skip", "1" if skip else None),
                "host": ("host", email_of(host, "host")),
                "co_hosts": ("co_hosts", emails(co_hosts, "co_hosts")),
                "duration_minutes": ("duration_minutes", _minutes(duration_minutes)),
                "iana_time_zone": ("time_zone", time_zone),
            },
            questions,
            utm,
        )
        # Of this product only skip=1 is documented.
        if skip is False:
            changes["skip"] = None
        self._build(url, custom_domain, changes)

    @classmethod
    def from_contact(
        cls,
        url: str | Link,
        contact: Contact,
        *,
        properties: Iterable[str] = (),
        **settings: Unpack[BookingSettings],
    ) -> "BookingLink":
        """A link for a known person, for login integration.

        Takes name, email, mobile phone and, if it is an IANA name, the time zone; and of the
        contact's other properties and custom fields those that `properties` names, as questions
        with the same mapped names. What the contact doesn't have is left out.
        """
        questions = contact_properties(contact, properties)
        settings["questions"] = questions | dict(settings.get("questions") or {})
        if settings.get("time_zone") is None:
            settings["time_zone"] = known_time_zone(contact)
        return cls(
            url,
            name=full_name(contact),
            email=contact.email or None,
            mobile_phone=contact.mobile_phone or None,
            **settings,
        )

    @classmethod
    def from_form(
        cls,
        url: str | Link,
        form: Mapping[str, object],
        *,
        fields: Mapping[str, str] | None = None,
        **settings: Unpack[BookingSettings],
    ) -> "BookingLink":
        """A link for someone who filled in a web form, for web-form integration.

        `fields` maps the names of the form's fields to those of the link: `name`, `email`,
        `mobile_phone`, a `utm_*` name or the mapped name of a question. Without it the first three
        are taken from fields of the same names. Everything else in the form is left out.
        """
        guest, questions, utm = form_fields(cls, form, fields)
        settings["questions"] = questions | dict(settings.get("questions") or {})
        if settings.get("utm") is None:
            settings["utm"] = utm
        return cls(
            url,
            name=guest.get("name"),
            email=guest.get("email"),
            mobile_phone=guest.get("mobile_phone"),
            **settings,
        )

    @property
    def questions(self) -> dict[str, str]:
        """Answers to custom questions: whatever is on the link without a documented meaning."""
        return self._own_fields()

    @property
    def skip(self) -> bool:
        """Whether the form is left out if all that it requires is filled in."""
        return self.get("skip") == "1"

    @property
    def co_hosts(self) -> tuple[str, ...]:
        """The addresses of the users who take part."""
        return tuple(address for address in (self.get("co_hosts") or "").split(",") if address)

    @property
    def duration_minutes(self) -> int | None:
        """The duration that is chosen; None where the link says none, or no number."""
        text = self.get("duration_minutes") or ""
        return int(text) if _MINUTES.fullmatch(text) else None


def _minutes(value: object) -> str | None:
    if value is None:
        return None
    return str(checks.whole_number(value, "duration_minutes", 1, _DAY, "whole number of minutes"))
