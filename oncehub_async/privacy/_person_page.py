"""What is kept of a person as a page of HTML: one file, which asks nobody for anything.

Whoever books types into it: every text is escaped, and no address becomes a link.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from .._ground import dump_json, printable, text_in_minutes
from ._person_data import FoundAt, PersonData, written

_STYLE = """
:root{color-scheme:light dark}*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;max-width:60rem;font:16px/1.5 system-ui,sans-serif}
h1{margin:0}h2{margin:2.5rem 0 .5rem;overflow-wrap:anywhere}h3{margin:1.5rem 0 .25rem}
details{border:1px solid #8885;border-radius:.4rem;padding:.4rem .8rem;margin:.5rem 0}
summary{cursor:pointer;font-weight:600}dl{display:grid;grid-template-columns:minmax(8rem,16rem) 1fr;
gap:.2rem 1rem;margin:.5rem 0}dt{opacity:.75;overflow-wrap:anywhere}
dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}
@media print{body{max-width:none;padding:0}details{break-inside:avoid}}
""".replace("\n", "")


def person_html(data: PersonData) -> str:
    """The page."""
    made = text_in_minutes(data.made)
    count = f"{data.count:,} object" + ("" if data.count == 1 else "s")
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">",
        f"<title>What is kept of {_text(data.email)}</title><style>{_STYLE}</style></head>",
        f"<body><main><h1>What is kept of {_text(data.email)}</h1>",
        f"<p>Looked for on {_text(made)}: {count} in {len(data.places)} places.</p>",
        *(part for each in data.places for part in _place(each)),
        "<h2>What else there is, or may be</h2><ul>",
        *(f"<li>{_text(each)}</li>" for each in data.by_hand),
        "</ul></main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _place(place: FoundAt) -> Iterator[str]:
    yield f"<section><h2>{_text(place.place)} ({place.kind})</h2>"
    if not place.count:
        yield "<p>Nothing.</p>"
    for name, items in place.found.items():
        yield f"<h3>{_text(name.replace('_', ' '))} ({len(items):,})</h3>"
        yield from (_item(each) for each in items)
    yield "</section>"


def _item(item: Mapping[str, Any]) -> str:
    fields = "".join(
        f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in _fields(written(item))
    )
    title = _text(str(item.get("id") or "object"))
    return f"<details open><summary>{title}</summary><dl>{fields}</dl></details>"


def _fields(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, each in value.items():
        if isinstance(each, Mapping):
            yield from _fields(each, f"{before}{name}.")
        elif isinstance(each, str):
            yield f"{before}{name}", each
        else:
            yield f"{before}{name}", dump_json(each).decode()


def _text(text: str) -> str:
    return escape(printable(text, keep="\n"), quote=True)
