"""What a webhook delivers. https://developers.oncehub.com/reference/the-event-object"""

from datetime import datetime
from typing import Any

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class WebhookEvent(Model):
    """The envelope of a delivery; `data` is the booking or conversation as it was sent."""

    _shown = ("id", "type", "creation_time")

    id: str
    object: str | None = None
    creation_time: datetime | None = None
    type: str | None = None
    api_version: str | None = None
    data: Any = attrs.field(default=None, hash=False)
