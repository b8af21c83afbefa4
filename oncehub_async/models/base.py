"""What all models share: frozen, forgiving about what is missing, silent about people."""

from collections.abc import Mapping
from typing import Any, ClassVar

import attrs


@attrs.frozen(kw_only=True, repr=False)
class Model:
    """An object of the API.

    Every field may be missing or null in an answer and is None then; only an `id` must be there.
    `unknown_fields` holds what the vendor sent beyond the documented fields; it comes out again
    when the object is dumped. A repr names ids, states and times, and nothing about people.
    """

    _shown: ClassVar[tuple[str, ...]] = ("id",)
    _other_spellings: ClassVar[Mapping[str, str]] = {}

    unknown_fields: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    def __repr__(self) -> str:
        values = ((name, getattr(self, name, None)) for name in self._shown)
        shown = ", ".join(f"{name}={value!r}" for name, value in values if value is not None)
        return f"{type(self).__name__}({shown})"
