"""Several lists of one account, under the same limits. Time is virtual."""

from collections.abc import Mapping

import attrs

from oncehub_async._http.request import Request
from oncehub_async._http.response import RawAnswer
from oncehub_async.simulator._data.timeline import Timeline

from .list_service import DatedClock, Latency, ListService

PATHS = {
    "bookings": "/bookings",
    "contacts": "/contacts",
    "sms_notifications": "/notifications/sms",
}
_END = int(DatedClock().start.timestamp() * 1000)


@attrs.frozen
class Lists:
    """Several lists of one account, under the same limits."""

    by_path: Mapping[str, ListService]

    @classmethod
    def of(cls, counts: Mapping[str, int], latency: Latency, account: int) -> "Lists":
        """Lists as the simulator's accounts have them."""
        first: ListService | None = None
        by_path = {}
        for name, count in counts.items():
            timeline = Timeline(count, _END, account, name)
            service = ListService([timeline.at(index) for index in range(count)], latency)
            first = first or service
            service.share_limits(first)
            by_path[PATHS[name]] = service
        return cls(by_path)

    async def handle(self, request: Request) -> RawAnswer:
        """What the list that is asked for answers."""
        return await self.by_path[request.operation.path].handle(request)
