"""The tables of docs/data-dictionary.md, made from the models' docs.

    python -m tests.models.data_dictionary

writes them anew, where a model or what is said of it has changed.
"""

from collections.abc import Iterator

import attrs

from oncehub_async import models
from oncehub_async.models import LISTED, FieldMeaning, Model, meanings_of

from ..documents import ROOT, renewed

PAGE = ROOT / "docs" / "data-dictionary.md"
PUBLIC: dict[str, type[Model]] = {
    name: value
    for name, value in vars(models).items()
    if isinstance(value, type) and issubclass(value, Model) and value is not Model
}


def dictionary() -> str:
    """All objects with their fields, as Markdown: first those of the lists, then the others."""
    inside = {each for model in PUBLIC.values() for each in _inside(model)}
    others = [each for each in PUBLIC.values() if each not in (*LISTED.values(), *inside)]
    sections = [*LISTED.items(), *((each.__name__, each) for each in others)]
    return "\n".join(line for name, model in sections for line in _section(name, model))


def page() -> str:
    """The page as it should be."""
    return renewed(PAGE, "tests/models/data_dictionary.py", dictionary())


def _inside(model: type[Model]) -> Iterator[type[Model]]:
    """The models whose fields stand in the table of another."""
    for field in meanings_of(model):
        for each in () if field.is_expandable else field.models:
            yield each
            yield from _inside(each)


def _section(name: str, model: type[Model]) -> Iterator[str]:
    fields = list(_fields(model))
    yield from (f"### {name}", "", " ".join((model.__doc__ or "").split()), "")
    yield from ("| field | holds | means |", "| --- | --- | --- |")
    yield from (f"| `{each.name}` | {_holds(each)} | {each.meaning} |" for each in fields)
    yield ""
    for field in fields:
        if field.values:
            yield from (f"The values of `{field.name}`:", "")
            yield from (f"- `{each.value}`: {each.meaning}" for each in field.values)
            yield ""


def _fields(model: type[Model], around: str = "") -> Iterator[FieldMeaning]:
    """The fields, those inside an object behind it with dots."""
    for field in meanings_of(model):
        name = f"{around}{field.name}"
        yield attrs.evolve(field, name=name)
        for each in () if field.is_expandable else field.models:
            yield from _fields(each, f"{name}.")


def _holds(field: FieldMeaning) -> str:
    """What is in a field, with a link to what it can be instead."""
    sections = {model: name for name, model in LISTED.items()}
    names = [sections.get(each, each.__name__) for each in field.models]
    links = " or ".join(f"[{each}](#{each.lower()})" for each in names)
    return f"{field.holds}; expanded: {links}" if field.is_expandable else field.holds


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
