"""Values, fields and events that OnceHub lists: on a command line, others are taken for slips.

The library is lenient, for the vendor adds values; a command whose answer is an empty file with
exit code 0 is no help to whoever mistyped one. `--unlisted` insists.
"""

import inspect
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, get_args, get_type_hints

from .. import resources
from .._ground import did_you_mean
from ..errors import InvalidParameterError
from ..export import ExportPlan
from ..models import Deleted, EventName, Model
from ._object_ids import OF_FILTER, checked_id

_DEEPEST = 2
_OF_EVERY_LIST = ("after", "before", "limit", "expand")
_INSIST = "--unlisted sends it all the same"


def refuse_unlisted(plan: ExportPlan) -> None:
    """Raises `InvalidParameterError` for what OnceHub doesn't list, before anything is sent."""
    for each in plan.resources:
        hints = get_type_hints(_list_of(each.name))
        for param, value in each.arguments.items():
            listed = _listed_values(hints[param])
            if listed and str(value) not in listed:
                what = f"'{value}' is no {param} of {each.name}"
                raise InvalidParameterError("--filter", f"{what}; {_hint(str(value), listed)}")
            _refuse_other_ids(param, str(value))
        refuse_unlisted_fields(each.name, each.arguments.get("expand", ()))


def _refuse_other_ids(param: str, value: str) -> None:
    """An id of another kind, or a name in its place, matches nothing."""
    if param in OF_FILTER:
        checked_id(value, OF_FILTER[param], "--filter", f" ({_INSIST})", f"{param}: ")
    elif param == "email" and "@" not in value:
        raise InvalidParameterError(
            "--filter", f"email: expected an address such as ann@example.com ({_INSIST})"
        )


def refuse_unlisted_events(events: Sequence[str]) -> None:
    """Raises `InvalidParameterError` for an event that OnceHub doesn't list."""
    for each in events:
        if each not in tuple(EventName):
            raise InvalidParameterError(
                "events", f"'{each}' is none; {_hint(each, tuple(EventName))}"
            )


def filters_in_words(names: Iterable[str]) -> Iterator[str]:
    """Which filters each resource has, as they are written: `bookings status, ...`."""
    for name in names:
        filters = [
            re.sub("_([gl]t)$", r".\1", each)
            for each in inspect.signature(_list_of(name)).parameters
            if each not in ("self", *_OF_EVERY_LIST)
        ]
        if filters:
            yield f"{name} {', '.join(filters)}"


def expandable_fields(resource: str) -> tuple[str, ...]:
    """What `--expand` can name: `owner`, `conversation.contact`, ..."""
    (model,) = get_args(get_type_hints(_list_of(resource))["return"])
    return tuple(_expandable(model, _DEEPEST))


def refuse_unlisted_fields(
    resource: str, fields: Sequence[str], insist: str = f" ({_INSIST})"
) -> None:
    """Raises `InvalidParameterError` for a field that can't be expanded."""
    listed = expandable_fields(resource) if fields else ()
    for field in fields:
        name = field.strip().removeprefix("data.")
        if name not in listed:
            hint = f"{did_you_mean(name, listed)}{insist}"
            raise InvalidParameterError("--expand", f"{resource} can't expand '{field}'; {hint}")


def _list_of(resource: str) -> Any:
    return getattr(resources, resource.title().replace("_", "")).list


def _listed_values(annotation: Any) -> tuple[str, ...]:
    """The documented values of a parameter; none where any text will do."""
    kinds = [each for each in get_args(annotation) if isinstance(each, type)]
    return tuple(each for kind in kinds if issubclass(kind, StrEnum) for each in kind)


def _expandable(model: type[Model], levels: int) -> Iterator[str]:
    """The fields that hold an id or, asked for, the object, which can be a deleted one."""
    for name, annotation in get_type_hints(model).items():
        kinds = get_args(annotation)
        if Deleted not in kinds:
            continue
        yield name
        inner = [each for each in kinds if isinstance(each, type) and issubclass(each, Model)]
        if levels > 1:
            within = {field for each in inner for field in _expandable(each, levels - 1)}
            yield from (f"{name}.{field}" for field in sorted(within))


def _hint(value: str, listed: Collection[str]) -> str:
    return f"{did_you_mean(value, listed)} ({_INSIST})"
