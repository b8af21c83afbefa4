"""Teams. https://help.oncehub.com/developers/api/#tag/teams/GET/teams"""

from .._ground import checks
from .._http import Operation
from .._lists import Listing
from ..models import Team
from ._resource import Resource

_LIST = Operation("GET", "/teams")
_GET = Operation("GET", "/teams/{id}")


class Teams(Resource):
    """Teams of users."""

    def list(
        self,
        *,
        user: str | None = None,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[Team]:
        """All teams, or those that a user is a member of.

        https://help.oncehub.com/developers/api/#tag/teams/GET/teams
        """
        return self._listing(
            _LIST,
            Team,
            {**checks.texts_of({"user": user}), **checks.page(limit, after, before)},
        )

    async def get(self, id: str) -> Team:
        """One team. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/developers/api/#tag/teams/GET/teams/{id}
        """
        return await self._call(_GET, Team, id=checks.object_id(id))
