"""Teams. https://developers.oncehub.com/reference/list-all-teams"""

from .. import parameters
from ..listing import Listing
from ..models import Team
from ..request import Operation
from .base import Resource

_LIST = Operation("GET", "/teams")
_GET = Operation("GET", "/teams/{id}")


class Teams(Resource):
    """Teams of users."""

    def list(
        self,
        *,
        user: str | None = None,
        limit: int = parameters.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[Team]:
        """All teams, or those that a user is a member of.

        https://developers.oncehub.com/reference/list-all-teams
        """
        return self._listing(
            _LIST,
            Team,
            {**parameters.texts_of({"user": user}), **parameters.page(limit, after, before)},
        )

    async def get(self, id: str) -> Team:
        """One team. Raises `NotFoundError`, or `DeletedObjectError`.

        https://developers.oncehub.com/reference/get-a-single-team
        """
        return await self._call(_GET, Team, id=parameters.object_id(id))
