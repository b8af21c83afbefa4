"""Where the vendor's pages are by now. The old ones lead to a page that says they have moved."""

import re
from collections.abc import Iterator
from pathlib import Path

from .documents import ROOT

OLD = re.compile(r"\bdevelopers\.oncehub\.com|help\.oncehub\.com/help/")
FOLDERS = ("oncehub_async", "tests", "docs", "examples", "harness", "benchmarks")


def texts() -> Iterator[tuple[Path, str]]:
    files = [each for each in ROOT.iterdir() if each.is_file()]
    for folder in FOLDERS:
        files += [each for each in (ROOT / folder).rglob("*") if each.is_file()]
    for file in files:
        if (
            file.suffix in {".py", ".md", ".toml", ".html", ".js", ""}
            and file.name != Path(__file__).name
        ):
            yield file, file.read_text("utf-8", "replace")


def test_no_text_names_an_address_of_before_august_2026() -> None:
    """https://help.oncehub.com/developers, and its page for the classic product, took over,
    and paths without `/help` those of the help centre's other pages."""
    looked_at = dict(texts())
    assert len(looked_at) > 400
    assert [
        str(file.relative_to(ROOT)) for file, text in looked_at.items() if OLD.search(text)
    ] == []


def test_addresses_of_the_developers_pages_are_written_in_one_way() -> None:
    """A page, or an operation as `#tag/TAG/METHOD/path`: what doesn't fit leads nowhere."""
    page = re.compile(
        r"https://help\.oncehub\.com(?:/scheduleonce)?/developers"
        r"(?:(?:/[a-z-]+)*|/api/(?:#tag/[a-z-]+(?:/(?:GET|POST|PATCH|DELETE)/[a-z{}/_-]+)?)?)"
    )
    found = {
        address.rstrip(".,")
        for _, text in texts()
        for address in re.findall(
            r"https://help\.oncehub\.com[^\s)>\]`\"']*/developers[^\s)>\]`\"']*", text
        )
    }
    assert len(found) > 50
    assert {each for each in found if not page.fullmatch(each)} == set()
