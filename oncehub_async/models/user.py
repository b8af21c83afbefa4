"""A member of the account. https://developers.oncehub.com/reference/the-user-object"""

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class User(Model):
    """A user. `timezone` is an IANA name; `teams` holds team ids."""

    _shown = ("id", "status", "role_name")

    id: str
    object: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    status: str | None = None
    role_name: str | None = None
    timezone: str | None = None
    teams: tuple[str, ...] | None = None
