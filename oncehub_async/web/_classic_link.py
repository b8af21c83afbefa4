"""Links to booking pages and master pages of the classic product.

https://help.oncehub.com/scheduleonce/sharing-publishing/personalized-links/url-parameters-syntax-and-processing-rules
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import ClassVar, TypedDict, Unpack

import attrs

from .._ground import checks
from ..errors import InvalidParameterError
from ..models import Contact, UtmParams
from ._address import CLASSIC_HOST
from ._guest import contact_properties, form_fields, full_name
from ._link import UTM_NAMES, Link, TextParameter
from ._link_notes import MOST_GUESTS, Note, emails, length_notes

_RECOMMENDED = {
    "name": 100,
    "email": 100,
    "company": 100,
    "mobile": 20,
    "phone": 100,
    "location": 100,
    "bookingPageName": 100,
}
_RECOMMENDED_OTHERWISE = 200


class ClassicFormSettings(TypedDict, total=False):
    """What a `ClassicLink` takes that a form doesn't hold."""

    booking_page_name: str | None
    skip: bool | None
    utm: UtmParams | None
    custom_domain: str | None


class ClassicSettings(ClassicFormSettings, total=False):
    """What a `ClassicLink` takes that a contact doesn't hold."""

    fields: Mapping[str, str] | None
    location: str | None
    subject: str | None
    note: str | None
    guests: Iterable[str] | None


