"""A guest's data from where an application has it: a contact, or a web form."""

from collections.abc import Iterable, Mapping
from typing import Any

from .._ground import checks
from ..errors import InvalidParameterError
from ..models import Contact, UtmParams
from ._link import UTM_NAMES, Link, utm_params


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
    custom = {field.name: field.value for field in contact.custom_fields or ()}
    result = {}
    for name in checks.several(properties, "properties", "names"):
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
        known = cls.documented_name(theirs)
        if known in cls.settings:
            raise InvalidParameterError(
                f"fields.{ours}", f"'{theirs}' is not the visitor's to set; pass it as an argument"
            )
        value = form.get(ours)
        if value is None or value == "":
            continue
        text = checks.any_text(value, ours)
        if known is None:
            own[theirs] = text
        elif known in UTM_NAMES:
            utm[known.removeprefix("utm_")] = text
        else:
            guest[known] = text
    return guest, own, utm_params(utm)
