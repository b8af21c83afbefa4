"""Booking calendars. https://help.oncehub.com/developers/api/#tag/booking-calendars/GET/booking-calendars"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from .._ground import UNSET, checks
from .._http import Operation
from .._lists import Listing
from ..errors import InvalidParameterError
from ..models import (
    BookingCalendar,
    BookingForm,
    ConferencingService,
    OneTimeLink,
    ScheduledBooking,
    SlotLocation,
    SlotLocationType,
    TimeSlot,
    UtmParams,
    to_dict,
)
from ._body_fields import Extra, unless_none, with_extra
from ._resource import Resource

_LIST = Operation("GET", "/booking-calendars")
_GET = Operation("GET", "/booking-calendars/{id}")
_TIME_SLOTS = Operation("GET", "/booking-calendars/{id}/time-slots")
_SCHEDULE = Operation("POST", "/booking-calendars/{id}/schedule")
_CREATE_ONE_TIME_LINK = Operation("POST", "/booking-calendars/{id}/one-time-links")

_FILLED_IN = frozenset(
    {
        SlotLocationType.VIRTUAL,
        SlotLocationType.GUEST_PHONE,
        SlotLocationType.IN_PERSON_BY_GUEST,
    }
)

FormFields = Mapping[str, str | Sequence[str]]
"""A guest's answers by the fields' mapped names: `name`, `email`, `phone`, and custom fields (a
list of texts for a multi-select)."""


class BookingCalendars(Resource):
    """Booking calendars, their free slots and their links."""

    def list(
        self,
        *,
        host: str | None = None,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[BookingCalendar]:
        """All booking calendars, or those hosted by a user or team.

        https://help.oncehub.com/developers/api/#tag/booking-calendars/GET/booking-calendars
        """
        query = {**checks.texts_of({"host": host}), **checks.page(limit, after, before)}
        return self._listing(_LIST, BookingCalendar, query)

    async def get(self, id: str) -> BookingCalendar:
        """One booking calendar. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/developers/api/#tag/booking-calendars/GET/booking-calendars/{id}
        """
        return await self._call(_GET, BookingCalendar, id=checks.object_id(id))

    async def time_slots(
        self,
        id: str,
        *,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> Sequence[TimeSlot]:
        """The free slots of a calendar, from now for a week unless told otherwise.

        The two times are aware and at most 30 days apart. Raises `PaymentRequiredError` where the
        host has no seat, `UnprocessableError` where the calendar is not published.

        https://help.oncehub.com/developers/api/#tag/booking-calendars/GET/booking-calendars/{id}/time-slots
        """
        return await self._call_for_array(
            _TIME_SLOTS,
            TimeSlot,
            id=checks.object_id(id),
            query=checks.slot_range(start_time, end_time),
        )

    async def schedule(
        self,
        id: str,
        *,
        start_time: datetime | None,
        guest_time_zone: str,
        booking_form: BookingForm | FormFields,
        location: SlotLocation | None = None,
        extra: Extra = None,
    ) -> ScheduledBooking:
        """Book one of the free slots; gives the new booking's id.

        `start_time` is a slot's (the type allows None since a slot's does; None is refused),
        `guest_time_zone` is an IANA name, `booking_form` needs `name` and `email`. `location` is
        one of those that the slot offers; without it a virtual one is taken.

        Never sent twice unless the first time certainly had no effect. Raises
        `OutcomeUnknownError` where that can't be known. A slot that is not free (any more) is a
        `BadRequestError` whose `param` is "start_time"; other values of `param` name what is wrong
        with the guest's data. A `DeadlineExceededError` means that nothing was booked.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/booking-calendars/POST/booking-calendars/{id}/schedule
        """
        form = _form(booking_form)
        for field in ("name", "email"):
            if field not in form:
                raise InvalidParameterError(f"booking_form.{field}", "is missing")
            checks.filled_text(form[field], f"booking_form.{field}")
        fields: dict[str, object] = {
            "start_time": checks.moment(start_time, "start_time"),
            "guest_time_zone": checks.time_zone(guest_time_zone, "guest_time_zone"),
            "booking_form": form,
            "location": UNSET if location is None else _location(location),
        }
        if fields["start_time"] is None:
            raise InvalidParameterError("start_time", "is missing")
        body = with_extra(fields, extra)
        return await self._call(_SCHEDULE, ScheduledBooking, id=checks.object_id(id), body=body)

    async def create_one_time_link(
        self,
        id: str,
        *,
        booking_form: BookingForm | FormFields | None = None,
        utm_params: UtmParams | None = None,
        hide_url_params: bool | None = None,
        booking_settings: Mapping[str, object] | None = None,
        extra: Extra = None,
    ) -> OneTimeLink:
        """A link that can be used for one booking, with the form filled in on request.

        `booking_settings` may hold `host`, `co_hosts`, `duration_minutes` and `skip` (a list).
        With `hide_url_params` what the form holds is not visible in the link. Unused links are
        deleted after 90 days. Raises `BadRequestError` where the calendar does not allow them.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/booking-calendars/POST/booking-calendars/{id}/one-time-links
        """
        fields: dict[str, object] = {
            "booking_form": UNSET if booking_form is None else _form(booking_form),
            "utm_params": UNSET if utm_params is None else _utm(utm_params),
            "hide_url_params": unless_none(hide_url_params),
            "booking_settings": UNSET if booking_settings is None else _settings(booking_settings),
        }
        body = with_extra(fields, extra)
        return await self._call(
            _CREATE_ONE_TIME_LINK, OneTimeLink, id=checks.object_id(id), body=body
        )


def _form(form: BookingForm | FormFields) -> dict[str, str | Sequence[str]]:
    if isinstance(form, BookingForm):
        form = {name: value for name, value in to_dict(form).items() if value is not None}
    if not isinstance(form, Mapping):
        raise InvalidParameterError("booking_form", "expected a BookingForm or a mapping of fields")
    return {
        name: value if isinstance(value, str) else checks.texts(value, f"booking_form.{name}")
        for name, value in form.items()
    }


def _settings(settings: Mapping[str, object]) -> dict[str, object]:
    return dict(checks.mapping(settings, "booking_settings", "settings to values"))


def _location(location: SlotLocation) -> dict[str, str | None]:
    checks.required_text(location.type, "location.type")
    kind = checks.documented(location.type, SlotLocationType, "location.type")
    if kind in _FILLED_IN:
        checks.filled_text(location.value, "location.value")
    if kind == SlotLocationType.VIRTUAL:
        checks.tell_undocumented((str(location.value),), ConferencingService, "location.value")
    # A slot shows an address's text as the value; a booking wants its id there.
    is_address = kind == SlotLocationType.PHYSICAL and location.id is not None
    return {"type": kind, "value": location.id if is_address else location.value}


def _utm(utm: UtmParams) -> dict[str, str]:
    names = ("source", "medium", "campaign", "term", "content")
    values = {name: getattr(utm, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}