@attrs.frozen(init=False, repr=False)
class ClassicLink(Link):
    """A link to a booking page or master page, such as https://go.oncehub.com/dana.

        ClassicLink("https://go.oncehub.com/dana", name="Carrie Customer", guests=["a@example.com"])

    Parameters that are on `url` stay where they are; what is set here takes the place of what was
    there. None leaves a parameter as it is, `without()` or an empty list takes it away. `fields`
    are custom fields by their field names, `guests` at most 10 addresses. `skip` becomes `skip=1`
    or `skip=0`. OnceHub reads no `mobile` that has a plus, so that it is left out. A link on the
    account's own domain needs `custom_domain`. Lengths that the vendor
    recommends are told by `notes`; a whole link of 2,000 characters or more is refused.

    Raises `InvalidParameterError`, whose `param` names the argument.
    """

    site = CLASSIC_HOST
    guest_data: ClassVar[frozenset[str]] = frozenset(
        {"name", "email", "company", "mobile", "phone", "location", "subject", "note",
         "customerGuests"}
    )  # fmt: skip
    settings: ClassVar[frozenset[str]] = frozenset({"skip", "bookingPageName"})
    _custom = "fields"
    _other_product = frozenset({"mobile_phone", "co_hosts", "iana_time_zone", "duration_minutes"})
    _lists = frozenset({"customerGuests"})
    _arguments = MappingProxyType(
        {"customerGuests": "guests", "bookingPageName": "booking_page_name"}
    )

    name: ClassVar[TextParameter] = TextParameter("name")
    email: ClassVar[TextParameter] = TextParameter("email")
    company: ClassVar[TextParameter] = TextParameter("company")
    mobile: ClassVar[TextParameter] = TextParameter("mobile")
    phone: ClassVar[TextParameter] = TextParameter("phone")
    location: ClassVar[TextParameter] = TextParameter("location")
    subject: ClassVar[TextParameter] = TextParameter("subject")
    note: ClassVar[TextParameter] = TextParameter("note")
    booking_page_name: ClassVar[TextParameter] = TextParameter("bookingPageName")

    def __init__(
        self,
        url: str | Link,
        *,
        name: str | None = None,
        email: str | None = None,
        company: str | None = None,
        mobile: str | None = None,
        phone: str | None = None,
        location: str | None = None,
        subject: str | None = None,
        note: str | None = None,
        guests: Iterable[str] | None = None,
        fields: Mapping[str, str] | None = None,
        booking_page_name: str | None = None,
        skip: bool | None = None,
        utm: UtmParams | None = None,
        custom_domain: str | None = None,
    ) -> None:
        skip = checks.yes_no_or_none(skip, "skip")
        changes = self._changes(
            {
                "name": ("name", name),
                "email": ("email", email),
                "company": ("company", company),
                "mobile": ("mobile", without_plus(mobile)),
                "phone": ("phone", phone),
                "location": ("location", location),
                "subject": ("subject", subject),
                "note": ("note", note),
                "customerGuests": ("guests", _guests(guests)),
                "bookingPageName": ("booking_page_name", booking_page_name),
                "skip": ("skip", None if skip is None else str(int(skip))),
            },
            fields,
            utm,
        )
        self._build(url, custom_domain, changes)

    @classmethod
    def from_contact(
        cls,
        url: str | Link,
        contact: Contact,
        *,
        properties: Iterable[str] = (),
        **settings: Unpack[ClassicSettings],
    ) -> "ClassicLink":
        """A link for a known person, for login integration.

        Takes name, email, company, mobile phone and phone; and of the contact's other properties
        and custom fields those that `properties` names, as custom fields of the same names. What
        the contact doesn't have is left out.
        """
        fields = contact_properties(contact, properties)
        settings["fields"] = fields | dict(settings.get("fields") or {})
        return cls(
            url,
            name=full_name(contact),
            email=contact.email or None,
            company=contact.company or None,
            mobile=contact.mobile_phone or None,
            phone=contact.phone or None,
            **settings,
        )

    @classmethod
    def from_form(
        cls,
        url: str | Link,
        form: Mapping[str, object],
        *,
        fields: Mapping[str, str] | None = None,
        **settings: Unpack[ClassicFormSettings],
    ) -> "ClassicLink":
        """A link for someone who filled in a web form, for web-form integration.

        `fields` maps the names of the form's fields to those of the link: `name`, `email`,
        `company`, `mobile`, `phone`, `location`, `subject`, `note`, `customerGuests` (addresses
        with commas between), a `utm_*` name or the name of a custom field. Without it the
        documented ones are taken from fields of the same names. Everything else in the form is
        left out.
        """
        guest, own, utm = form_fields(cls, form, fields)
        guests = guest.get("customerGuests")
        if settings.get("utm") is None:
            settings["utm"] = utm
        return cls(
            url,
            name=guest.get("name"),
            email=guest.get("email"),
            company=guest.get("company"),
            mobile=guest.get("mobile"),
            phone=guest.get("phone"),
            location=guest.get("location"),
            subject=guest.get("subject"),
            note=guest.get("note"),
            guests=None if guests is None else _split(guests),
            fields=own,
            **settings,
        )

    @property
    def fields(self) -> dict[str, str]:
        """Custom fields: whatever is on the link without a documented meaning."""
        return self._own_fields()

    @property
    def guests(self) -> tuple[str, ...]:
        """The addresses of the customer's guests."""
        return tuple(each for each in (self.get("customerGuests") or "").split(",") if each)

    @property
    def skip(self) -> bool | None:
        """Whether the booking form is left out; None where the link doesn't say."""
        return {"1": True, "0": False}.get(self.get("skip") or "")

    @property
    def notes(self) -> tuple[Note, ...]:
        """As for every link, a mobile number with a plus, and values that are rather long."""
        unmeasured = (*UTM_NAMES, "skip")
        measured = [
            each for each in self.parameters if self.documented_name(each.name) not in unmeasured
        ]
        plus = "has a plus, with which OnceHub doesn't read it; leave it out"
        unreadable = [Note("mobile", plus)] if "+" in (self.mobile or "") else []
        return (
            *super().notes,
            *unreadable,
            *length_notes(measured, _RECOMMENDED, _RECOMMENDED_OTHERWISE),
        )


def without_plus(mobile: str | None) -> str | None:
    """A number as the classic product takes it: a plus, even an encoded one, makes it unreadable.

    Only for `mobile`; `phone` may have one.
    """
    return mobile.replace("+", "").lstrip() if mobile and "+" in mobile else mobile


def _split(text: str) -> list[str]:
    """Addresses as somebody types them, with spaces, or a comma at the end."""
    return [each for each in map(str.strip, text.split(",")) if each]


def _guests(value: Iterable[str] | None) -> str | None:
    text = emails(value, "guests")
    count = len(text.split(",")) if text else 0
    if count > MOST_GUESTS:
        raise InvalidParameterError("guests", f"has {count} addresses; at most {MOST_GUESTS} go")
    return text
