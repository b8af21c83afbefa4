"""Checks of single fields that several operations share."""

import re
from typing import Any

from ._data.kind import Body
from ._service_answers import invalid

ANSWERS = ("name", "email", "phone", "mobile_phone", "note", "company")
"""The standard questions of a booking form whose answer is one text."""
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")
_PHONE = re.compile(r"\+[1-9]\d{9,14}", re.ASCII)
_NAME = re.compile(r"(?=.*\w)[^\x00-\x1f\x7f_\[\]{}()<>/\\|*?!#$%^+=~`\";:@]{1,100}")


def is_email(value: Any) -> bool:
    """Whether `value` looks like an email address."""
    return isinstance(value, str) and len(value) <= 254 and bool(_EMAIL.fullmatch(value))


def is_phone(value: Any) -> bool:
    """Whether `value` is a phone number in E.164 form."""
    return isinstance(value, str) and bool(_PHONE.fullmatch(value))


def is_name(value: Any) -> bool:
    """Whether `value` can be a person's name: letters, but no brackets, slashes or underscores."""
    return isinstance(value, str) and bool(_NAME.fullmatch(value))


def string(value: Any, param: str) -> str:
    """A value that has to be a text. Raises ApiError (400) if it isn't one."""
    if not isinstance(value, str):
        raise invalid("Must be a string.", param)
    return value


def text(fields: Body, name: str) -> str:
    """An optional text. Raises ApiError (400) for a value that isn't one."""
    return string(fields.get(name, ""), name)


def flag(fields: Body, name: str, *, default: bool) -> bool:
    """An optional boolean. Raises ApiError (400) for a value that isn't one."""
    value = fields.get(name, default)
    if not isinstance(value, bool):
        raise invalid("Must be a boolean.", name)
    return value


def nested(fields: Body, name: str) -> Body:
    """An optional object. Raises ApiError (400) for a value that isn't one."""
    value = fields.get(name, {})
    if not isinstance(value, dict):
        raise invalid("Must be an object.", name)
    return value


def check_answers(form: Body) -> None:
    """Raise ApiError (400) for an answer in a booking form that is of no type a question has."""
    for name, value in form.items():
        several = isinstance(value, list) and all(isinstance(one, str) for one in value)
        if not isinstance(value, str) and (name in ANSWERS or not several):
            raise invalid("Must be a string or an array of strings.", f"booking_form.{name}")


def refuse_unsupported(fields: Body, supported: frozenset[str], message: str) -> None:
    """Raise ApiError (400) that names the first field which isn't supported."""
    for name in fields:
        if name not in supported:
            raise invalid(message, name)
