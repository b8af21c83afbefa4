"""The tools that change something: what each would do, in words, and how it is done."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from .._client import OnceHub, Resources
from .._ground import checks, printable
from ..errors import InvalidParameterError
from ..models import (
    Booking,
    Contact,
    DateOverride,
    SlotLocation,
    SlotLocationType,
    TimeSlot,
    WorkingDay,
)
from ._agent_arguments import contact_fields, hours_of
from ._agent_views import View, hours_in_words, line, needed_moment, time_in, zone_of
from ._planned_change import PlannedChange, with_values

Given = Mapping[str, Any]


@attrs.frozen
class ChangePlanner:
    """Plans changes through a client."""

    oncehub: OnceHub
    view: View

    async def plan(self, tool: str, given: Given) -> PlannedChange:
        """What a tool would do. Raises `OnceHubError` where it can't be done."""
        tools: dict[str, Callable[[Given], Awaitable[PlannedChange]]] = {
            "schedule_meeting": self._schedule,
            "change_booking": self._booking,
            "save_contact": self._contact,
            "delete_contact": self._contact_gone,
            "one_time_link": self._link,
            "set_availability": self._hours,
        }
        plan = await tools[tool](given)
        await plan.rehearse("fields." if tool == "save_contact" else "")
        return plan

    async def _schedule(self, given: Given) -> PlannedChange:
        object_id, zone = (
            given["booking_calendar"],
            zone_of(given["guest_time_zone"], "guest_time_zone"),
        )
        start = needed_moment(given["start_time"], "start_time")
        calendars = self.oncehub.booking_calendars
        calendar = await calendars.get(object_id)
        slots = await calendars.time_slots(
            object_id, start_time=start, end_time=start + timedelta(minutes=1)
        )
        slot = next((each for each in slots if each.start_time == start), None)
        if slot is None:
            raise InvalidParameterError("start_time", "is not free (any more): ask free_times")
        location = _location(slot, given)
        answers = given.get("answers", {})
        form = {**answers, "name": given["name"], "email": given["email"]}
        if "phone" in given:
            form["phone"] = given["phone"]

        async def apply(oncehub: Resources) -> Mapping[str, Any]:
            made = await oncehub.booking_calendars.schedule(
                object_id,
                start_time=start,
                guest_time_zone=zone.key,
                booking_form=form,
                location=location,
            )
            return {"booking": made.id}

        place = "" if location is None else f", {line(location.type)}"
        more = {name: given[name] for name in ("phone", "address") if name in given}
        return PlannedChange(
            f"Book {line(calendar.name or 'a calendar')} ({object_id}) at "
            f"{time_in(start, zone)}{place} for {printable(given['name'])}, "
            f"{printable(given['email'])}{with_values({**more, **answers})}. "
            "OnceHub writes to the guest and the host.",
            apply,
            f"find_bookings with booking_calendar {object_id}, starting_after "
            f"{time_in(start - timedelta(minutes=1), zone)} and starting_before "
            f"{time_in(start + timedelta(minutes=1), zone)}",
            object_id,
        )

    async def _booking(self, given: Given) -> PlannedChange:
        object_id, change = given["id"], given["change"]
        booking = await self.oncehub.bookings.get(object_id)
        reason = given.get("reason")
        writes = given.get("write_to_guest", True)
        _only_for(given, "write_to_guest", change, "cancel")
        _only_for(given, "new_host", change, "reassign")
        _only_for(given, "reason", change, "cancel", "request_reschedule")

        async def cancel(oncehub: Resources) -> Booking:
            return await oncehub.bookings.cancel(
                object_id, cancellation_reason=reason, send_cancellation_email=writes
            )

        async def request_reschedule(oncehub: Resources) -> Booking:
            return await oncehub.bookings.request_reschedule(object_id, reschedule_reason=reason)

        async def reassign(oncehub: Resources) -> Booking:
            return await oncehub.bookings.reassign(object_id, new_host=given["new_host"])

        async def no_show(oncehub: Resources) -> Booking:
            return await oncehub.bookings.mark_no_show(object_id)

        if change == "reassign":
            if "new_host" not in given:
                raise InvalidParameterError(
                    "new_host", "is missing: the id of a user (list_bookable)"
                )
            await self._check_user(given["new_host"], "new_host")
        what = self._told(booking)
        told = "OnceHub writes to the guest" if writes else "Nobody is told"
        why = with_values({} if reason is None else {"reason": reason})
        do, words = {
            "cancel": (cancel, f"Cancel {what}{why}. {told}."),
            "request_reschedule": (
                request_reschedule,
                f"Cancel {what}{why}, and OnceHub asks the guest to choose another time.",
            ),
            "reassign": (
                reassign,
                f"Give {what} to the host {printable(given.get('new_host', ''))}.",
            ),
            "no_show": (no_show, f"Mark that the guest of {what} didn't come."),
        }[change]

        async def apply(oncehub: Resources) -> Mapping[str, Any]:
            return {"booking": self.view.booking(await do(oncehub), ZoneInfo("UTC"))}

        return PlannedChange(words, apply, f"get_booking {object_id}", object_id)

    async def _check_user(self, id: object, name: str) -> None:
        """Raise `OnceHubError` where there is no such user."""
        await self.oncehub.users.get(checks.object_id(id, name))

    def _told(self, booking: Booking) -> str:
        time = time_in(booking.starting_time, ZoneInfo("UTC"))
        form = booking.form_submission
        guest = self.view.person(form.name) if form is not None and form.name else "a guest"
        return (
            f"the booking {booking.id} of {guest} at {time} "
            f"(now {line(booking.status or 'without a status')})"
        )

    async def _contact(self, given: Given) -> PlannedChange:
        object_id = given.get("id")
        fields = contact_fields(given["fields"], is_new=object_id is None)
        if fields.get("owner") is not None:
            await self._check_user(fields["owner"], "fields.owner")

        async def apply(oncehub: Resources) -> Mapping[str, Any]:
            made = await (
                oncehub.contacts.create(**fields)
                if object_id is None
                else oncehub.contacts.update(object_id, **fields)
            )
            return {"contact": self.view.contact(made)}

        if object_id is None:
            words = f"Add a contact{with_values(fields)}."
            look = f"find_contacts{' by its email' if 'email' in fields else ': the newest'}"
        else:
            of_whom = self._name_of(await self.oncehub.contacts.get(object_id))
            words = f"Change the contact {object_id} ({of_whom}){with_values(fields)}."
            look = f"find_contacts with id {object_id}"
        return PlannedChange(words, apply, look, object_id or "a new contact")

    async def _contact_gone(self, given: Given) -> PlannedChange:
        object_id = given["id"]
        contact = await self.oncehub.contacts.get(object_id)

        async def apply(oncehub: Resources) -> Mapping[str, Any]:
            return {"deleted": (await oncehub.contacts.delete(object_id)).id}

        return PlannedChange(
            f"Delete the contact {object_id} ({self._name_of(contact)}). It can't be brought back.",
            apply,
            f"find_contacts with id {object_id}",
            object_id,
        )

    def _name_of(self, contact: Contact) -> str:
        name = f"{contact.first_name or ''} {contact.last_name or ''}".strip()
        return str(self.view.person(name)) or "no name"

    async def _link(self, given: Given) -> PlannedChange:
        object_id = given["id"]
        form = {name: given[name] for name in ("name", "email") if name in given}
        of_calendar = object_id.upper().startswith("BKC-")
        if form and not of_calendar:
            raise InvalidParameterError(
                next(iter(form)), "only a booking calendar's link can be filled in"
            )

        kind = self.oncehub.booking_calendars if of_calendar else self.oncehub.master_pages
        page = await kind.get(object_id)

        async def apply(oncehub: Resources) -> Mapping[str, Any]:
            if of_calendar:
                link = await oncehub.booking_calendars.create_one_time_link(
                    object_id, booking_form=form or None
                )
            else:
                link = await oncehub.master_pages.create_one_time_link(object_id)
            return {"url": link.url, "note": "whoever has it can book once; it ends in 90 days"}

        return PlannedChange(
            f"Make a link that books {line(page.name or 'a page')} ({object_id}) once"
            f"{with_values(form)}. Nobody is told of it.",
            apply,
            None,
            object_id,
        )

    async def _hours(self, given: Given) -> PlannedChange:
        object_id = given["user"]
        weekly = hours_of(given.get("weekly", []), WorkingDay, "weekly")
        overrides = hours_of(given.get("overrides", []), DateOverride, "overrides")
        if not weekly and not overrides:
            raise InvalidParameterError("weekly", "pass weekly or overrides")
        zone = (await self.oncehub.users.scheduling_availability(object_id)).timezone
        given_fields: dict[str, Any] = {
            **({"weekly": weekly} if weekly else {}),
            **({"overrides": overrides} if overrides else {}),
        }

        async def apply(oncehub: Resources) -> Mapping[str, Any]:
            await oncehub.users.update_scheduling_availability(object_id, **given_fields)
            return {"set": list(given_fields)}

        days = [f"{each.day}: {hours_in_words(each)}" for each in weekly]
        dates = [f"{each.date}: {hours_in_words(each)}" for each in overrides]
        return PlannedChange(
            f"Set the hours of the user {object_id}, in {line(zone or 'their time zone')}: "
            f"{printable('; '.join(days + dates))}. Other days stay.",
            apply,
            f"availability of {object_id}",
            object_id,
        )


def _only_for(given: Given, name: str, change: str, *kinds: str) -> None:
    if name in given and change not in kinds:
        raise InvalidParameterError(name, f"is only for {' and '.join(kinds)}")


def _location(slot: TimeSlot, given: Given) -> SlotLocation | None:
    """The place that was asked for, of those that the slot offers."""
    wanted = given.get("location")
    if wanted is None:
        return None
    offered = [each for each in slot.locations or () if each.type is not None]
    chosen = next((each for each in offered if wanted in (each.type, each.value, each.id)), None)
    if chosen is None:
        kinds = ", ".join(printable(each.type or "") for each in offered) or "none"
        raise InvalidParameterError("location", f"this time offers {kinds}")
    if chosen.type == SlotLocationType.GUEST_PHONE:
        if "phone" not in given:
            raise InvalidParameterError("phone", "is missing: the host calls the guest")
        return attrs.evolve(chosen, value=given["phone"])
    if chosen.type == SlotLocationType.IN_PERSON_BY_GUEST:
        if "address" not in given:
            raise InvalidParameterError("address", "is missing: the host comes to the guest")
        return attrs.evolve(chosen, value=given["address"])
    return chosen
