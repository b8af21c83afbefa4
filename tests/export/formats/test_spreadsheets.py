"""No text that came from outside becomes a formula in a spreadsheet."""

import csv
import re
import time
from io import StringIO
from typing import Any

import pytest
from hypothesis import example, given, settings

from oncehub_async._ground import harmless_text
from oncehub_async.export._formats import Format, plain_text

from .samples import JSON, TEXT, written

SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
NUMBER = re.compile(r"[+-]\d+(\.\d+)?", re.ASCII)


def is_formula(cell: str) -> bool:
    """As a spreadsheet sees it that drops what can't be seen, and quotes."""
    seen = re.sub(r"\A[\s\x00-\x20\x7f-\x9f\u200b-\u200f\u2060-\u2064\ufeff\"“”„«»`]+", "", cell)
    return seen[:1] in set(SIGNS) and NUMBER.fullmatch(cell) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-1+1", "'-1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("\0x", "'\0x"),
        ("  =1+1", "'  =1+1"),
        ("\xa0\u3000\ufeff=1", "'\xa0\u3000\ufeff=1"),
        ('"=1+1', "'\"=1+1"),
        ("'=1+1", "''=1+1"),
        ("”=1", "'”=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\u22121", "'\u22121"),
        ("-", "'-"),
        ("+49 30 901820", "'+49 30 901820"),
        ("+1-212-555-0100", "'+1-212-555-0100"),
        ("Hello;=1+1", "Hello;'=1+1"),
        ('Hello;"=1+1', "Hello;'\"=1+1"),
        ("Hello\n=1+1", "Hello\n'=1+1"),
        ("Hello\r\n- one\r\n- two", "Hello\r\n'- one\r\n'- two"),
        ("a\t@b", "a\t'@b"),
        ("-5\n-6", "'-5\n'-6"),
    ],
)
def test_an_apostrophe_stands_before_what_could_be_a_formula(text: str, expected: str) -> None:
    """At the beginning of a cell, and wherever a spreadsheet may see one begin."""
    assert harmless_text(text) == expected
    assert plain_text(expected) == text


@pytest.mark.parametrize(
    "text",
    ["", "-5", "+4930901820", "-12.75", "+0", "a=b", "a,=b", "1-2", "x@y.example", "it's", "'tis",
     "'", "a; b", "(-5)", "a\nb", "https://x.example/?a=1&b=-2", "Große Straße"],
)  # fmt: skip
def test_other_texts_stay_as_they_are(text: str) -> None:
    """Signed numbers too, E.164 phone numbers among them: no program can calculate with them."""
    assert harmless_text(text) == text
    assert plain_text(text) == text


@settings(max_examples=200, deadline=None)
@given(TEXT)
@example("'''=1;'=2\n''\n'@")
@example("'+49")
def test_the_apostrophes_can_be_taken_away(text: str) -> None:
    """Whatever the text, also one that has apostrophes of its own."""
    assert plain_text(harmless_text(text)) == text


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT, TEXT, JSON)
@example("x;=1", 'a;"=1', 'b\n"=1', ["y;=1", ";=2", "=3"])
@example('";=1', '"\n;=1', "\ud83d;=1", {";=1": "\n=1"})
def test_no_cell_is_a_formula(name: str, label: str, url: str, value: Any) -> None:
    """Nor where cells are parted at semicolons or tabs, as in countries with decimal commas.

    A spreadsheet then sees quotes only at the beginning of what it takes for a cell.
    """
    data = {"id": "MP-1", "name": name, "label": label, "url": url, "active": value, "new": value}
    text = written([data], "master_pages", Format.CSV).decode("utf-8-sig")
    for separator in ",;\t":
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator):
            assert not any(map(is_formula, row)), (separator, row)


def test_no_text_takes_long() -> None:
    """Time grows with the length, not with its square: ten times the text, far below 100 times."""
    worst = ["\n", " ", "; ", "'", '"', ";'", "\n ", "=", ";="]
    for piece in worst:
        short, long = (seconds(piece * times) for times in (5_000, 50_000))
        assert long < 40 * short + 0.02, piece


def seconds(text: str) -> float:
    """The best of three, in CPU time."""
    took = []
    for _ in range(3):
        start = time.process_time()
        plain_text(harmless_text(text))
        took.append(time.process_time() - start)
    return min(took)
