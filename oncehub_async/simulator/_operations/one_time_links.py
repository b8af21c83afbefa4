"""Links that book once."""

from .._data.instants import with_seconds
from .._data.kind import Body
from .._data.seeded import key, letters
from .._field_checks import check_answers, flag, nested, string, text
from .._service_answers import SimulatedAnswer, invalid, not_found
from .._simulator_call import Call
from .single_objects import existing

_UTM = ("source", "medium", "campaign", "term", "content")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def link_to_calendar(call: Call) -> SimulatedAnswer:
    """A link to a booking calendar that is published."""
    fields = call.fields()
    flag(fields, "hide_url_params", default=False)
    utm = nested(fields, "utm_params")
    for name in _UTM:
        text(utm, name)
    check_answers(nested(fields, "booking_form"))
    _check_settings(nested(fields, "booking_settings"))
    calendar = existing(call.state.booking_calendars, call.id)
    if not call.state.booking_calendars.body(calendar)["published"]:
        raise invalid(
            f"This booking calendar does not allow creation of one time links: '{call.id}'", "id"
        )
    return _link(call, "https://oncehub.com/.", 12)


def _check_settings(settings: Body) -> None:
    """Raise ApiError (400) for settings of another type than documented (August 2026)."""
    for name in ("host", "co_hosts"):
        string(settings.get(name, ""), f"booking_settings.{name}")
    duration, skip = settings.get("duration_minutes", 1), settings.get("skip", [])
    if type(duration) is not int:
        raise invalid("Must be an integer.", "booking_settings.duration_minutes")
    if not isinstance(skip, list) or not all(isinstance(step, str) for step in skip):
        raise invalid("Must be an array of strings.", "booking_settings.skip")


def link_to_master_page(call: Call) -> SimulatedAnswer:
    """A link to a master page that was not deleted."""
    pages = call.state.master_pages
    index = pages.index(call.id)
    if index is None:
        raise not_found(pages.kind.noun, call.id)
    if not pages.exists(index):
        raise invalid(f"This master page is deleted: '{call.id}'", "id")
    return _link(call, "https://go.oncehub.com/.", 8)


def _link(call: Call, base: str, length: int) -> SimulatedAnswer:
    links = call.state.one_time_links
    dice = key(call.state.account.seed, "one-time links")
    code = letters(dice, len(links), length, _ALPHABET)
    links[code] = {"id": code, "url": base + code, "creation_time": with_seconds(call.now)}
    return SimulatedAnswer(links[code])
