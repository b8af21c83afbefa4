"""A kind of meeting. https://developers.oncehub.com/reference/the-event-type-object"""

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class EventType(Model):
    """An event type of the classic product."""

    id: str
    object: str | None = None
    name: str | None = None
    description: str | None = None
