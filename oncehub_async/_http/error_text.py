"""What of the service's words may stand in an error's text: nothing about people."""

import re

from .error_vocabulary import NAMES, WORDS

_EMAIL = re.compile(r"[^\s'\"<>@:,;()]+@[^\s'\"<>@:,;()]+")
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_LONG_NUMBER = re.compile(rf"{_UUID}|(?<![\w-])\+?\(?\d(?:[\s().-]*\d){{6,}}")
# Apostrophes within words are no quotation marks.
_QUOTED = re.compile(
    r"(?<!\w)'[^']*'(?!\w)|\"[^\"]*\"|“[^”]*”|\u2018[^\u2019]*\u2019|`[^`]*`|«[^»]*»|<[^>]*>"
)
_HARMLESS = re.compile(
    rf"[A-Z]{{2,5}}-[A-Z0-9]{{3,}}|{_UUID}"  # an id
    r"|[A-Z]+(_[A-Z0-9]+)+"  # a code
    r"|\d{4}-\d\d-\d\d|\d{1,2}:\d\d(-\d{1,2}:\d\d)?|\d{1,6}"  # a date, time or number
    r"|(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Account Owner|first_name|last_name"
    r"|[YMDHhmsTZ]{1,4}([-:/.T][YMDHhmsTZ]{1,4})+|E\.164"  # a format
)
_SNAKE = re.compile(r"[a-z]+(_[a-z0-9]+)+")
_DATE = re.compile(rf"\d{{4}}-\d\d-\d\d(?!\d)|{_UUID}")
_TOKEN = re.compile(r"([^\w+…]*)(.*?)([^\w…]*)", re.DOTALL)
"""A word of a text, with the punctuation around it."""
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
    """The vendor's `text` without what it says of people.

    Of what concerns a person's field only the documented wordings are left. Elsewhere ids, dates,
    short numbers, names of the API's and the words of which errors' texts are made stay; other
    words, quotations, e-mail addresses and long numbers go.
    """
    if param is not None and not _ABOUT_PEOPLE.isdisjoint(param.split(".")):
        known = (wording for wording in _WORDINGS if text.startswith(wording))
        return next(known, _NOTHING_LEFT)
    text = _QUOTED.sub(lambda match: _quotation(match.group()), text)
    text = _EMAIL.sub("…@…", text)
    text = _LONG_NUMBER.sub(lambda match: _number(match.group()), text)
    text = _without_names(text)
    return text if any(map(str.isalnum, text)) else _NOTHING_LEFT


_NOTHING_LEFT = "refused; the service's own words are in error.message"


def _without_names(text: str) -> str:
    """The words that are known; one sign for those that aren't, however many stand together."""
    kept: list[str] = []
    begins = True
    for token in text.split():
        before, word, after = _parts(token)
        is_known = not word or _is_known(word, begins=begins)
        begins = after.endswith((".", "!", "?"))
        if is_known:
            kept.append(token)
        elif kept and kept[-1].endswith("…"):
            kept[-1] += after
        else:
            kept.append(f"{before}…{after}")
    return " ".join(kept)


def _parts(token: str) -> tuple[str, str, str]:
    match = _TOKEN.fullmatch(token)
    return ("", token, "") if match is None else (match[1], match[2], match[3])


def _is_known(word: str, *, begins: bool) -> bool:
    if _HARMLESS.fullmatch(word) or word in NAMES or not any(map(str.isalnum, word)):
        return True
    plain = word[0].lower() + word[1:] if begins else word
    plain = plain.removesuffix("(s").removesuffix("'s")
    return _are_names(plain)


def _are_names(word: str) -> bool:
    return all(map(_is_name, re.split(r"[-./(),]", word)))


def _is_name(part: str) -> bool:
    """Whether it is a word that is known, or such as google_meet, which has one in it."""
    is_snake = _SNAKE.fullmatch(part) is not None
    return part in WORDS or (is_snake and not WORDS.isdisjoint(part.split("_")))


def param_name(param: str | None) -> str | None:
    """The name of a parameter as far as it can be one."""
    return param if param is not None and _PARAM.fullmatch(param) else None


def _quotation(quoted: str) -> str:
    inside = quoted[1:-1]
    is_harmless = not inside or _HARMLESS.fullmatch(inside) is not None or _are_names(inside)
    return quoted if is_harmless else f"{quoted[0]}…{quoted[-1]}"


def _number(text: str) -> str:
    return text if _DATE.fullmatch(text) else "…"
