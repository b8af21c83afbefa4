"""Where a page belongs, and which pages are not believed."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from oncehub_async._lists.pagination import Following
from oncehub_async._lists.placement import (
    LOOK_BY_TIME,
    Look,
    LostPlace,
    NextPage,
    has_moved,
    place,
    place_by_ids,
)
from oncehub_async._lists.segments import (
    Coverage,
    Placement,
    Position,
    Side,
    Unordered,
    positions_of,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MORE, END = Following("x", announced=True), Following(None, announced=False)


def position(number: int) -> Position:
    """Objects are numbered from the oldest, one an hour."""
    return Position(f"BKNG-{number}", NOW - timedelta(hours=1000 - number))


def page(newest: int, oldest: int) -> list[Position]:
    return [position(number) for number in range(newest, oldest - 1, -1)]


def put(
    coverage: Coverage, positions: list[Position], asked: Look | NextPage, ended: bool = False
) -> int:
    """Place a page and add it; gives how many objects were new."""
    following = END if ended else MORE
    placement = place(coverage, positions, asked, following)
    older_than = asked.older_than if isinstance(asked, Look) else None
    new = positions[placement.first : placement.last]
    coverage.add(placement, new, older_than=older_than, following=following)
    return len(new)


def next_page(coverage: Coverage, number: int, side: Side, way: int = 0) -> NextPage:
    return NextPage(number, side, coverage.current(number).end(side).position, way)


@pytest.fixture
def two() -> Coverage:
    """Two segments, 99 to 90 and 49 to 40, of a list that goes on below."""
    coverage = Coverage()
    put(coverage, page(99, 90), Look())
    put(coverage, page(49, 40), Look(position(50).time))
    return coverage


def spans(coverage: Coverage) -> list[tuple[str, str]]:
    return [(each.newer.position.id, each.older.position.id) for each in coverage.segments]


def test_pages_extend_segments_on_both_sides_until_they_meet(two: Coverage) -> None:
    """Each object is new once."""
    assert put(two, page(89, 80), next_page(two, 0, Side.OLDER)) == 10
    assert put(two, page(59, 50), next_page(two, 1, Side.NEWER)) == 10
    assert spans(two) == [("BKNG-99", "BKNG-80"), ("BKNG-59", "BKNG-40")]
    assert put(two, page(79, 60), next_page(two, 0, Side.OLDER)) == 20
    assert put(two, page(59, 50), next_page(two, 0, Side.OLDER)) == 0
    assert spans(two) == [("BKNG-99", "BKNG-40")]
    assert not two.complete
    assert put(two, page(39, 0), next_page(two, 1, Side.OLDER), ended=True) == 40
    assert two.complete


def test_the_upper_side_closes_a_gap_too(two: Coverage) -> None:
    """It stops at the very object with which the other segment ends."""
    assert put(two, page(95, 50), next_page(two, 1, Side.NEWER)) == 40
    assert spans(two) == [("BKNG-99", "BKNG-40")]


def test_a_start_that_reaches_the_next_segment_extends_it(two: Coverage) -> None:
    """And what it asked for by time tells where there is nothing."""
    assert put(two, page(52, 44), Look(position(60).time)) == 3
    assert spans(two) == [("BKNG-99", "BKNG-90"), ("BKNG-52", "BKNG-40")]
    assert two.segments[1].nothing_until == position(60).time


def test_a_start_that_was_overtaken_follows_the_segment(two: Coverage) -> None:
    """A chain has gone beyond its time meanwhile."""
    put(two, page(89, 60), next_page(two, 0, Side.OLDER))
    assert put(two, page(69, 55), Look(position(70).time)) == 5
    assert spans(two)[0] == ("BKNG-99", "BKNG-55")


def test_objects_of_one_instant_are_told_apart_by_their_ids() -> None:
    """Also where a whole segment is of one instant."""
    instant = [Position(f"BKNG-{number}", NOW) for number in range(30)]
    coverage = Coverage()
    put(coverage, instant[:10], Look())
    assert put(coverage, instant[5:20], next_page(coverage, 0, Side.OLDER)) == 10
    assert put(coverage, instant[15:30], next_page(coverage, 0, Side.OLDER), ended=True) == 10
    assert coverage.complete


def test_an_empty_list_is_complete() -> None:
    """Nothing was announced, nothing came."""
    coverage = Coverage()
    put(coverage, [], Look(), ended=True)
    assert coverage.complete


def test_nothing_is_older_than_an_empty_start() -> None:
    """It tells where the list ends, and no more."""
    coverage = Coverage()
    put(coverage, page(99, 90), Look())
    put(coverage, [], Look(position(50).time), ended=True)
    assert coverage.empty_before == position(50).time
    assert not coverage.complete


@pytest.mark.parametrize(
    ("positions", "number", "side", "ended"),
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
        (
            [position(94), *page(60, 50)],
            1,
            Side.NEWER,
            False,
        ),  # a hole just before the other segment
    ],
)
def test_a_page_that_is_not_what_was_asked_for_is_not_believed(
    two: Coverage, positions: list[Position], number: int, side: Side, ended: bool
) -> None:
    """The coverage stays as it was."""
    before = spans(two)
    with pytest.raises(LostPlace):
        put(two, positions, next_page(two, number, side), ended)
    assert spans(two) == before


def test_the_first_page_above_a_segment_proves_that_it_is_the_next(two: Coverage) -> None:
    """It begins with the segment's own newest object, else "before" means something else."""
    newest = two.current(1).newer.position
    asked = NextPage(1, Side.NEWER, newest, overlaps=True)
    with pytest.raises(LostPlace, match="isn't the next one"):
        put(two, page(85, 76), asked)
    assert put(two, page(58, 49), asked) == 9
    assert spans(two) == [("BKNG-99", "BKNG-90"), ("BKNG-58", "BKNG-40")]


