"""Booking a free time of a booking calendar."""

from typing import Any

from ..._ground import is_time_zone
from .._data.instants import parse, with_milliseconds, with_seconds
from .._data.kind import Body
from .._field_checks import ANSWERS, check_answers, is_email, is_phone, text
from .._scheduling.free_slots import Slot, free_slots
from .._service_answers import SimulatedAnswer, invalid, missing
from .._simulator_call import Call
from .._state import AccountState
from .contacts_operations import find, new_contact
from .single_objects import existing
from .slots_operations import hosts, refuse_unbookable


def schedule(call: Call) -> SimulatedAnswer:
    """Makes a booking, and a contact if its email address is new. Not idempotent."""
    state, fields = call.state, call.fields()
    calendar = existing(state.booking_calendars, call.id)
    refuse_unbookable(state, calendar, "Meeting cannot be scheduled", "on")
    form = _form(fields)
    timezone = text(fields, "guest_time_zone")
    if not is_time_zone(timezone):
        raise invalid(f"Invalid timezone: '{timezone}'", "guest_time_zone")
    slot = _slot(call, calendar, text(fields, "start_time"))
    location = _location(fields.get("location"), slot)

    contact = find(state, form["email"], None) or new_contact(
        call, {"email": form["email"], "timezone": timezone, **_names(form["name"])}
    )
    body = state.bookings.add(
        call.now,
        lambda index: (
            _booking(call, calendar, index, slot, location)
            | {
                "customer_timezone": timezone,
                "contact": contact["id"],
                "form_submission": _submission(state, form),
                "attendees": [_email(state, slot.host), form["email"], *form.get("guests", [])],
            }
        ),
    )
    index = state.bookings.index(body["id"])
    if index is not None:
        state.bookings.hosts[index] = (slot.host,)
    state.announce("booking.scheduled", body["id"], call.now)
    return SimulatedAnswer({"id": body["id"]})


def _form(fields: Body) -> Body:
    for name in ("start_time", "guest_time_zone", "booking_form"):
        if fields.get(name) is None:
            raise missing(name)
    form = fields["booking_form"]
    if not isinstance(form, dict):
        raise invalid("Must be an object.", "booking_form")
    for name in ("name", "email"):
        if not form.get(name):
            raise missing("booking_form")
    check_answers(form)
    for name in ("phone", "mobile_phone"):
        if form.get(name) and not is_phone(form[name]):
            raise invalid(f"Invalid phone format: '{form[name]}'", f"booking_form.{name}")
    guests = form.get("guests", [])
    if not isinstance(guests, list):
        raise invalid("Must be an array of strings.", "booking_form.guests")
    for name, email in (("email", form["email"]), *(("guests", one) for one in guests)):
        if not is_email(email):
            raise invalid(f"Invalid email format: '{email}'", f"booking_form.{name}")
    return form


def _slot(call: Call, calendar: int, wanted: str) -> Slot:
    start = parse(wanted)
    if start is None:
        raise invalid(f"Invalid date: {wanted}", "start_time")
    first, duration = int(start), call.state.world.booking_calendars.duration(calendar)
    if start == first >= call.now:
        for host in hosts(call.state, calendar, first, first + 1):
            for slot in free_slots(host, duration, first, first + 1):
                return slot
    raise invalid("The selected start time is not available.", "start_time")


def _location(wanted: Any, slot: Slot) -> Body:
    """The place of the meeting: what was asked for, else a virtual one if there is any."""
    if wanted is None:
        virtual = (one for one in slot.locations if one["type"].startswith("virtual"))
        return next(virtual, slot.locations[0])
    if not isinstance(wanted, dict):
        raise invalid("Must be an object.", "location")
    for one in slot.locations:
        if wanted.get("type") == one["type"] and _fits(wanted.get("value"), one):
            return one | {"asked": wanted.get("value")}
    raise invalid("The selected location is not available.", "location")


def _fits(value: Any, location: Body) -> bool:
    kind = location["type"]
    if kind == "guest_phone":
        return is_phone(value)
    if kind == "in_person_by_guest":
        return isinstance(value, str) and bool(value.strip())
    if kind == "physical":
        return bool(value == location["id"])
    return value is None or (kind == "virtual" and value == location["value"])


def _booking(call: Call, calendar: int, index: int, slot: Slot, location: Body) -> Body:
    state = call.state
    shown = state.booking_calendars.body(calendar)
    own = state.world.bookings.id(index)
    host = _email(state, slot.host)
    body: Body = {
        "object": "booking",
        "id": own,
        "tracking_id": f"{index:08X}",
        "subject": shown["subject"],
        "status": "scheduled",
        "in_trash": False,
        "creation_time": with_milliseconds(call.now),
        "starting_time": with_seconds(slot.start),
        "last_updated_time": with_milliseconds(call.now),
        "duration_minutes": shown["duration_minutes"],
        "external_calendar": {
            "type": "google",
            "name": host,
            "id": host,
            "event_id": f"scheduled{index:x}",
        },
        "owner": slot.host,
        "conversation": None,
        "utm_params": None,
        "custom_fields": [],
        "booking_calendar": call.id,
        "ics_url": f"https://oncehub.com/api/bookings/ics/{own.lower()}",
        "cancel_url": f"https://oncehub.com/m/{own}/cancel",
        "reschedule_url": f"https://oncehub.com/m/{own}",
        "payment_information": None,
    }
    if location["type"].startswith("virtual"):
        body["virtual_conferencing"] = {"join_url": f"https://meet.example/{own.lower()}"}
    else:
        place = location.get("asked") or location["id"] or "Phone call"
        body["location_description"] = place
    return body


def _submission(state: AccountState, form: Body) -> Body:
    """The form as a booking shows it; what isn't in the field library is left out."""
    library = state.account.custom_fields
    body: Body = {"phone": None, "note": "", "company": None, "guests": []}
    body |= {name: form[name] for name in (*ANSWERS, "guests") if name in form}
    body["custom_fields"] = [
        {"name": name, "value": value}
        for name, value in form.items()
        if name in library and name not in body
    ]
    return body


def _names(full: str) -> Body:
    first, _, last = full.strip().partition(" ")
    return {"first_name": first, "last_name": last.strip()}


def _email(state: AccountState, user: str) -> str:
    return str((state.shown(user) or {}).get("email"))
