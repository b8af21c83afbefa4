"""`oncehub describe`: what the fields and columns of objects mean, as the models' docs say it."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from .._ground import did_you_mean, likely_word
from ..errors import InvalidParameterError
from ..export import RESOURCES, plan_export
from ..models import LISTED, FieldMeaning, Model, meanings_of
from ..sync import table_of
from . import COMPLETE
from ._output import note, say, say_json

_RESOURCE_OF = {model: name for name, model in LISTED.items()}
_DEEPEST = 2
"""As many levels as can be expanded."""


def describe(
    resource: str | None = None, field: str | None = None, /, *, json: bool = False
) -> int:
    """Tell what the fields of objects mean, and which values they have.

    For example: oncehub describe bookings, or oncehub describe bookings status.

    Needs no key and no network.

    Exit codes: 0 done, 2 wrong usage.

    Parameters
    ----------
    resource
        What to describe: RESOURCE_NAMES. Without it, what there is.
    field
        One field, such as status or form_submission.email; also a column of an export or a synced
        database, such as form_submission_email or _deleted.
    json
        Print it as JSON.
    """
    if resource is None:
        if json:
            say_json([{"resource": name, "meaning": _about(name)} for name in RESOURCES])
        else:
            say(*(f"{name.replace('_', '-')}: {_about(name)}" for name in RESOURCES))
        return COMPLETE
    (plan,) = plan_export((resource,)).resources
    if field is None:
        _tell_all(plan.name, json)
    else:
        _tell_one(_found(plan.name, field), json)
    return COMPLETE


# The list of resources is long and has one source.
describe.__doc__ = (describe.__doc__ or "").replace(
    "RESOURCE_NAMES", ", ".join(name.replace("_", "-") for name in RESOURCES)
)


def _about(resource: str) -> str:
    return table_of(resource).comment


def _tell_all(resource: str, json: bool) -> None:
    fields = meanings_of(LISTED[resource])
    if json:
        told = [_as_json(each) for each in fields]
        say_json({"resource": resource, "meaning": _about(resource), "fields": told})
        return
    say(_about(resource), "", *(line for each in fields for line in _lines(each)))
    added = ", ".join(each.name for each in _added(resource))
    note(f"A synced database adds {added}. oncehub describe {resource} FIELD tells of one.")


def _tell_one(field: FieldMeaning, json: bool) -> None:
    if json:
        say_json(_as_json(field, is_whole=True))
    else:
        say(*_lines(field, is_whole=True))


def _lines(field: FieldMeaning, is_whole: bool = False) -> Iterator[str]:
    """A field, its values and what is inside it, a line each."""
    kind = f"{field.holds}, expandable" if field.is_expandable else field.holds
    yield f"{field.name} ({kind}): {field.meaning}"
    yield from (f"  {each.value}: {each.meaning}" for each in field.values)
    for inner in _inside(field, is_whole):
        yield from _lines(inner)
    if is_whole and (resources := _expanded(field)):
        commands = " or ".join(f"`oncehub describe {name}`" for name in resources)
        yield f"  Expanded, it is what {commands} tells of."


def _as_json(field: FieldMeaning, is_whole: bool = False) -> dict[str, Any]:
    return {
        "name": field.name,
        "holds": field.holds,
        "meaning": field.meaning,
        "expandable": field.is_expandable,
        "expands_to": _expanded(field),
        "values": [attrs.asdict(each) for each in field.values],
        "fields": [_as_json(each) for each in _inside(field, is_whole)],
    }


def _inside(field: FieldMeaning, is_whole: bool) -> Iterator[FieldMeaning]:
    """The fields of an object inside: one to expand has them where it is looked at alone.

    Objects that can be listed are described by themselves.
    """
    if not field.is_expandable or is_whole:
        for model in field.models:
            if model not in _RESOURCE_OF:
                yield from _below(field, model)


def _below(field: FieldMeaning, model: type[Model]) -> Iterator[FieldMeaning]:
    for inner in meanings_of(model):
        yield attrs.evolve(inner, name=f"{field.name}.{inner.name}")


def _expanded(field: FieldMeaning) -> list[str]:
    """The resources whose objects it holds where that is asked for."""
    return [_RESOURCE_OF[model] for model in field.models if model in _RESOURCE_OF]


def _found(resource: str, written: str) -> FieldMeaning:
    """The field or column of that name. Raises `InvalidParameterError`."""
    top = meanings_of(LISTED[resource])
    fields = [*_every(top, _DEEPEST), *_added(resource)]
    by_column: Mapping[str, FieldMeaning] = {_column(each.name): each for each in reversed(fields)}
    column = _column(written)
    # CSV and Parquet have two columns for some fields.
    for name in (column, column.removesuffix("_expanded"), column.removesuffix("_json")):
        if name in by_column:
            return by_column[name]
    names = [each.name for each in fields]
    known = names if likely_word(written, names) else [each.name for each in top]
    raise InvalidParameterError(
        "field", f"{resource} have none called '{written}'; {did_you_mean(written, known)}"
    )


def _every(fields: tuple[FieldMeaning, ...], levels: int) -> Iterator[FieldMeaning]:
    for field in fields:
        yield field
        left = levels - field.is_expandable
        for model in field.models if left >= 0 else ():
            yield from _every(tuple(_below(field, model)), left)


def _added(resource: str) -> list[FieldMeaning]:
    """The columns that a synced database has besides the vendor's fields."""
    return [
        FieldMeaning(name=each.name, holds=each.kind.value, meaning=each.comment)
        for each in table_of(resource).columns
        if each.is_ours
    ]


def _column(name: str) -> str:
    """The name of a field's column in a database, in whichever way it is written."""
    return name.strip().replace(".", "_").replace("-", "_").lower()
