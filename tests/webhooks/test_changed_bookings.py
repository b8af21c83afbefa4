"""Which event tells of a booking that changed, as far as its state tells; and how far back to look."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async.webhooks._accepting.signature import RETRY_WINDOW
from oncehub_async.webhooks._catching_up.silences import OVERLAP, Silences
from oncehub_async.webhooks._changed_bookings import (
    CHANGED,
    BookingState,
    caught_up_id,
    is_caught_up,
    is_known,
    must_have_been_sent,
    state_of,
    type_of,
)

HOUR, DAY, NOW = 3_600.0, 86_400.0, 1_790_000_000.0
WEEK = 7 * DAY
UPDATED = "2026-11-20T10:00:00.250Z"
LONG_AGO, SINCE = "2026-10-01T00:00:00Z", 1_795_046_400_000  # 2026-11-19
STATUSES = ("requested", "scheduled", "rescheduled", "completed", "canceled", "no_show", "newer")


def state(status: str, **fields: Any) -> BookingState:
    found = state_of(
        {
            "id": "BKNG-1",
            "status": status,
            "last_updated_time": UPDATED,
            "creation_time": LONG_AGO,
            "starting_time": "2026-12-01T09:00:00Z",
            "owner": "USR-1",
            **fields,
        }
    )
    assert found is not None
    return found


BEFORE = {"last_updated_time": "2026-11-01T00:00:00Z"}
NEW = {"creation_time": "2026-11-20T09:00:00Z"}
OTHER_TIME, OTHER_OWNER = {"starting_time": "2026-12-02T09:00:00Z"}, {"owner": {"id": "USR-2"}}


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        # Nothing was known of it.
        (state("scheduled", **NEW), None, "booking.scheduled"),
        (state("scheduled"), None, CHANGED),  # reassigned, approved, or edited
        (state("rescheduled"), None, "booking.rescheduled"),
        (state("completed", **NEW), None, "booking.completed"),
        (state("no_show"), None, "booking.no_show"),
        (state("canceled", **NEW), None, CHANGED),  # one of three kinds
        (state("requested", **NEW), None, None),
        (state("newer"), None, CHANGED),
        (state("completed", in_trash=True), None, CHANGED),
        # Something was.
        (state("scheduled"), state("scheduled", **BEFORE), CHANGED),
        (state("scheduled", **OTHER_OWNER), state("scheduled", **BEFORE), "booking.reassigned"),
        (state("scheduled", **OTHER_TIME), state("scheduled", **BEFORE), CHANGED),
        (state("rescheduled"), state("scheduled", **BEFORE), "booking.rescheduled"),
        (
            state("rescheduled", **OTHER_TIME),
            state("rescheduled", **BEFORE),
            "booking.rescheduled",
        ),
        (state("rescheduled"), state("rescheduled", **BEFORE), CHANGED),
        (
            state("rescheduled", **OTHER_OWNER),
            state("rescheduled", **BEFORE),
            "booking.reassigned",
        ),
        (state("completed"), state("completed", **BEFORE), CHANGED),
        (state("completed", **OTHER_OWNER), state("completed", **BEFORE), CHANGED),
        (state("no_show"), state("completed", **BEFORE), "booking.no_show"),
        (state("canceled"), state("scheduled", **BEFORE), CHANGED),
    ],
)
def test_the_type_is_what_the_state_tells(
    now: BookingState, before: BookingState | None, told: str | None
) -> None:
    """And nothing that it doesn't."""
    assert type_of(now, before, SINCE) == told


@pytest.mark.parametrize("status", STATUSES)
def test_an_event_is_expected_only_of_what_must_send_one(status: str) -> None:
    """A booking that stays what it was may have been edited, trashed or left alone."""
    now, before = state(status), state("scheduled", **BEFORE)
    sends = status in ("rescheduled", "completed", "canceled", "no_show")
    assert must_have_been_sent(now, before, SINCE) == sends
    assert not must_have_been_sent(now, state(status, **BEFORE), SINCE)
    assert not must_have_been_sent(state(status, in_trash=True), None, SINCE)
    is_new = status == "scheduled"
    assert must_have_been_sent(state(status, **NEW), None, SINCE) == (sends or is_new)


