"""A team of users. https://developers.oncehub.com/reference/the-team-object"""

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class Team(Model):
    """A team."""

    id: str
    object: str | None = None
    name: str | None = None
