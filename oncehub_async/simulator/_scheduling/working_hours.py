"""Checks what a caller wants a day's working hours to be.

The vendor documents some texts; the others are in the same vein. Every function raises
ApiError (400, or 422 for two kinds of online link in one slot).
"""

import re
from itertools import pairwise
from typing import Any

from .._data.kind import Body
from .._data.words import ADDRESSES
from .._field_checks import string
from .._service_answers import invalid, missing

LOCATION_TYPES = (
    "in_person_by_host",
    "in_person_by_guest",
    "online_dynamic_link",
    "online_static_link",
    "phone_by_guest",
)

_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_STEP = 15
_STREETS = dict(ADDRESSES)


def working_hours(value: Any, param: str, conferencing: str) -> list[Body]:
    """The slots of one day, in order; `conferencing` is what a dynamic link will use."""
    if not isinstance(value, list):
        raise invalid("Must be an array of working hours.", param)
    slots = sorted((_slot(item, param, conferencing) for item in value), key=_start)
    for earlier, later in pairwise(slots):
        if later["start_time"] < earlier["end_time"]:
            text = f"{later['start_time']}-{later['end_time']}"
            raise invalid(f"availability range is overlapping: '{text}'", param)
    return slots


def _start(slot: Body) -> str:
    return str(slot["start_time"])


def _slot(value: Any, param: str, conferencing: str) -> Body:
    if not isinstance(value, dict):
        raise invalid("Must be an array of working hours.", param)
    for name in ("start_time", "end_time", "locations"):
        if name not in value:
            raise missing(f"{param}.{name}")
    start, end = (_time(value, name, param) for name in ("start_time", "end_time"))
    if end <= start:
        raise invalid(f"end time should be after start time: '{start}-{end}'", f"{param}.end_time")
    locations = _locations(value["locations"], f"{param}.locations", conferencing)
    return {"start_time": start, "end_time": end, "locations": locations}


def _time(slot: Body, name: str, param: str) -> str:
    text, words = slot[name], name.replace("_", " ")
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise invalid(f"Invalid {words}. Expected format: HH:MM", f"{param}.{name}")
    if int(text[3:]) % _STEP:
        raise invalid(f"{words} should be multiple of 15: '{text}'", f"{param}.{name}")
    return text


def _locations(value: Any, param: str, conferencing: str) -> list[Body]:
    if not isinstance(value, list):
        raise invalid("Must be an array of locations.", param)
    found: dict[str, Body] = {}
    for item in value:
        location = _location(item, param, conferencing)
        if location["type"] in found:
            raise invalid(f"Duplicate location type: '{location['type']}'", param)
        found[location["type"]] = location
    if {"online_dynamic_link", "online_static_link"} <= found.keys():
        raise invalid("You can set either online_dynamic_link or online_static_link", param, 422)
    return list(found.values())


def _location(value: Any, param: str, conferencing: str) -> Body:
    if not isinstance(value, dict) or "type" not in value:
        raise missing(f"{param}.type")
    kind, address, link = (
        string(value["type"], f"{param}.type"),
        value.get("id"),
        value.get("value"),
    )
    if kind not in LOCATION_TYPES:
        raise invalid(f"Invalid location type: '{kind}'", f"{param}.type")
    # What doesn't belong to the type is ignored, but it has to be of the documented type.
    for name in ("id", "value"):
        if value.get(name) is not None:
            string(value[name], f"{param}.{name}")
    if kind == "in_person_by_host":
        if not address:
            raise missing(f"{param}.id")
        if address not in _STREETS:
            raise invalid(f"Invalid address: '{address}'", f"{param}.id")
        return {"type": kind, "value": _STREETS[address], "id": address}
    if kind == "online_static_link":
        if not link:
            raise missing(f"{param}.value")
        return {"type": kind, "value": link, "id": None}
    return {
        "type": kind,
        "value": conferencing if kind == "online_dynamic_link" else None,
        "id": None,
    }