@pytest.mark.parametrize(
    ("shown", "known", "is_there"),
    [
        (UPDATED, UPDATED, True),
        (UPDATED, "2026-11-20T10:00:00Z", True),
        ("2026-11-20T10:00:00Z", UPDATED, True),
        (UPDATED, "2026-11-20T10:00:00.249Z", False),
        (UPDATED, "2026-11-20T09:59:59Z", False),
        (UPDATED, "2026-11-20T10:00:01.251Z", True),
    ],
)
def test_a_state_is_known_by_its_time(shown: str, known: str, is_there: bool) -> None:
    """Or by a later one; shown with milliseconds or without."""
    now, newest = (state("scheduled", last_updated_time=each) for each in (shown, known))
    assert is_known(now, newest) == is_there
    assert not is_known(now, None)


@pytest.mark.parametrize("id", [None, "", 5, "BKNG-é", "x" * 201, "a\nb"])
def test_what_has_no_id_has_no_state(id: object) -> None:
    """It can't be told from others; nor what has no time."""
    assert caught_up_id(id, UPDATED) is None
    assert state_of({"id": id, "last_updated_time": UPDATED}) is None
    assert state_of({"id": "BKNG-1", "last_updated_time": "yesterday"}) is None


def test_the_id_is_that_of_the_state() -> None:
    """However its time is written."""
    same = {caught_up_id("B", text) for text in (UPDATED, "2026-11-20T11:00:00.25+01:00")}
    assert same == {"CAUGHT-UP-B-1795168800250"}
    assert all(is_caught_up(each or "") for each in same)
    assert not is_caught_up("EVNT-1")


def since(*received: float, memory: float = WEEK) -> float:
    silences = Silences(NOW, memory)
    for each in received:
        silences.add(each)
    return silences.since()


def every(step: float, begin: float, end: float) -> list[float]:
    return [begin + step * n for n in range(int((end - begin) / step) + 1)]


def test_it_is_looked_back_to_the_first_silence() -> None:
    """Also when events come again since; of a steady stream, to its last event."""
    steady = every(600.0, NOW - 5 * DAY, NOW)
    assert since(*steady) == NOW - OVERLAP
    off = [each for each in steady if not NOW - 2 * DAY < each < NOW - DAY]
    assert since(*off) == NOW - 2 * DAY - OVERLAP
    assert since(*[each for each in steady if each < NOW - 4 * DAY]) == pytest.approx(
        NOW - 4 * DAY - OVERLAP, abs=600.0
    )
    long_over = [each for each in steady if not NOW - 4.5 * DAY < each < NOW - 4 * DAY]
    assert since(*long_over) == NOW - OVERLAP


def test_it_is_looked_back_within_bounds() -> None:
    """73 hours where nothing ever came, 30 days at most."""
    assert since() == NOW - RETRY_WINDOW
    assert since(NOW - 300 * DAY) == NOW - 30 * DAY
    assert since(NOW - DAY) == NOW - RETRY_WINDOW
    assert since(NOW - DAY, memory=0.0) == NOW - DAY - OVERLAP


@given(st.lists(st.floats(NOW - 20 * DAY, NOW), min_size=1, max_size=30).map(sorted))
def test_no_silence_of_the_last_days_is_left_out(received: list[float]) -> None:
    """Wherever an hour without events ends within 73 hours, the look begins before it."""
    begin = since(*received)
    for before, after in zip(received, [*received[1:], NOW], strict=True):
        if after - before > HOUR and after >= NOW - RETRY_WINDOW:
            assert begin <= before
