"""A subscription to events. https://developers.oncehub.com/reference/the-webhook-object"""

from datetime import datetime
from types import MappingProxyType

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class Webhook(Model):
    """A webhook. `signing_secret` is the key of its signatures and shows in no repr.

    The vendor's document calls it `secret`, the developer guide `signing_secret`; both are read.
    """

    _shown = ("id", "events", "creation_time")
    _other_spellings = MappingProxyType({"secret": "signing_secret"})

    id: str
    object: str | None = None
    api_version: str | None = None
    name: str | None = None
    url: str | None = None
    events: tuple[str, ...] | None = None
    creation_time: datetime | None = None
    signing_secret: str | None = None
