"""Ids as they are typed: what their prefixes stand for, and how a slip in one is told."""

from collections.abc import Collection

from .._ground import checks
from ..errors import InvalidParameterError

RESOURCE_OF_PREFIX = {
    "BKNG": "bookings",
    "CTC": "contacts",
    "USR": "users",
    "TM": "teams",
    "BKC": "booking_calendars",
    "BP": "booking_pages",
    "MP": "master_pages",
    "ET": "event_types",
    "WHK": "webhooks",
}
OF_FILTER: dict[str, Collection[str]] = {
    "owner": ("USR",),
    "contact": ("CTC",),
    "host": ("USR", "TM"),
    "booking_calendar": ("BKC",),
    "booking_page": ("BP",),
    "master_page": ("MP",),
    "event_type": ("ET",),
    "user": ("USR",),
    "recipient": ("CTC", "USR"),
}
"""What the API's filters by id name."""


def checked_id(
    id: str, prefixes: Collection[str], option: str, insist: str = "", whose: str = ""
) -> str:
    """The id, where it is of one of these kinds. Raises `InvalidParameterError`, without the text:
    what was typed by mistake could be a secret.

    Parameters
    ----------
    id
        What was typed.
    prefixes
        The kinds that will do, such as "BKNG".
    option
        How the option or argument is called.
    insist
        What is said of how to send it all the same.
    whose
        Which of several values it is, such as "owner: ".
    """
    prefix, _dash, rest = id.partition("-")
    if not rest or prefix.upper() not in prefixes:
        kinds = ", ".join(
            f"{each}- ({RESOURCE_OF_PREFIX[each]})" for each in prefixes if each != "SMS"
        )
        raise InvalidParameterError(option, f"{whose}expected one that begins with {kinds}{insist}")
    checks.object_id(id, option)
    if id != id.upper():
        raise InvalidParameterError(
            option, f"{whose}ids are in capitals; did you mean {id.upper()}?{insist}"
        )
    return prefix
