"""What of the service's words may stand in an error's text: nothing about people."""

import re

_EMAIL = re.compile(r"[^\s'\"<>@:,;()]+@[^\s'\"<>@:,;()]+")
_LONG_NUMBER = re.compile(r"\+?\d(?:[\s().-]*\d){6,}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”")
_HARMLESS = re.compile(
    r"[A-Z]{2,5}-[A-Z0-9]{3,}"  # an id
    r"|[a-z]+(_[a-z]+)+|[a-z]+\.[a-z_.]+"  # a name of the API's, such as google_meet
    r"|\d{4}-\d\d-\d\d|\d{1,2}:\d\d(-\d{1,2}:\d\d)?|\d{1,6}"  # a date, time or number
    r"|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Account Owner|first_name|last_name"
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_PARAM = re.compile(r"[\w.\[\]-]{1,64}")
_ABOUT_PEOPLE = frozenset(
    {
        "address",
        "booking_form",
        "city",
        "company",
        "custom_fields",
        "email",
        "first_name",
        "form_submission",
        "guests",
        "job_title",
        "last_name",
        "mobile_phone",
        "name",
        "note",
        "phone",
        "post_code",
        "salutation",
        "street_address",
    }
)


# How the vendor's document words what is wrong with these fields, up to the value.
_WORDINGS = (
    "A webhook subscription with this name already exists",
    "At least one of 'email' or 'mobile_phone' is required",
    "Contact already exists",
    "Email already exists",
    "Identifier fields (email, mobile_phone) cannot be updated via this endpoint",
    "Invalid email format",
    "Invalid first name",
    "Invalid first_name",
    "Invalid last_name",
    "Invalid phone format",
    "Required fields are missing",
    "Unsupported field",
    "first_name is required",
    "last_name is required",
)


def without_personal_data(text: str, param: str | None = None) -> str:
    """The vendor's `text` without what it quotes of people.

    Of what concerns a person's field only the documented wordings are left; elsewhere ids, dates,
    numbers and names of the API's stay, other quotations, e-mail addresses and long numbers go.
    """
    if param is not None and not _ABOUT_PEOPLE.isdisjoint(param.split(".")):
        known = (wording for wording in _WORDINGS if text.startswith(wording))
        return next(known, "refused; the service's own words are in error.message")
    text = _QUOTED.sub(lambda match: _quotation(match.group()), text)
    text = _EMAIL.sub("…@…", text)
    return _LONG_NUMBER.sub(lambda match: _number(match.group()), text)


def param_name(param: str | None) -> str | None:
    """The name of a parameter as far as it can be one."""
    return param if param is not None and _PARAM.fullmatch(param) else None


def _quotation(quoted: str) -> str:
    inside = quoted[1:-1]
    return quoted if _HARMLESS.fullmatch(inside) else f"{quoted[0]}…{quoted[-1]}"


def _number(text: str) -> str:
    return text if _DATE.fullmatch(text) else "…"
