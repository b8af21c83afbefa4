"""A page over booking pages. https://developers.oncehub.com/reference/the-master-page-object"""

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class MasterPage(Model):
    """A master page of the classic product."""

    _shown = ("id", "active")

    id: str
    object: str | None = None
    name: str | None = None
    label: str | None = None
    url: str | None = None
    active: bool | None = None
