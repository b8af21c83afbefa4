"""What counts as a change. Pure rules."""

from datetime import UTC, datetime, timedelta

from oncehub_async.export._watch.versions import KnownVersions

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def booking(time: str | None, **fields: str) -> dict[str, str | None]:
    return {"id": "BKNG-1", "last_updated_time": time, **fields}


def test_only_a_later_time_is_a_change() -> None:
    """The same instant in another notation is none, nor is an older state."""
    known = KnownVersions("last_updated_time")
    known.note("BKNG-1", known.version_of(booking("2026-11-01T10:00:00.000Z"), NOW))
    for time, is_known in (
        ("2026-11-01T10:00:00Z", True),
        ("2026-11-01T09:59:59.999Z", True),
        ("2026-11-01T10:00:00.001Z", False),
    ):
        assert known.has("BKNG-1", known.version_of(booking(time), NOW)) is is_known
    assert not known.has("BKNG-2", known.version_of(booking("2026-11-01T09:00:00Z"), NOW))


def test_without_a_time_the_content_tells() -> None:
    """Whether the time is missing, null or none at all."""
    for time in (None, "yesterday"):
        known = KnownVersions("last_updated_time")
        known.note("BKNG-1", known.version_of(booking(time, status="scheduled"), NOW))
        assert known.has("BKNG-1", known.version_of(booking(time, status="scheduled"), NOW))
        assert not known.has("BKNG-1", known.version_of(booking(time, status="canceled"), NOW))


def test_after_a_time_in_the_future_any_other_is_a_change() -> None:
    """Also an earlier one, once: without this, what it was corrected to would be lost."""
    known = KnownVersions("last_updated_time")
    wrong = booking("2099-01-01T00:00:00Z")
    known.note("BKNG-1", known.version_of(wrong, NOW))
    assert known.has("BKNG-1", known.version_of(wrong, NOW))
    corrected = known.version_of(booking("2026-11-01T11:00:00Z"), NOW)
    assert not known.has("BKNG-1", corrected)
    known.note("BKNG-1", corrected)
    assert known.has("BKNG-1", corrected)
    assert known.has("BKNG-1", known.version_of(booking("2026-11-01T10:59:00Z"), NOW))


def test_times_in_the_future_say_nothing_about_now() -> None:
    """An object from the year 2099 would move the mark beyond all that is to come."""
    known = KnownVersions("last_updated_time")
    known.see(known.version_of(booking("2099-01-01T00:00:00Z"), NOW), NOW)
    assert known.latest is None
    known.see(known.version_of(booking("2026-11-01T11:00:00Z"), NOW), NOW)
    known.see(known.version_of(booking("2026-11-01T10:00:00Z"), NOW), NOW)
    assert known.latest == NOW - timedelta(hours=1)


def test_what_cannot_come_again_is_forgotten() -> None:
    """Except objects without a time, which come whenever they like."""
    known = KnownVersions("last_updated_time")
    known.note("BKNG-1", known.version_of(booking("2026-11-01T10:00:00Z"), NOW))
    known.note("BKNG-2", known.version_of(booking("2026-11-01T11:00:00Z"), NOW))
    known.note("BKNG-3", known.version_of(booking(None), NOW))
    known.forget(NOW - timedelta(hours=1))
    assert len(known) == 1
