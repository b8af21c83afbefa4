"""What of a long list is still to be read: the newest days first. Pure rules.

A window is a span of creation times, read by a walk of its own and committed page by page. What
was read of it is kept as the walk's coverage, so that an interrupted sync goes on where it was.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self

import attrs

from .._ground import read_zoned_time, shifted, time_text
from .._lists import Coverage, coverage_data, coverage_from

NEWEST = timedelta(days=7)
RECENT = timedelta(days=90)
RESOLUTION = timedelta(milliseconds=1)
"""Of the service's times. Its filters leave both ends out."""


@attrs.frozen
class HistoryWindow:
    """Creation times from `lower` (included) to `upper` (not included); None where it is open."""

    lower: datetime | None
    upper: datetime | None

    def arguments(self) -> dict[str, datetime]:
        """The filters that give it."""
        given: dict[str, datetime] = {}
        if self.lower is not None:
            given["creation_time_gt"] = shifted(self.lower, -RESOLUTION)
        if self.upper is not None:
            given["creation_time_lt"] = self.upper
        return given


def windows_of(newest: datetime, since: datetime | None) -> tuple[HistoryWindow, ...]:
    """The windows of a list whose newest object is of that time, as far back as is wanted."""
    bounds = [shifted(newest, -NEWEST), shifted(newest, -RECENT)]
    if since is not None:
        bounds = [each for each in bounds if each > since]
    windows, upper = [], None
    for lower in (*bounds, since):
        windows.append(HistoryWindow(lower, upper))
        upper = lower
    return tuple(windows)


@attrs.frozen
class ListPlace:
    """Where a long list's sync goes on: the windows to read, and up to when changes are known.

    `mark` is a time up to which no change is missing, from the service's own times: see
    `moved_mark`. `seen` is the latest of these that was seen so far.
    """

    begun: bool = False
    windows: tuple[HistoryWindow, ...] = ()
    coverage: Coverage | None = None
    """Of the first window."""
    mark: datetime | None = None
    seen: datetime | None = None
    looked_until: datetime | None = None
    """Below this time of creation, the search for deleted ones goes on; None at the top."""
    reconciled: datetime | None = None
    """When that search last reached the end of the list, by our clock."""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The place that `as_data` gave. Raises `ValueError`, `KeyError` or `TypeError`."""
        coverage = data["coverage"]
        return cls(
            begun=bool(data["begun"]),
            windows=tuple(
                HistoryWindow(_time(lower), _time(upper)) for lower, upper in data["windows"]
            ),
            coverage=None if coverage is None else coverage_from(coverage),
            mark=_time(data["mark"]),
            seen=_time(data["seen"]),
            looked_until=_time(data["looked_until"]),
            reconciled=_time(data.get("reconciled")),
        )

    def as_data(self) -> dict[str, Any]:
        """The same as JSON data."""
        return {
            "begun": self.begun,
            "windows": [[_text(each.lower), _text(each.upper)] for each in self.windows],
            "coverage": None if self.coverage is None else coverage_data(self.coverage),
            "mark": _text(self.mark),
            "seen": _text(self.seen),
            "looked_until": _text(self.looked_until),
            "reconciled": _text(self.reconciled),
        }

    @property
    def complete(self) -> bool:
        """Whether all windows have been read."""
        return self.begun and not self.windows

    def complete_since(self) -> datetime | None:
        """From which time of creation on all is there; None where all or nothing is."""
        if not self.windows:
            return None
        window = self.windows[0]
        if self.coverage is not None and self.coverage.segments:
            top = self.coverage.segments[0]
            if top.at_top:
                # Others of that very instant may be missing.
                return shifted(top.older.position.time, RESOLUTION)
        return window.upper

    def next_window(self) -> "ListPlace":
        """The first window has been read."""
        return attrs.evolve(self, windows=self.windows[1:], coverage=None)

    def noting(self, times: Sequence[datetime | None], now: datetime) -> "ListPlace":
        """The latest of the service's times that our clock has reached."""
        past = [each for each in times if each is not None and each <= now]
        if not past:
            return self
        latest = max(past)
        return attrs.evolve(self, seen=latest if self.seen is None else max(latest, self.seen))


def moved_mark(mark: datetime | None, seen_before: datetime | None) -> datetime | None:
    """The mark after a round that read all changes to the last page.

    At the moment when it began, the service's clock had passed the latest time that was seen
    *before* it. The times that came with the round itself say nothing: while it ran, an object may
    have changed whose place it had passed already.
    """
    if mark is None or (seen_before is not None and seen_before > mark):
        return seen_before
    return mark


def _text(time: datetime | None) -> str | None:
    return None if time is None else time_text(time)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = read_zoned_time(text)
    if time is None:
        raise ValueError("no time")
    return time
