"""Where a list goes on, and how one that doesn't is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from oncehub_async._lists import pagination
from oncehub_async._lists.pagination import Advance, Direction, PageFacts

BASE = URL("https://api.oncehub.com/v2")
IDS = ["BKNG-3", "BKNG-2", "BKNG-1"]


def following(
    links: str = "",
    has_more: bool | None = True,
    ids: list[str] | None = None,
    direction: Direction = Direction.OLDER,
    limit: int = 3,
    base: URL = BASE,
) -> str | None:
    facts = PageFacts(IDS if ids is None else ids, has_more, links, limit)
    return pagination.following(facts, direction, "/bookings", base).cursor


@pytest.mark.parametrize(
    "links",
    [
        '<https://api.oncehub.com/bookings?limit=3&after=BKNG-X>; rel="next"',
        '<https://api.oncehub.com/v2/bookings?after=BKNG-X>;rel=next',
        '</bookings?after=BKNG-X>; rel="next"',
        '<https://a.example/x>; rel="previous", </bookings?after=BKNG-X>; title="a, b"; rel="next"',
        '</bookings?after=BKNG-X>; REL="Next"',
        '</bookings?before=BKNG-Y>; rel="previous", </bookings?after=BKNG-X>; rel="next last"',
    ],
)  # fmt: skip
def test_the_cursor_comes_from_the_link(links: str) -> None:
    """Whatever `has_more` says; the vendor's own examples leave out /v2."""
    assert following(links) == "BKNG-X"
    assert following(links, has_more=False) == "BKNG-X"


@pytest.mark.parametrize(
    "links",
    [
        "",
        '<https://evil.example/v2/bookings?after=BKNG-X>; rel="next"',
        '<https://api.oncehub.com.evil.example/bookings?after=BKNG-X>; rel="next"',
        '<https://api.oncehub.com/v2/contacts?after=BKNG-X>; rel="next"',
        '<https://api.oncehub.com/v2/bookings/../users?after=BKNG-X>; rel="next"',
        '</bookings?after=>; rel="next"',
        '</bookings?before=BKNG-X>; rel="next"',
        '</bookings?after=BKNG-X>; rel="previous"',
        "</bookings?after=BKNG-X>",
        '<https://[broken>; rel="next"',
        "nonsense",
    ],
)
def test_a_link_to_elsewhere_does_not_count(links: str) -> None:
    """A link is never followed to another host or path; has_more and the last id do instead."""
    assert following(links) == "BKNG-1"


@pytest.mark.parametrize("links", ["", '</bookings?after=BKNG-X>; rel="previous"', "nonsense"])
def test_without_a_link_has_more_decides(links: str) -> None:
    """No link to a next page, and no more: the end."""
    assert following(links, has_more=False) is None


def test_a_link_that_cannot_be_used_still_announces_a_page() -> None:
    """The list doesn't end there, whatever else the answer says."""
    links = '<https://evil.example/v2/bookings?after=BKNG-X>; rel="next"'
    for has_more in (None, False):
        assert following(links, has_more=has_more, limit=100) == "BKNG-1"


def test_without_has_more_a_full_page_may_have_a_successor() -> None:
    """The list of text messages is documented without it."""
    assert following(has_more=None) == "BKNG-1"
    assert following(has_more=None, limit=4) is None


def test_towards_newer_objects_the_first_id_leads() -> None:
    """`before` walks the other way."""
    assert following(direction=Direction.NEWER) == "BKNG-3"
    links = '</bookings?before=BKNG-X>; rel="previous", </bookings?after=BKNG-Y>; rel="next"'
    assert following(links, direction=Direction.NEWER) == "BKNG-X"


def test_an_empty_page_leads_nowhere() -> None:
    """Also when it says that there is more."""
    assert following(ids=[]) is None


def test_behind_a_gateway_the_vendors_links_count() -> None:
    """Their host is the vendor's, and only the cursor is taken from them."""
    links = '<https://api.oncehub.com/bookings?after=BKNG-X>; rel="next"'
    assert following(links, base=URL("https://gateway.example/oncehub")) == "BKNG-X"


@given(st.text(max_size=200))
def test_no_link_header_breaks_it(links: str) -> None:
    """Any text is a header that means something or nothing."""
    following(links)


def test_a_walk_that_advances_is_fine() -> None:
    """Page after page of new objects."""
    advance = Advance(None)
    cursor = None
    for page in (["6", "5"], ["4", "3"], ["2"]):
        assert advance.problem(page, cursor, announced=False) is None
        cursor = page[-1]
        assert advance.problem_with_cursor(cursor) is None


@pytest.mark.parametrize(
    "second",
    [["8", "6", "5"], ["9", "8"], ["5", "4"], ["6", "4"], ["4", "4"], []],
    ids=[
        "the same page",
        "starts again",
        "its cursor",
        "overlaps",
        "twice in itself",
        "breaks off",
    ],
)
def test_a_list_that_runs_in_circles_is_noticed(second: list[str]) -> None:
    """Although objects come and go meanwhile."""
    advance = Advance(None)
    assert advance.problem(["8", "6", "5"], None, announced=True) is None
    assert advance.problem(second, "5", announced=True) is not None


def test_a_cursor_that_comes_twice_is_noticed() -> None:
    """The one that a walk was resumed with counts too."""
    assert Advance("5").problem_with_cursor("5") is not None
    advance = Advance(None)
    assert advance.problem_with_cursor("5") is None
    assert advance.problem_with_cursor("5") is not None
