"""What is left of a deleted object."""

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class Deleted(Model):
    """An object that has been deleted: its id, and perhaps its type.

    It is the answer to a deletion, and stands where a deleted object is expanded inside another.
    Source: https://developers.oncehub.com/docs/deleted-objects
    """

    _shown = ("id", "object")

    id: str
    object: str | None = None
    deleted: bool | None = True
