"""What live accounts show beyond the vendor's document."""

from typing import Any

from .kind import Body
from .seeded import key, pick, roll

_VALUES: tuple[Any, ...] = (
    "Executive Assistant",
    "",
    None,
    0,
    -12,
    19.95,
    True,
    ["Marketing", "Sales"],
    [],
    {"id": 7, "label": "Große Straße"},
    [{"nested": [None, 1, "x"]}],
    "line one\nline two\t\u2028\u0000 end",
)
_OMITTED = ("tracking_id", "attendees", "utm_params", "custom_fields", "external_calendar")


def any_value(key: int, index: int) -> Any:
    """A custom field's value: any JSON there is."""
    return pick(key, index, _VALUES)


def stray(body: Body, index: int, value: Body, field: Body) -> None:
    """Give some objects, in place, an enumeration's new value, others a field nobody documented."""
    if index % 19 == 7:
        body |= value
    elif index % 19 == 11:
        body |= field


class BookingQuirks:
    """Bends bookings. No field by which bookings are filtered is touched."""

    def __init__(self, seed: int) -> None:
        self._key = key(seed, "quirks")

    def bend(self, body: Body, index: int) -> None:
        """Change booking `index`, in place."""
        bits = roll(self._key, index)
        if bits % 11 == 0:
            body["form_submission"] = None
        elif bits % 11 == 1:
            body["form_submission"]["referrer_v3"] = {"campaigns": [1, 2]}
        bits //= 11
        calendar = body["external_calendar"]
        if bits % 7 == 0:
            body["external_calendar"] = {"type": "none", "name": None, "id": None, "event_id": None}
        elif bits % 7 == 1:
            calendar["type"] = "caldav"
        bits //= 7
        information = body.get("cancel_reschedule_information")
        if information and bits % 3 == 0:
            information["actioned_by"] = ""
            information["user_id"] = None
        bits //= 3
        if bits % 13 == 0:
            body["ai_summary"] = None
        elif bits % 13 == 1:
            body["channel_v2"] = {"kind": "embed", "score": 0.75}
        bits //= 13
        if bits % 17 == 0:
            body.pop(_OMITTED[bits // 17 % len(_OMITTED)], None)
        bits //= 17
        if bits % 5 == 0 and "custom_fields" in body:
            body["custom_fields"].append({"name": "any", "value": any_value(self._key, index)})
