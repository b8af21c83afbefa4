"""A report as a page of HTML: one file, no script or font from elsewhere, to be read by anybody.

Tables sort by a click on a heading, charts are SVG with a text for screen readers, and the page
prints. It stays small: long tables are cut, and say so.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from .._ground import printable
from ._report_cells import longest_bar, shown
from ._report_model import Report, ReportTable, Shows

MOST_BYTES = 150_000
"""A page is at most as long, whatever the account holds."""
_MOST_BARS = 60
_LONGEST_ABOUT = 5_000
_RIGHT = {Shows.COUNT, Shows.NUMBER, Shows.SHARE, Shows.HOURS}
_BAR_HEIGHT, _LABELS, _WIDTH = 22, 220, 760

_STYLE = """
:root{color-scheme:light dark;--ink:#1b2733;--paper:#fff;--line:#d5dce3;--soft:#f3f6f9;
--bar:#2563a8;--warn:#8a3b00}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--paper:#12181f;--line:#33404d;
--soft:#1b242d;--bar:#6ea8e6;--warn:#ffb27a}}
*{box-sizing:border-box}body{margin:0 auto;padding:1.5rem;max-width:80rem;background:var(--paper);
color:var(--ink);font:16px/1.5 system-ui,sans-serif}h1{margin:0}h2{margin:2.5rem 0 .5rem}
.warn{color:var(--warn);font-weight:600}.scroll{overflow-x:auto}table{border-collapse:collapse;
font-variant-numeric:tabular-nums}caption{text-align:left;padding:.5rem 0}th,td{padding:.3rem .7rem;
border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere;
max-width:24rem}th{background:var(--soft);white-space:nowrap}.n{text-align:right}
th button{all:unset;cursor:pointer;font-weight:600}th button:focus-visible{outline:2px solid
var(--bar)}th[aria-sort=ascending] button::after{content:" \\25b2"}th[aria-sort=descending]
button::after{content:" \\25bc"}svg{max-width:100%;height:auto}svg text{fill:var(--ink);
font-size:13px}svg rect{fill:var(--bar)}footer{margin-top:2.5rem;font-size:.9rem}
@media print{body{max-width:none;padding:0}th{background:none}.scroll{overflow:visible}
th[aria-sort] button::after{content:""}}
""".replace("\n", "")

_SCRIPT = """
document.querySelectorAll("th button").forEach(function(button){button.addEventListener("click",
function(){var head=button.closest("th"),table=head.closest("table"),body=table.tBodies[0],
place=head.cellIndex,up=head.getAttribute("aria-sort")!=="ascending";
table.querySelectorAll("th").forEach(function(each){each.removeAttribute("aria-sort")});
head.setAttribute("aria-sort",up?"ascending":"descending");
Array.from(body.rows).sort(function(one,other){var a=one.cells[place].dataset.v,
b=other.cells[place].dataset.v,x=Number(a),y=Number(b),
d=a!==""&&b!==""&&!isNaN(x)&&!isNaN(y)?x-y:a.localeCompare(b);
return up?d:-d}).forEach(function(row){body.appendChild(row)})})})
""".replace("\n", " ")


def report_html(report: Report) -> str:
    """The page, at most `MOST_BYTES` long in UTF-8."""
    rows = 1000
    while True:
        page = _page(report, rows)
        if len(page.encode()) <= MOST_BYTES or rows == 0:
            return page
        rows = rows * 2 // 3


def _page(report: Report, most_rows: int) -> str:
    notes = [f"<p>{_text(each)}</p>" for each in report.notes]
    warning = (
        []
        if report.incomplete is None
        else [f'<p class="warn" role="alert">NOT COMPLETE: {_text(report.incomplete)}</p>']
    )
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">",
        f"<title>{_text(report.title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{_text(report.title)}</h1>",
        *warning,
        f"<p>{_text(report.about[:_LONGEST_ABOUT])}</p>",
        *notes,
        *(_section(table, most_rows) for table in report.tables),
        f"</main><script>{_SCRIPT}</script></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _section(table: ReportTable, most_rows: int) -> str:
    left_out = len(table.rows) - most_rows
    more = (
        f"<p>The first {most_rows:,} of {len(table.rows):,} rows; CSV and JSON have all of them."
        "</p>"
        if left_out > 0
        else ""
    )
    body = "".join(_row(table, row) for row in list(table.rows)[:most_rows])
    heads = "".join(
        f'<th scope="col"{_right(column.shows)}><button type="button">{_text(column.title)}'
        "</button></th>"
        for column in table.columns
    )
    if not table.rows:
        body = f'<tr><td colspan="{len(table.columns)}">Nothing.</td></tr>'
    return (
        f"<section><h2>{_text(table.title)}</h2>{_chart(table, most_rows)}{more}"
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_text(table.title)}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _row(table: ReportTable, row: tuple[Any, ...]) -> str:
    most = max((value or 0 for value in row[1:]), default=0) if table.is_matrix else 0
    cells = []
    for number, (column, value) in enumerate(zip(table.columns, row, strict=True)):
        key = value if isinstance(value, int | float) else shown(value, column)
        shade = f" {_shade(value, most)}" if table.is_matrix and number and most else ""
        cells.append(
            f'<td data-v="{_text(str(key))}"{_right(column.shows)}{shade}>'
            f"{_text(shown(value, column))}</td>"
        )
    return f"<tr>{''.join(cells)}</tr>"


def _shade(value: float, most: float) -> str:
    share = round(60 * (value or 0) / most)
    return f'style="background:color-mix(in srgb,var(--bar) {share}%,transparent)"'


def _chart(table: ReportTable, most_rows: int) -> str:
    found = longest_bar(table)
    if found is None or len(table.rows) < 2 or not most_rows:
        return ""
    number, most = found
    rows = list(table.rows)[: min(_MOST_BARS, most_rows)]
    title = f"{table.columns[number].title}: {table.title}"
    height = _BAR_HEIGHT * len(rows) + 4
    cut = f" The first {len(rows)} of {len(table.rows)}." if len(rows) < len(table.rows) else ""
    told = "; ".join(f"{_cut(_label(table, row))}: {row[number]:,}" for row in rows[:12])
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" role="img" '
        f'aria-label="{_text(title)}"><title>{_text(title)}</title>'
        f"<desc>{_text(told)}.{cut}</desc>{''.join(_bars(table, rows, number, most))}</svg>"
    )


def _bars(
    table: ReportTable, rows: Iterable[tuple[Any, ...]], number: int, most: float
) -> Iterable[str]:
    room = _WIDTH - _LABELS - 70
    for place, row in enumerate(rows):
        top, value = _BAR_HEIGHT * place, row[number] or 0
        width = round(room * value / most, 1)
        yield (
            f'<text x="{_LABELS - 8}" y="{top + 15}" text-anchor="end">'
            f"{_text(_cut(_label(table, row)))}</text>"
            f'<rect x="{_LABELS}" y="{top + 3}" width="{width}" height="{_BAR_HEIGHT - 8}"/>'
            f'<text x="{_LABELS + width + 6}" y="{top + 15}">{value:,}</text>'
        )


def _label(table: ReportTable, row: tuple[Any, ...]) -> str:
    """What a row is about: its names, or else its id."""
    texts = [
        shown(value, column)
        for column, value in zip(table.columns, row, strict=True)
        if column.shows in (Shows.TEXT, Shows.DAY) and column.name != "id"
    ]
    return " / ".join(each for each in texts[:3] if each) or str(row[0] or "none")


def _cut(text: str) -> str:
    text = printable(text)
    return text if len(text) <= 30 else f"{text[:29]}…"


def _right(shows: Shows) -> str:
    return ' class="n"' if shows in _RIGHT else ""


def _text(text: str) -> str:
    return escape(printable(text), quote=True)
