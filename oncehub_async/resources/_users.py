"""Users. https://help.oncehub.com/developers/api/#tag/users/GET/users"""

from collections.abc import Sequence
from datetime import date
from typing import TypedDict, Unpack

from .._ground import UNSET, Unset, checks
from .._http import Operation
from .._lists import Listing
from ..errors import InvalidParameterError
from ..models import DateOverride, Deleted, RoleName, SchedulingAvailability, User, WorkingDay
from ._availability_rules import overrides_body, weekly_body
from ._body_fields import Extra, shared_fields, some_with_extra, spelled_out_fields, with_extra
from ._resource import Resource

_LIST = Operation("GET", "/users")
_CREATE = Operation("POST", "/users")
_GET = Operation("GET", "/users/{id}")
_UPDATE = Operation("PATCH", "/users/{id}")
_DELETE = Operation("DELETE", "/users/{id}")
_AVAILABILITY = Operation("GET", "/users/{id}/scheduling-availability")
_UPDATE_AVAILABILITY = Operation("PATCH", "/users/{id}/scheduling-availability")


class UserFields(TypedDict, total=False):
    """What can be set when a user is added, and changed later."""

    role_name: RoleName | str | Unset | None
    teams: Sequence[str] | Unset | None


class Users(Resource):
    """The members of the account."""

    def list(
        self,
        *,
        email: str | None = None,
        limit: int = checks.MAX_LIMIT,
        after: str | None = None,
        before: str | None = None,
    ) -> Listing[User]:
        """All users, or the one with an email address.

        https://help.oncehub.com/developers/api/#tag/users/GET/users
        """
        query = {**checks.texts_of({"email": email}), **checks.page(limit, after, before)}
        return self._listing(_LIST, User, query)

    async def get(self, id: str) -> User:
        """One user. Raises `NotFoundError`, or `DeletedObjectError`.

        https://help.oncehub.com/developers/api/#tag/users/GET/users/{id}
        """
        return await self._call(_GET, User, id=checks.object_id(id))

    @spelled_out_fields(UserFields)
    async def create(
        self,
        *,
        email: str,
        first_name: str,
        last_name: str,
        extra: Extra = None,
        **fields: Unpack[UserFields],
    ) -> User:
        """Add a user, who gets an invitation by email; a Member unless told otherwise.

        `teams` holds team ids. Raises `BadRequestError` where the address is another user's,
        `UnprocessableError` where the plan allows no more users.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/users/POST/users
        """
        body = {
            "email": checks.filled_text(email, "email"),
            "first_name": checks.filled_text(first_name, "first_name"),
            "last_name": checks.filled_text(last_name, "last_name"),
            **_checked(fields),
        }
        body = with_extra(body, extra, named=UserFields.__annotations__)
        return await self._call(_CREATE, User, body=body)

    @spelled_out_fields(UserFields)
    async def update(
        self,
        id: str,
        *,
        first_name: str | Unset | None = UNSET,
        last_name: str | Unset | None = UNSET,
        extra: Extra = None,
        **fields: Unpack[UserFields],
    ) -> User:
        """Change fields of a user: what is not passed stays, None sets a field to null.

        `teams` replaces the teams that the user is in. Raises `PermissionDeniedError` for the
        Account Owner, `GoneError` for a deleted user.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/users/PATCH/users/{id}
        """
        body = {"first_name": first_name, "last_name": last_name, **_checked(fields)}
        body = some_with_extra(body, extra, named=UserFields.__annotations__)
        return await self._call(_UPDATE, User, id=checks.object_id(id), body=body)

    async def delete(self, id: str) -> Deleted:
        """Delete a user.

        https://help.oncehub.com/developers/api/#tag/users/DELETE/users/{id}
        """
        return await self._call(_DELETE, Deleted, id=checks.object_id(id))

    async def scheduling_availability(
        self,
        id: str,
        *,
        overrides_start_time: date | None = None,
        overrides_end_time: date | None = None,
    ) -> SchedulingAvailability:
        """A user's weekly working hours and the dates that differ from them.

        Of those dates the ones from `overrides_start_time` to `overrides_end_time` are given, both
        included; all of them without.

        https://help.oncehub.com/developers/api/#tag/users/GET/users/{id}/scheduling-availability
        """
        query = {
            "overrides_start_time": checks.day(overrides_start_time, "overrides_start_time"),
            "overrides_end_time": checks.day(overrides_end_time, "overrides_end_time"),
        }
        first, last = query["overrides_start_time"], query["overrides_end_time"]
        if first is not None and last is not None and first > last:
            raise InvalidParameterError(
                "overrides_start_time", "is later than overrides_end_time; swap the two"
            )
        return await self._call(
            _AVAILABILITY, SchedulingAvailability, id=checks.object_id(id), query=query
        )

    async def update_scheduling_availability(
        self,
        id: str,
        *,
        weekly: Sequence[WorkingDay] | Unset = UNSET,
        overrides: Sequence[DateOverride] | Unset = UNSET,
        extra: Extra = None,
    ) -> SchedulingAvailability:
        """Replace the hours of whole days of the week and of whole dates; others stay.

        Times are "HH:MM" in steps of 15 minutes, in the user's time zone.

        `extra` holds fields of the body that this package has no parameter for.

        https://help.oncehub.com/developers/api/#tag/users/PATCH/users/{id}/scheduling-availability
        """
        fields = {
            "weekly": weekly if isinstance(weekly, Unset) else weekly_body(weekly),
            "overrides": overrides if isinstance(overrides, Unset) else overrides_body(overrides),
        }
        return await self._call(
            _UPDATE_AVAILABILITY,
            SchedulingAvailability,
            id=checks.object_id(id),
            body=some_with_extra(fields, extra),
        )


def _checked(given: UserFields) -> dict[str, object]:
    fields = shared_fields(given, UserFields)
    role = fields.get("role_name", UNSET)
    if role == RoleName.ACCOUNT_OWNER:
        raise InvalidParameterError("role_name", "the Account Owner can't be assigned by the API")
    if role not in (None, UNSET):
        fields["role_name"] = checks.documented(role, RoleName, "role_name")
    if fields.get("teams", UNSET) not in (None, UNSET):
        fields["teams"] = checks.texts(fields["teams"], "teams")
    return fields
