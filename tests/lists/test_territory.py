"""Where a page belongs, and which pages are not believed."""

from datetime import UTC, datetime, timedelta

import pytest

from oncehub_async._lists.pagination import Following
from oncehub_async._lists.placing import (
    LOOK_BY_TIME,
    Front,
    LostPlace,
    Start,
    Unordered,
    has_moved,
    place,
)
from oncehub_async._lists.stretch import Mark, Side
from oncehub_async._lists.territory import Territory

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MORE, END = Following("x", announced=True), Following(None, announced=False)


def mark(number: int) -> Mark:
    """Objects are numbered from the oldest, one an hour."""
    return Mark(f"BKNG-{number}", NOW - timedelta(hours=1000 - number))


def page(newest: int, oldest: int) -> list[Mark]:
    return [mark(number) for number in range(newest, oldest - 1, -1)]


def put(territory: Territory, marks: list[Mark], asked: Start | Front, ended: bool = False) -> int:
    """Place a page and add it; gives how many objects were new."""
    following = END if ended else MORE
    addition = place(territory, marks, asked, following)
    older_than = asked.older_than if isinstance(asked, Start) else None
    new = marks[addition.first : addition.last]
    territory.add(addition, new, older_than=older_than, following=following)
    return len(new)


def front(territory: Territory, number: int, side: Side, way: int = 0) -> Front:
    return Front(number, side, territory.current(number).end(side).mark, way)


@pytest.fixture
def two() -> Territory:
    """Two stretches, 99 to 90 and 49 to 40, of a list that goes on below."""
    territory = Territory()
    put(territory, page(99, 90), Start())
    put(territory, page(49, 40), Start(mark(50).time))
    return territory


def spans(territory: Territory) -> list[tuple[str, str]]:
    return [(each.newer.mark.id, each.older.mark.id) for each in territory.stretches]


def test_pages_extend_stretches_on_both_sides_until_they_meet(two: Territory) -> None:
    """Each object is new once."""
    assert put(two, page(89, 80), front(two, 0, Side.OLDER)) == 10
    assert put(two, page(59, 50), front(two, 1, Side.NEWER)) == 10
    assert spans(two) == [("BKNG-99", "BKNG-80"), ("BKNG-59", "BKNG-40")]
    assert put(two, page(79, 60), front(two, 0, Side.OLDER)) == 20
    assert put(two, page(59, 50), front(two, 0, Side.OLDER)) == 0
    assert spans(two) == [("BKNG-99", "BKNG-40")]
    assert not two.complete
    assert put(two, page(39, 0), front(two, 1, Side.OLDER), ended=True) == 40
    assert two.complete


def test_the_upper_side_closes_a_gap_too(two: Territory) -> None:
    """It stops at the very object with which the other stretch ends."""
    assert put(two, page(95, 50), front(two, 1, Side.NEWER)) == 40
    assert spans(two) == [("BKNG-99", "BKNG-40")]


def test_a_start_that_reaches_the_next_stretch_extends_it(two: Territory) -> None:
    """And what it asked for by time tells where there is nothing."""
    assert put(two, page(52, 44), Start(mark(60).time)) == 3
    assert spans(two) == [("BKNG-99", "BKNG-90"), ("BKNG-52", "BKNG-40")]
    assert two.stretches[1].nothing_until == mark(60).time


def test_a_start_that_was_overtaken_follows_the_stretch(two: Territory) -> None:
    """A chain has gone beyond its time meanwhile."""
    put(two, page(89, 60), front(two, 0, Side.OLDER))
    assert put(two, page(69, 55), Start(mark(70).time)) == 5
    assert spans(two)[0] == ("BKNG-99", "BKNG-55")


def test_objects_of_one_instant_are_told_apart_by_their_ids() -> None:
    """Also where a whole stretch is of one instant."""
    instant = [Mark(f"BKNG-{number}", NOW) for number in range(30)]
    territory = Territory()
    put(territory, instant[:10], Start())
    assert put(territory, instant[5:20], front(territory, 0, Side.OLDER)) == 10
    assert put(territory, instant[15:30], front(territory, 0, Side.OLDER), ended=True) == 10
    assert territory.complete


def test_an_empty_list_is_complete() -> None:
    """Nothing was announced, nothing came."""
    territory = Territory()
    put(territory, [], Start(), ended=True)
    assert territory.complete


def test_nothing_is_older_than_an_empty_start() -> None:
    """It tells where the list ends, and no more."""
    territory = Territory()
    put(territory, page(99, 90), Start())
    put(territory, [], Start(mark(50).time), ended=True)
    assert territory.empty_before == mark(50).time
    assert not territory.complete


@pytest.mark.parametrize(
    ("marks", "number", "side", "ended"),
    [
        (page(99, 90), 1, Side.OLDER, False),  # the top of the list, for the page below
        (page(99, 90), 1, Side.NEWER, False),  # the same for the page above
        (page(105, 96), 1, Side.NEWER, False),  # with objects that came meanwhile
        (page(105, 100), 1, Side.NEWER, False),  # with nothing but those
        (page(99, 95), 0, Side.OLDER, False),  # once more what is there
        (page(39, 30), 1, Side.NEWER, False),  # the wrong way
        ([], 1, Side.NEWER, False),  # nothing, above which there is something
        ([], 1, Side.OLDER, True),  # nothing, where more was announced
        (page(89, 80), 0, Side.OLDER, True),  # the end, before objects that are there
        ([mark(94), *page(60, 50)], 1, Side.NEWER, False),  # a hole just before the other stretch
    ],
)
def test_a_page_that_is_not_what_was_asked_for_is_not_believed(
    two: Territory, marks: list[Mark], number: int, side: Side, ended: bool
) -> None:
    """The territory stays as it was."""
    before = spans(two)
    with pytest.raises(LostPlace):
        put(two, marks, front(two, number, side), ended)
    assert spans(two) == before


def test_the_first_page_above_a_stretch_proves_that_it_is_the_next(two: Territory) -> None:
    """It begins with the stretch's own newest object, else "before" means something else."""
    newest = two.current(1).newer.mark
    asked = Front(1, Side.NEWER, newest, overlaps=True)
    with pytest.raises(LostPlace, match="isn't the next one"):
        put(two, page(85, 76), asked)
    assert put(two, page(58, 49), asked) == 9
    assert spans(two) == [("BKNG-99", "BKNG-90"), ("BKNG-58", "BKNG-40")]


def test_a_start_is_not_believed_that_ends_before_what_is_there(two: Territory) -> None:
    """Nor one that is empty where there is something."""
    with pytest.raises(LostPlace):
        put(two, page(69, 60), Start(mark(70).time), ended=True)
    with pytest.raises(LostPlace):
        put(two, [], Start(mark(70).time), ended=True)


def test_a_second_look_by_time_is_believed(two: Territory) -> None:
    """What was there below may have been deleted since, all of it."""
    assert put(two, page(90, 80), front(two, 0, Side.OLDER, way=LOOK_BY_TIME), ended=True) == 10
    assert spans(two) == [("BKNG-99", "BKNG-40")]


def test_disorder_is_told() -> None:
    """Parts of such a list can't be put together."""
    with pytest.raises(Unordered):
        put(Territory(), [mark(1), mark(2)], Start())


def test_what_moved_is_known(two: Territory) -> None:
    """A page for an end that isn't one any more may be thrown away."""
    asked = front(two, 0, Side.OLDER)
    assert not has_moved(two, asked)
    put(two, page(89, 80), asked)
    assert has_moved(two, asked)