@pytest.mark.parametrize("positions", [page(99, 90), []])
def test_nor_does_a_page_prove_it_that_comes_when_nothing_is_left_above(
    two: Coverage, positions: list[Position]
) -> None:
    """What is between may have been read meanwhile; the walk goes by what it proves all the same."""
    asked = NextPage(1, Side.NEWER, two.current(1).newer.position, overlaps=True)
    put(two, page(89, 49), next_page(two, 0, Side.OLDER))
    with pytest.raises(LostPlace, match="isn't the next one"):
        put(two, positions, asked)
    assert put(two, page(58, 49), asked) == 0


@pytest.mark.parametrize("way", [0, LOOK_BY_TIME])
def test_an_empty_page_that_says_that_there_is_more_is_no_end(two: Coverage, way: int) -> None:
    """However it was asked for; without that, one that was asked for by time is believed."""
    asked = next_page(two, 1, Side.OLDER, way)
    with pytest.raises(LostPlace, match="more was announced"):
        put(two, [], asked)
    assert place(two, [], attrs.evolve(asked, way=LOOK_BY_TIME), END).ends


def test_a_start_is_not_believed_that_ends_before_what_is_there(two: Coverage) -> None:
    """Nor one that is empty where there is something."""
    with pytest.raises(LostPlace):
        put(two, page(69, 60), Look(position(70).time), ended=True)
    with pytest.raises(LostPlace):
        put(two, [], Look(position(70).time), ended=True)


def test_a_second_look_by_time_is_believed(two: Coverage) -> None:
    """What was there below may have been deleted since, all of it."""
    assert put(two, page(90, 80), next_page(two, 0, Side.OLDER, way=LOOK_BY_TIME), ended=True) == 10
    assert spans(two) == [("BKNG-99", "BKNG-40")]


def test_disorder_is_told() -> None:
    """Parts of such a list can't be put together."""
    with pytest.raises(Unordered):
        put(Coverage(), [position(1), position(2)], Look())


def test_what_moved_is_known(two: Coverage) -> None:
    """A page for an end that isn't one any more may be thrown away."""
    asked = next_page(two, 0, Side.OLDER)
    assert not has_moved(two, asked)
    put(two, page(89, 80), asked)
    assert has_moved(two, asked)


def test_what_is_newer_than_was_asked_for_is_not_believed(two: Coverage) -> None:
    """By time: the service knows no filter."""
    with pytest.raises(LostPlace):
        put(two, page(79, 70), Look(position(75).time))


def test_a_page_that_passes_over_all_of_what_was_there_tells_of_disorder(two: Coverage) -> None:
    """It may end with an object whose time is wrong, so that nothing is known of what is between."""
    odd = Position("BKNG-85", position(10).time)
    with pytest.raises(Unordered):
        put(two, [*page(89, 86), odd], next_page(two, 0, Side.OLDER))


def test_objects_of_one_instant_on_both_sides_of_a_join_are_held() -> None:
    """Also where the upper side is all of that instant, as after an import."""
    instant = [Position(f"BKNG-{number}", position(60).time) for number in range(67, 59, -1)]
    coverage = Coverage()
    put(coverage, instant[:3], Look())
    put(coverage, page(50, 41), Look(position(51).time))
    put(coverage, [*instant[5:], *page(59, 51)], next_page(coverage, 1, Side.NEWER))
    put(coverage, instant[3:], next_page(coverage, 0, Side.OLDER))
    (joined,) = coverage.segments
    assert all(joined.holds(each) for each in instant)
    assert not joined.holds(Position("BKNG-70", position(60).time))


