"""The data dictionary in docs/sync.md, made from the code.

    python -m tests.sync.data_dictionary

writes it anew, where a model or a table has changed.
"""

from oncehub_async.sync import TABLES, table_of

from ..documents import ROOT, renewed

PAGE = ROOT / "docs" / "sync.md"


def dictionary() -> str:
    """All tables and columns, as Markdown."""
    parts = []
    for name in TABLES:
        table = table_of(name)
        parts += [
            f"### {name}",
            "",
            table.comment,
            "",
            "| column | holds | |",
            "| --- | --- | --- |",
        ]
        parts += [
            f"| `{each.name}` | {each.kind.value} | {each.comment} |" for each in table.columns
        ]
        parts.append("")
    return "\n".join(parts)


def page_with(made: str) -> str:
    """The page with a dictionary in the place of the one that it has."""
    return renewed(PAGE, "tests/sync/data_dictionary.py", made)


if __name__ == "__main__":
    PAGE.write_text(page_with(dictionary()), "utf-8")
