"""What the handlers share."""

from datetime import datetime

import attrs


@attrs.define
class Diary:
    """Meetings by booking, and whom to call back."""

    meetings: dict[str, datetime | None] = attrs.Factory(dict)
    to_call: set[str] = attrs.Factory(set)
    busy: set[str] = attrs.Factory(set)
    failures: list[str] = attrs.Factory(list)