def test_an_object_whose_time_is_that_of_others_is_not_taken_for_one_of_them(
    two: Coverage,
) -> None:
    """Its time may be wrong, on either side of a page; nothing is passed over because of it."""
    stranger = Position("BKNG-X", position(95).time)
    with pytest.raises(Unordered):
        put(two, [stranger, *page(89, 80)], next_page(two, 0, Side.OLDER))
    stranger = Position("BKNG-X", position(45).time)
    with pytest.raises(Unordered):
        put(two, [*page(89, 80), stranger], next_page(two, 0, Side.OLDER))
    with pytest.raises(Unordered):
        put(two, [*page(69, 60), stranger], Look(position(70).time))
    with pytest.raises(LostPlace):
        put(two, [*page(59, 50), stranger], next_page(two, 1, Side.NEWER))


def test_a_segment_of_short_pages_is_known_by_all_of_them() -> None:
    """Its newest object may be deleted before the chain from above comes to it."""
    coverage = Coverage()
    put(coverage, page(99, 98), Look())
    put(coverage, page(90, 90), Look(position(91).time))
    put(coverage, page(89, 89), next_page(coverage, 1, Side.OLDER))
    assert put(coverage, [*page(97, 91), position(89)], next_page(coverage, 0, Side.OLDER)) == 7
    assert spans(coverage) == [("BKNG-99", "BKNG-89")]


def test_where_times_tell_nothing_ids_do(two: Coverage) -> None:
    """A page follows what is above until what is below begins, of which something may be gone."""
    above, below = two.segments
    ids = [f"BKNG-{number}" for number in range(54, 44, -1)]
    assert place_by_ids(ids, [above], [below], ended=False) == Placement(0, Side.OLDER, 0, 5, 1)
    del ids[5:7]
    assert place_by_ids(ids, [above], [below], ended=True) == Placement(0, Side.OLDER, 0, 5, 1)
    assert place_by_ids(ids[:5], [above], [below], ended=False).joins is None
    below.at_end = True
    assert place_by_ids(ids, [above], [below], ended=False).ends


def test_where_times_tell_nothing_what_is_above_must_not_come_again(two: Coverage) -> None:
    """The service has lost the place."""
    above, below = two.segments
    with pytest.raises(LostPlace):
        place_by_ids(["BKNG-60", "BKNG-99"], [above], [below], ended=False)


def test_where_times_tell_nothing_an_end_is_believed_if_all_below_can_be_gone(
    two: Coverage,
) -> None:
    """As much as stands on one page, and no more."""
    above, below = two.segments
    assert place_by_ids(["BKNG-60"], [above], [below], ended=True).ends
    assert place_by_ids(["BKNG-60"], [above], [below], ended=True, limit=10).ends
    with pytest.raises(LostPlace):
        place_by_ids(["BKNG-60"], [above], [below], ended=True, limit=9)
    put(two, page(29, 29), Look(position(30).time))
    with pytest.raises(LostPlace):
        place_by_ids(["BKNG-60"], [above], two.segments[1:], ended=True, limit=10)
    below.count = 101
    with pytest.raises(LostPlace):
        place_by_ids(["BKNG-60"], [above], [below], ended=True)


def test_a_wrong_time_at_an_end_hides_nothing_below() -> None:
    """By it, the segment seems to hold all that is older; it doesn't end the list."""
    coverage = Coverage()
    put(coverage, [*page(99, 91), Position("BKNG-90", position(0).time)], Look())
    with pytest.raises(Unordered):
        put(coverage, page(9, 1), Look(position(10).time), ended=True)
    with pytest.raises(LostPlace):
        put(coverage, page(89, 80), next_page(coverage, 0, Side.OLDER))


@pytest.mark.parametrize(
    "time",
    [
        None,
        17,
        "",
        "yesterday",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_what_is_no_time_of_a_booking_is_none(time: object) -> None:
    """A default of some language tells as little as nothing; what has no zone is in UTC."""
    with pytest.raises(Unordered):
        positions_of([{"id": "BKNG-1", "creation_time": time}])
    assert positions_of([{"id": "BKNG-1", "creation_time": "2026-11-01T00:00:00"}]) == [
        Position("BKNG-1", NOW)
    ]
