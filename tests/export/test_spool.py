"""Spools: a page is there as a whole or not at all, whatever became of the file."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async.export._spool import Spool, SpoolError

ABOUT = {"resource": "teams", "arguments": {}, "started": "2026-11-01T12:00:00Z"}
PAGES: list[list[dict[str, Any]]] = [
    [{"id": "TM-1", "name": "Zoë"}, {"id": "TM-2", "name": "line\nbreak"}],
    [],
    [{"id": "TM-3", "size": 10**30}],
]


def place(number: int) -> dict[str, Any]:
    return {"stretch": 0, "number": number}


def written(path: Path) -> list[int]:
    """Write all pages; gives where the file ends after each, before the first one too."""
    with closing(Spool.begin(path, ABOUT)) as spool:
        ends = [path.stat().st_size]
        for number, page in enumerate(PAGES):
            spool.add(place(number), page)
            ends.append(path.stat().st_size)
    return ends


def read(path: Path) -> list[list[dict[str, Any]]]:
    """What is in a spool when it is opened again, checked for its places."""
    with closing(Spool.reopen(path, ABOUT)) as spool:
        assert [entry.place for entry in spool.entries] == [
            place(number) for number in range(len(spool.entries))
        ]
        pages = [spool.objects(entry) for entry in spool.entries]
        assert spool.count == sum(map(len, pages))
        return pages


def test_what_was_written_is_there_again(tmp_path: Path) -> None:
    """Objects and places, and more can follow."""
    path = tmp_path / "teams.spool"
    written(path)
    assert read(path) == PAGES
    with closing(Spool.reopen(path, ABOUT)) as spool:
        spool.add(place(3), [{"id": "TM-4"}])
    assert read(path) == [*PAGES, [{"id": "TM-4"}]]


def test_cut_off_anywhere_the_whole_pages_stay(tmp_path: Path) -> None:
    """At each byte of the file; what is cut off is fetched and written anew."""
    path = tmp_path / "teams.spool"
    ends = written(path)
    text = path.read_bytes()
    for length in range(len(text)):
        path.write_bytes(text[:length])
        whole = sum(length >= end for end in ends[1:])
        assert read(path) == PAGES[:whole]
        if length % 10:
            continue
        with closing(Spool.reopen(path, ABOUT)) as spool:
            for number in range(whole, len(PAGES)):
                spool.add(place(number), PAGES[number])
        assert path.read_bytes() == text


@given(bit=st.integers(min_value=0), zeros=st.integers(0, 50))
def test_no_damaged_page_is_taken_for_a_whole_one(
    tmp_path_factory: pytest.TempPathFactory, bit: int, zeros: int
) -> None:
    """Any bit turned over, and zeros at the end, as power failures leave them."""
    path = tmp_path_factory.mktemp("spool") / "teams.spool"
    ends = written(path)
    text = bytearray(path.read_bytes())
    bit %= 8 * len(text)
    text[bit // 8] ^= 1 << bit % 8
    path.write_bytes(text + bytes(zeros))
    if bit // 8 < ends[0]:
        with pytest.raises(SpoolError, match=r"teams\.spool is .*; delete it"):
            Spool.reopen(path, ABOUT)
        assert path.read_bytes() == text + bytes(zeros), "nothing is thrown away"
    else:
        whole = sum(bit // 8 >= end for end in ends[1:])
        assert read(path) == PAGES[:whole]


@pytest.mark.parametrize(
    "about", [{**ABOUT, "started": "2026-11-02T12:00:00Z"}, {**ABOUT, "arguments": {"x": "y"}}]
)
def test_the_spool_of_another_export_is_left_alone(tmp_path: Path, about: dict[str, Any]) -> None:
    """Its objects belong to another time, or to another list."""
    path = tmp_path / "teams.spool"
    written(path)
    before = path.read_bytes()
    with pytest.raises(SpoolError, match="of another export"):
        Spool.reopen(path, about)
    assert path.read_bytes() == before


def test_what_is_no_spool_is_left_alone(tmp_path: Path) -> None:
    """It may be somebody's."""
    path = tmp_path / "teams.spool"
    path.write_text("dear diary\n")
    with pytest.raises(SpoolError, match="not a spool of this version"):
        Spool.reopen(path, ABOUT)
    assert path.read_text() == "dear diary\n"
