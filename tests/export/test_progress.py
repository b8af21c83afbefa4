"""What is known of how far an export is."""

import pytest

from oncehub_async import Budget
from oncehub_async.export import ExportProgress, ExportState, ResourceProgress

from .simulated import FAST


def test_what_is_left_follows_from_an_earlier_export_or_from_the_walk() -> None:
    """And where nothing tells, nothing is pretended."""
    known = ResourceProgress("bookings", expected=1000, objects=250, pages=3)
    assert known.pages_left() == 8
    seen = ResourceProgress("bookings", objects=250, pages=3, left=6)
    assert seen.pages_left() == 6
    unknown = ResourceProgress("bookings", objects=250, pages=3)
    assert unknown.pages_left() is None
    done = ResourceProgress("bookings", state=ExportState.COMPLETE)
    assert done.pages_left() == 0
    progress = ExportProgress(FAST, Budget(clock=FAST), resources={"a": done, "b": unknown})
    assert progress.seconds_left() is None
    progress.resources["b"] = known
    assert progress.seconds_left() == pytest.approx(1.02, abs=0.1)
