"""Bookings. https://help.oncehub.com/developers/api/#tag/bookings/GET/bookings"""

from collections.abc import Iterable
from datetime import datetime

from .._ground import checks
from .._http import Operation
from .._lists import Listing
from ..models import Booking, BookingStatus, ConferencingService, SlotLocationType
from ._body_fields import Extra, unless_none, with_extra
from ._resource import Resource

_LIST = Operation("GET", "/bookings")
_GET = Operation("GET", "/bookings/{id}")
_CANCEL = Operation("POST", "/bookings/{id}/cancel")
_REQUEST_RESCHEDULE = Operation("POST", "/bookings/{id}/request-reschedule")
_REASSIGN = Operation("POST", "/bookings/{id}/reassign")
_NO_SHOW = Operation("POST", "/bookings/{id}/no-show")


class Bookings(Resource):
    """Bookings of booking calendars and of booking pages."""

    def list(
        self,
        *,
        status: BookingStatus | str | None = None,
        owner: str | None = None,
        contact: str | None = None,
        host: str | None = None,
        booking_calendar: str | None = None,
        booking_page: str | None = None,
        master_page: str | None = None,
        event_type: str | None = None,
        creation_time_gt: datetime | None = None,
        creation_time_lt: datetime | None = None,
        starting_time_gt: datetime | None = None,
        starting_time_lt: datetime | None = None,
        last_updated_time_gt: datetime | None = None,
        last_updated_time_lt: datetime | None = None,
        expand: str | Iterable[str] | None = None,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[Booking]:
        """All bookings, newest first, or those that match every filter that is given.

        Filters take ids and aware datetimes; both ends of a time range are exclusive. `expand`
        names fields to include as objects, such as "owner" or ("owner", "contact"). `limit` is
        the size of a page, `after` and `before` take a cursor and exclude each other.

        https://help.oncehub.com/developers/api/#tag/bookings/GET/bookings
        """
        query = {
            "status": checks.documented(status, BookingStatus, "status"),
            **checks.texts_of(
                {
                    "owner": owner,
                    "contact": contact,
                    "host": host,
                    "booking_calendar": booking_calendar,
                    "booking_page": booking_page,
                    "master_page": master_page,
                    "event_type": event_type,
                }
            ),
            **checks.time_range("creation_time", creation_time_gt, creation_time_lt),
            **checks.time_range("starting_time", starting_time_gt, starting_time_lt),
            **checks.time_range("last_updated_time", last_updated_time_gt, last_updated_time_lt),
            "expand": checks.expansion(expand),
            **checks.page(limit, after, before),
        }
        return self._listing(_LIST, Booking, query)

    async def get(self, id: str, *, expand: str | Iterable[str] | None = None) -> Booking:
        """One booking. Raises `NotFoundError`, or `DeletedObjectError`.

        `expand` names fields to include as objects, as in `list`.

        https://help.oncehub.com/developers/api/#tag/bookings/GET/bookings/{id}
        """
        query = {"expand": checks.expansion(expand)}
        return await self._call(_GET, Booking, id=checks.object_id(id), query=query)

    async def cancel(
        self,
        id: str,
        *,
        cancellation_reason: str | None = None,
        send_cancellation_email: bool = True,
        extra: Extra = None,
    ) -> Booking:
        """Cancel a booking and, unless told otherwise, write to its guest.

        Raises `ConflictError` where its state forbids it, `UnprocessableError` for a paid one.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/bookings/POST/bookings/{id}/cancel
        """
        reason = checks.optional_text(cancellation_reason, "cancellation_reason")
        fields = {
            "send_cancellation_email": send_cancellation_email,
            "cancellation_reason": unless_none(reason),
        }
        body = with_extra(fields, extra)
        return await self._call(_CANCEL, Booking, id=checks.object_id(id), body=body)

    async def request_reschedule(
        self, id: str, *, reschedule_reason: str | None = None, extra: Extra = None
    ) -> Booking:
        """Cancel a booking and ask its guest to choose another time.

        Raises `ConflictError` where its state forbids it, `UnprocessableError` for a paid one.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/bookings/POST/bookings/{id}/request-reschedule
        """
        reason = checks.optional_text(reschedule_reason, "reschedule_reason")
        body = with_extra({"reschedule_reason": unless_none(reason)}, extra)
        return await self._call(_REQUEST_RESCHEDULE, Booking, id=checks.object_id(id), body=body)

    async def reassign(
        self,
        id: str,
        *,
        new_host: str,
        virtual_location: ConferencingService | str | None = None,
        extra: Extra = None,
    ) -> Booking:
        """Give a booking to another host, whose user id is `new_host`.

        `virtual_location` makes it a virtual meeting by that conferencing service (google_meet,
        microsoft_teams, webex, gotomeeting or zoom, connected by the new host); without it the
        new host's settings hold. Raises `ConflictError` where its state or the host forbids it.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/bookings/POST/bookings/{id}/reassign
        """
        fields: dict[str, object] = {"new_host": checks.filled_text(new_host, "new_host")}
        if virtual_location is not None:
            value = checks.filled_text(virtual_location, "virtual_location")
            checks.tell_undocumented((value,), ConferencingService, "virtual_location")
            fields["location"] = {"type": SlotLocationType.VIRTUAL.value, "value": value}
        body = with_extra(fields, extra, named=("virtual_location",))
        return await self._call(_REASSIGN, Booking, id=checks.object_id(id), body=body)

    async def mark_no_show(self, id: str, *, extra: Extra = None) -> Booking:
        """Say that the guest of a past booking did not come.

        Raises `ConflictError` where its state forbids it.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/bookings/POST/bookings/{id}/no-show
        """
        body = None if extra is None else with_extra({}, extra)
        return await self._call(_NO_SHOW, Booking, id=checks.object_id(id), body=body)
