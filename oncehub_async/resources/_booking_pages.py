"""Booking pages (classic). https://help.oncehub.com/scheduleonce/developers/api/#tag/booking-pages/GET/booking-pages"""

from .._ground import checks
from .._http import Operation
from .._lists import Listing
from ..models import BookingPage
from ._resource import Resource

_LIST = Operation("GET", "/booking-pages")
_GET = Operation("GET", "/booking-pages/{id}")


class BookingPages(Resource):
    """Booking pages of the classic product. Accounts without it answer `NotFoundError`."""

    def list(
        self,
        *,
        master_page: str | None = None,
        event_type: str | None = None,
        user: str | None = None,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[BookingPage]:
        """All booking pages, or those of a master page, an event type or a user.

        https://help.oncehub.com/scheduleonce/developers/api/#tag/booking-pages/GET/booking-pages
        """
        query = {
            **checks.texts_of({"master_page": master_page, "event_type": event_type, "user": user}),
            **checks.page(limit, after, before),
        }
        return self._listing(_LIST, BookingPage, query)

    async def get(self, id: str) -> BookingPage:
        """One booking page. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/scheduleonce/developers/api/#tag/booking-pages/GET/booking-pages/{id}
        """
        return await self._call(_GET, BookingPage, id=checks.object_id(id))
