"""The tables of `docs/export-formats.md`; `python -m tests.export.formats.documented` renews them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from oncehub_async.export._formats.csv_format import header
from oncehub_async.export._formats.fields import UNKNOWN_FIELDS, Field, FieldKind, fields_of
from oncehub_async.export._formats.parquet_format import schema

PAGE = Path(__file__).parents[3] / "docs" / "export-formats.md"
TABLE = re.compile(r"(<!-- columns of (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

_HOLDS = {
    FieldKind.TEXT: "text",
    FieldKind.INTEGER: "integer",
    FieldKind.NUMBER: "number",
    FieldKind.BOOLEAN: "boolean",
    FieldKind.TIME: "time",
    FieldKind.TEXTS: "texts",
    FieldKind.ID: "id",
    FieldKind.EXPANDED: "object",
    FieldKind.OBJECTS: "custom fields",
}


def page() -> str:
    """The page as it is."""
    return PAGE.read_text(encoding="utf-8")


def renewed(text: str) -> str:
    """The page with its tables as the code has them."""
    return TABLE.sub(lambda found: found[1] + table(found[2]) + found[3], text)


def table(resource: str) -> str:
    """All columns of a resource, in their order."""
    lines = [f"| `{name}` | {holds} |\n" for name, holds in _rows(fields_of(resource), "")]
    assert len(lines) + 1 == len(header(resource))
    assert len(fields_of(resource)) + 1 == len(schema(resource))
    last = f"| `{UNKNOWN_FIELDS}` | object |\n"
    return "".join(["| Column | Holds |\n", "|---|---|\n", *lines, last])


def _rows(fields: Sequence[Field], prefix: str) -> Iterator[tuple[str, str]]:
    for field in fields:
        name = prefix + field.name
        if field.kind is FieldKind.OBJECT:
            yield from _rows(field.fields, f"{name}.")
        else:
            yield name, _HOLDS[field.kind]


if __name__ == "__main__":
    PAGE.write_text(renewed(page()), encoding="utf-8")
