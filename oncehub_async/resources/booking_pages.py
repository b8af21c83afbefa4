"""Booking pages (classic). https://developers.oncehub.com/reference/list-all-booking-pages"""

from .. import parameters
from ..listing import Listing
from ..models import BookingPage
from ..request import Operation
from .base import Resource

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
        limit: int = parameters.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[BookingPage]:
        """All booking pages, or those of a master page, an event type or a user.

        https://developers.oncehub.com/reference/list-all-booking-pages
        """
        query = {
            **parameters.texts_of(
                {"master_page": master_page, "event_type": event_type, "user": user}
            ),
            **parameters.page(limit, after, before),
        }
        return self._listing(_LIST, BookingPage, query)

    async def get(self, id: str) -> BookingPage:
        """One booking page. Raises `NotFoundError`, or `DeletedObjectError`.

        https://developers.oncehub.com/reference/get-a-single-booking-page
        """
        return await self._call(_GET, BookingPage, id=parameters.object_id(id))
