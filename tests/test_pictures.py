"""The pictures of the documents: the script draws them, and what is committed is such a picture."""

import html
import re
from xml.etree import ElementTree

import pytest

from harness import pictures
from oncehub_async.export import RESOURCES
from oncehub_async.simulator import Account

from .documents import ROOT

SMALL = Account(bookings=400, contacts=150)
_SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> list[str]:
    """What can be read on a picture, line by line."""
    lines: dict[str, list[tuple[float, str]]] = {}
    for each in ElementTree.fromstring(picture).iter(f"{_SVG}text"):
        if "y" in each.attrib:
            place = float(each.attrib.get("x", "0"))
            lines.setdefault(each.attrib["y"], []).append((place, each.text or ""))
    return [
        " ".join("".join(text for _, text in sorted(lines[y])).replace("\xa0", " ").split())
        for y in sorted(lines, key=float)
    ]


def shows_an_export(picture: str) -> None:
    """All resources, one of them under way, and a line that sums up."""
    read = texts(picture)
    assert "$ oncehub demo" in read
    for name in RESOURCES:
        (row,) = (
            line for line in read if re.match(rf"{name} ?[\d,]+ ?\d+ ?(running|complete)", line)
        )
        assert row
    assert any("running" in line for line in read)
    (summary,) = (line for line in read if "objects/s" in line)
    assert re.search(r"about .* left$", summary)


def shows_a_report(picture: str) -> None:
    """A row for each month, with a bar and the show rate, and no sign that something is missing."""
    read = texts(picture)
    assert any(line.startswith("$ oncehub report activity --per month") for line in read)
    rows = [line for line in read if re.match(r"2026-\d\d-01", line)]
    assert len(rows) > 5
    assert all("█" in row and "%" in row for row in rows)
    assert "NOT COMPLETE" not in " ".join(read)


CHECKS = {"export": shows_an_export, "report": shows_a_report}


def test_an_export_is_drawn() -> None:
    """At the moment that was asked for."""
    shows_an_export(pictures.picture_of_export(SMALL))


def test_a_report_is_drawn() -> None:
    """By the command itself."""
    shows_a_report(pictures.picture_of_report(SMALL))


@pytest.mark.parametrize("name", CHECKS)
def test_the_committed_picture_is_one(name: str) -> None:
    """Small, and nobody is asked for a font or a script; after a change: make pictures."""
    file = pictures.FOLDER / f"{name}.svg"
    picture = file.read_text("utf-8")
    CHECKS[name](picture)
    assert file.stat().st_size < 150_000
    assert not re.search(r"@font-face|url\((?!#)|<script|<image|href=", html.unescape(picture))


def test_each_picture_is_shown() -> None:
    """With words for who can't see it."""
    shown: set[str] = set()
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for words, target in re.findall(r"!\[(.*?)\]\((\S+?\.svg)\)", page.read_text("utf-8")):
            assert len(words) > 10
            shown.add(str((page.parent / target).relative_to(pictures.FOLDER)))
    assert shown == {each.name for each in pictures.FOLDER.iterdir()}
