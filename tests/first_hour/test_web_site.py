"""Somebody puts a calendar on a web site: a look at the commands, a link, a page in a browser."""

import csv
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from oncehub_async.web import BookingLink

from ..browser.chromium import Chromium
from ..browser.conftest import chromium as chromium
from ..browser.conftest import sites as sites
from ..browser.stage import Stage
from .newcomer import Newcomer

CALENDAR = "BKC-LDJ878496X"
PAGE = '<!doctype html>\n<meta name="viewport" content="width=device-width">\n<h1>Book</h1>\n'
FRAME = f"document.querySelector('[data-oh-booking-calendar-id=\"{CALENDAR}\"]')"


@pytest_asyncio.fixture(loop_scope="module")
async def stage(sites: Stage) -> AsyncIterator[Stage]:
    """The sites, empty but for OnceHub's scripts."""
    sites.reset()
    yield sites


@pytest.mark.parametrize("columns", [None, 60])
def test_the_help_leads_to_the_next_command(newcomer: Newcomer, columns: int | None) -> None:
    """What there is, what `embed` takes, and an example of it."""
    assert "embed" in newcomer.succeeds("oncehub --help", columns).out
    told = newcomer.succeeds("oncehub embed --help", columns)
    assert f"oncehub embed {CALENDAR} --height 600" in " ".join(told.out.split())
    assert all(len(line) <= (columns or 80) for line in told.lines)


@pytest.mark.parametrize("columns", [None, 60])
def test_slips_say_what_to_write(newcomer: Newcomer, columns: int | None) -> None:
    """A name, a height that is none, and a link where an id belongs."""
    for command, told in {
        "oncehub embed live-demo": "if it is the name of a classic page, add --classic",
        f"oncehub embed {CALENDAR.lower()}": CALENDAR,
        f"oncehub embed {CALENDAR} --height abc": "--height: ",
        f"oncehub embed {CALENDAR} --height '600 px'": "--height: ",
        "oncehub embed https://oncehub.com/live-demo": "is embedded by its id",
        "oncehub link www.oncehub.com/live-demo": "https://oncehub.com/live-demo",
        "oncehub embed": "TARGET: is missing",
    }.items():
        done = newcomer.run(command, columns)
        said = done.out if columns else done.err
        assert done.code == 2, command
        assert told in " ".join(said.split()), command
        assert all(len(line) <= (columns or 1000) for line in said.splitlines())
        if columns is None:
            assert done.out == ""
            assert said.count("\n") == 1


@pytest.mark.parametrize("columns", [None, 60])
def test_links_can_be_copied_as_they_are(newcomer: Newcomer, columns: int | None) -> None:
    """However narrow the terminal is, nothing breaks them; a table of guests gets one each."""
    link = "oncehub link https://oncehub.com/live-demo --name 'Zoë & Bob' --skip"
    assert newcomer.succeeds(link, columns).lines == [
        "https://oncehub.com/live-demo?name=Zo%C3%AB%20%26%20Bob&skip=1"
    ]
    guests = "name,email\nAnn B,ann@example.com\n"
    (newcomer.folder / "guests.csv").write_text(guests)
    newcomer.succeeds(
        "oncehub link https://oncehub.com/live-demo --guests-csv guests.csv > links.csv", columns
    )
    (row,) = csv.DictReader((newcomer.folder / "links.csv").read_text().splitlines())
    assert row["link"] == "https://oncehub.com/live-demo?name=Ann%20B&email=ann%40example.com"


@pytest.mark.parametrize("columns", [None, 60])
@pytest.mark.asyncio(loop_scope="module")
async def test_the_page_shows_the_calendar_as_high_as_was_asked_for(
    newcomer: Newcomer, chromium: Chromium, stage: Stage, columns: int | None
) -> None:
    """What `embed` prints, in a page, under the policy that it prints; nothing is blocked."""
    (newcomer.folder / "book.html").write_text(PAGE)
    command = f"oncehub embed {CALENDAR} --height 612"
    newcomer.succeeds(f"{command} >> book.html", columns)
    policy = newcomer.succeeds(
        f"{command} --policy --base \"default-src 'self'; report-uri /blocked\"", columns
    ).out.strip()
    assert "\n" not in policy
    page = (newcomer.folder / "book.html").read_text()
    stage.show("shop.example/book", page, Content_Security_Policy=policy)
    stage.widget(f"oncehub.com/{CALENDAR}")
    async with chromium.tab("https://shop.example/book") as tab:
        assert await tab.run(f"{FRAME}.getBoundingClientRect().height") == 612
        assert await tab.run(f"{FRAME}.querySelectorAll('iframe').length") == 1
    assert stage.posted("/blocked") == []


@pytest.mark.asyncio(loop_scope="module")
async def test_the_calendar_knows_who_is_signed_in(
    newcomer: Newcomer, chromium: Chromium, stage: Stage
) -> None:
    """With the name filled in, and the script that does it printed by `embed`, too."""
    html = newcomer.succeeds(
        f"oncehub embed {CALENDAR} --height 50vh --name 'Ann B' --email ann@example.com"
    ).out
    script = newcomer.succeeds("oncehub embed --script prefill").out
    (source,) = re.findall(r'src="(/[^"]+)"', html)
    stage.show("shop.example/book", PAGE + html)
    stage.show(f"shop.example{source}", script)
    stage.widget(f"oncehub.com/{CALENDAR}")
    async with chromium.tab("https://shop.example/book") as tab:
        height = await tab.run(f"{FRAME}.getBoundingClientRect().height / innerHeight")
        assert height == pytest.approx(0.5, abs=0.01)
        await tab.run(
            "new Promise(done => setInterval(() =>"
            " document.querySelector('iframe').src.includes('name') && done(), 10))"
        )
        filled = BookingLink(await tab.run("document.querySelector('iframe').src"))
    assert (filled.name, filled.email) == ("Ann B", "ann@example.com")
