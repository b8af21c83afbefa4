"""A report's page in a real browser: it sorts, fits a phone, and asks for nothing."""

import pytest

from oncehub_async.reports import Report, ReportColumn, ReportTable, Shows, report_html

from .chromium import Chromium
from .stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABLE = ReportTable(
    "users",
    "Bookings by owner",
    (
        ReportColumn("name", "Name", Shows.TEXT),
        ReportColumn("total", "Bookings", bars=True),
        ReportColumn("show_rate", "Show rate", Shows.SHARE),
    ),
    [("Ines", 1200, 0.5), ("Adam <b>", 7, None), ("Zoe", 30, 1.0), ("", 0, 0.0)],
)
PAGE = report_html(Report("users", "Bookings by owner", "All.", (TABLE,)))
FIRST_CELLS = (
    "Array.from(document.querySelectorAll('tbody tr')).map(row => row.cells[{}].innerText)"
)


async def test_it_sorts_by_a_click(chromium: Chromium, stage: Stage) -> None:
    """Numbers as numbers, texts as texts, both ways; assistive tools are told."""
    stage.show("shop.example/report", PAGE)
    async with chromium.tab("https://shop.example/report") as tab:
        click = "document.querySelectorAll('th button')[{}].click()"
        await tab.run(click.format(1))
        assert await tab.run(FIRST_CELLS.format(1)) == ["0", "7", "30", "1,200"]
        await tab.run(click.format(1))
        assert await tab.run(FIRST_CELLS.format(1)) == ["1,200", "30", "7", "0"]
        sorted_by = "document.querySelector('th[aria-sort=descending]').innerText"
        assert "Bookings" in await tab.run(sorted_by)
        await tab.run(click.format(0))
        assert await tab.run(FIRST_CELLS.format(0)) == ["", "Adam <b>", "Ines", "Zoe"]


async def test_it_has_a_chart_for_everybody_and_asks_for_nothing(
    chromium: Chromium, stage: Stage
) -> None:
    """Bars as long as the numbers, a text for screen readers, no request, no error of the policy."""
    stage.show("shop.example/report", PAGE)
    async with chromium.tab("https://shop.example/report") as tab:
        widths = await tab.run(
            "Array.from(document.querySelectorAll('svg rect')).map(bar => bar.width.baseVal.value)"
        )
        assert widths[0] == pytest.approx(40 * widths[2], rel=0.05)
        assert "Ines: 1,200" in await tab.run("document.querySelector('svg desc').textContent")
        assert await tab.run("document.querySelector('svg').getAttribute('role')") == "img"
        asked = "performance.getEntriesByType('resource').map(each => each.name)"
        assert [each for each in await tab.run(asked) if "favicon" not in each] == []


async def test_it_fits_a_phone(chromium: Chromium, stage: Stage) -> None:
    """Wide tables scroll by themselves; the page doesn't."""
    stage.show("shop.example/report", PAGE)
    stage.show(
        "shop.example/phone",
        '<!doctype html><iframe src="/report" width="360" height="600"></iframe>',
    )
    async with chromium.tab("https://shop.example/phone") as tab:
        root = "document.querySelector('iframe').contentDocument.documentElement"
        assert await tab.run(f"{root}.scrollWidth") <= 360
