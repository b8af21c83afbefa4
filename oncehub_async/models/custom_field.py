"""A field that an account added to its own objects."""

from typing import Any

import attrs

from .base import Model


@attrs.frozen(kw_only=True, repr=False)
class CustomField(Model):
    """A custom field's name and its value, which can be any JSON value."""

    _shown = ("name",)

    name: str | None = None
    value: Any = attrs.field(default=None, hash=False)
