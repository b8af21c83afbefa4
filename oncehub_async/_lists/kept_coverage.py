"""What of a list has been read, as JSON data: for whoever keeps it to go on from there later.

It has the size of the segments' ends, not of the list: a page's worth of ids for each of them.
"""

from collections.abc import Mapping
from typing import Any

from .._ground import read_zoned_time, time_text
from .segments import Coverage, End, Position, Segment


def coverage_data(coverage: Coverage) -> dict[str, Any]:
    """A coverage as JSON data."""
    return {
        "segments": [_segment_data(each) for each in coverage.segments],
        "empty_before": _time_data(coverage.empty_before),
        "is_empty": coverage.is_empty,
        "next_number": coverage.next_number,
    }


def coverage_from(data: Mapping[str, Any]) -> Coverage:
    """The coverage again. Raises `ValueError`, `KeyError` or `TypeError` for what is none."""
    coverage = Coverage()
    coverage.segments = [_segment(each) for each in data["segments"]]
    coverage.empty_before = _time(data["empty_before"])
    coverage.is_empty = bool(data["is_empty"])
    coverage.next_number = int(data["next_number"])
    return coverage


def _segment_data(segment: Segment) -> dict[str, Any]:
    return {
        "number": segment.number,
        "newer": _end_data(segment.newer),
        "older": _end_data(segment.older),
        "at_top": segment.at_top,
        "at_end": segment.at_end,
        "nothing_until": _time_data(segment.nothing_until),
        "newer_is_closed": segment.newer_is_closed,
        "count": segment.count,
    }


def _segment(data: Mapping[str, Any]) -> Segment:
    return Segment(
        number=int(data["number"]),
        newer=_end(data["newer"]),
        older=_end(data["older"]),
        at_top=bool(data["at_top"]),
        at_end=bool(data["at_end"]),
        nothing_until=_time(data["nothing_until"]),
        newer_is_closed=bool(data["newer_is_closed"]),
        count=int(data["count"]),
    )


def _end_data(end: End) -> dict[str, Any]:
    return {
        "id": end.position.id,
        "time": _time_data(end.position.time),
        "ids": sorted(end.ids),
        "page": list(end.page),
        "cursor": end.cursor,
        "announced": end.announced,
        "recent": [list(each) for each in end.recent],
    }


def _end(data: Mapping[str, Any]) -> End:
    time = _time(data["time"])
    if time is None:
        raise ValueError("an end without a time")
    end = End(
        Position(str(data["id"]), time),
        {str(each) for each in data["ids"]},
        tuple(str(each) for each in data["page"]),
        str(data["cursor"]),
        bool(data["announced"]),
    )
    end.recent.extend((int(count), float(seconds)) for count, seconds in data["recent"])
    return end


def _time_data(time: Any) -> str | None:
    return None if time is None else time_text(time)


def _time(text: str | None) -> Any:
    return None if text is None else read_zoned_time(text)
