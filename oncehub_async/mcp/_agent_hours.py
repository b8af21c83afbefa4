"""Working hours as agents give them, and as a person reads them."""

from typing import Any

from ..errors import InvalidParameterError, ModelError
from ..models import DateOverride, Model, WorkingDay, from_dict


def hours_of(given: list[Any], cls: type[Any], name: str) -> list[Any]:
    """Days or dates of that class. Raises `InvalidParameterError`, which says where."""
    made: list[Model] = []
    for at, each in enumerate(given):
        try:
            made.append(from_dict(each, cls, at=f"{name}[{at}]"))
        except ModelError as error:
            raise InvalidParameterError(name, str(error)) from None
    return made


def hours_in_words(day: WorkingDay | DateOverride) -> str:
    """Such as 09:00-12:00, 13:00-17:00."""
    if day.working_hours is None:
        return "as on that weekday"
    hours = [f"{each.start_time}-{each.end_time}" for each in day.working_hours]
    return ", ".join(hours) or "off"
