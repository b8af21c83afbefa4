"""Master pages (classic). https://help.oncehub.com/scheduleonce/developers/api/#tag/master-pages/GET/master-pages"""

from .._ground import checks
from .._http import Operation
from .._lists import Listing
from ..models import MasterPage, OneTimeLink
from ._body_fields import Extra, with_extra
from ._resource import Resource

_LIST = Operation("GET", "/master-pages")
_GET = Operation("GET", "/master-pages/{id}")
_CREATE_ONE_TIME_LINK = Operation("POST", "/master-pages/{id}/one-time-links")


class MasterPages(Resource):
    """Master pages of the classic product. Accounts without it answer `NotFoundError`."""

    def list(
        self,
        *,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[MasterPage]:
        """All master pages.

        https://help.oncehub.com/scheduleonce/developers/api/#tag/master-pages/GET/master-pages
        """
        return self._listing(_LIST, MasterPage, checks.page(limit, after, before))

    async def get(self, id: str) -> MasterPage:
        """One master page. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/scheduleonce/developers/api/#tag/master-pages/GET/master-pages/{id}
        """
        return await self._call(_GET, MasterPage, id=checks.object_id(id))

    async def create_one_time_link(self, id: str, *, extra: Extra = None) -> OneTimeLink:
        """A link that can be used for one booking; unused, it is deleted after 90 days.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/scheduleonce/developers/api/#tag/master-pages/POST/master-pages/{id}/one-time-links
        """
        body = None if extra is None else with_extra({}, extra)
        return await self._call(
            _CREATE_ONE_TIME_LINK, OneTimeLink, id=checks.object_id(id), body=body
        )
