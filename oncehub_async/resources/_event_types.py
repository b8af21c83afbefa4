"""Event types (classic). https://help.oncehub.com/scheduleonce/developers/api/#tag/event-types/GET/event-types"""

from .._ground import checks
from .._http import Operation
from .._lists import Listing
from ..models import EventType
from ._resource import Resource

_LIST = Operation("GET", "/event-types")
_GET = Operation("GET", "/event-types/{id}")


class EventTypes(Resource):
    """Event types of the classic product. Accounts without it answer `NotFoundError`."""

    def list(
        self,
        *,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[EventType]:
        """All event types.

        https://help.oncehub.com/scheduleonce/developers/api/#tag/event-types/GET/event-types
        """
        return self._listing(_LIST, EventType, checks.page(limit, after, before))

    async def get(self, id: str) -> EventType:
        """One event type. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/scheduleonce/developers/api/#tag/event-types/GET/event-types/{id}
        """
        return await self._call(_GET, EventType, id=checks.object_id(id))
