"""Moments, days and spans of requests."""

from datetime import UTC, date, datetime, timedelta

from ...errors import InvalidParameterError
from ..times import date_text, in_utc, read_time, time_text

LONGEST_SLOT_RANGE = timedelta(days=30)


def moment(value: object, param: str) -> str | None:
    """A moment in the vendor's notation, from an aware datetime."""
    return None if value is None else time_text(aware(value, param))


def aware(value: object, param: str) -> datetime:
    """A datetime that says in which time zone it is meant, and that there is in UTC too."""
    if not isinstance(value, datetime):
        raise InvalidParameterError(
            param,
            f"expected an aware datetime, got {type(value).__name__}; "
            "for example datetime(2026, 1, 31, tzinfo=timezone.utc)",
        )
    if value.utcoffset() is None:
        raise InvalidParameterError(
            param,
            "the datetime has no time zone; make it aware: value.replace(tzinfo=timezone.utc) "
            "if it is in UTC, or value.astimezone() if it is in local time",
        )
    if in_utc(value) is None:
        raise InvalidParameterError(param, "is beyond the years 1 to 9999 in UTC")
    return value


def day(value: object, param: str) -> str | None:
    """A date as the vendor writes it, from a date or from the one that an aware datetime shows."""
    if value is None:
        return None
    if isinstance(value, datetime):
        aware(value, param)
    if not isinstance(value, date):
        raise InvalidParameterError(
            param, f"expected a date, got {type(value).__name__}; for example date(2026, 1, 31)"
        )
    return date_text(value)


def written_time(text: str, param: str) -> datetime:
    """A time that somebody wrote: ISO 8601, in UTC where it names no zone."""
    time = read_time(text)
    if time is None:
        raise InvalidParameterError(
            param, f"'{text}' is not a date or time such as 2026-01-31 or 2026-01-31T08:00:00Z"
        )
    return time


def time_range(name: str, after: datetime | None, before: datetime | None) -> dict[str, str | None]:
    """The filters `name.gt` and `name.lt`, of which both ends are exclusive."""
    python_name = name.replace(".", "_")
    result = {
        f"{name}.gt": moment(after, f"{python_name}_gt"),
        f"{name}.lt": moment(before, f"{python_name}_lt"),
    }
    # Compared as they are sent: within one time zone Python would compare clock faces.
    if after is not None and before is not None and _utc(after) > _utc(before):
        raise InvalidParameterError(
            f"{python_name}_gt", f"is later than {python_name}_lt; swap the two"
        )
    return result


def slot_range(start: datetime | None, end: datetime | None) -> dict[str, str | None]:
    """The span in which free slots are looked for."""
    result = {"start_time": moment(start, "start_time"), "end_time": moment(end, "end_time")}
    if end is not None:
        first, last = _utc(start or datetime.now(UTC)), _utc(end)
        if last <= first:
            raise InvalidParameterError("end_time", "has to be after start_time (or now)")
        if last - first > LONGEST_SLOT_RANGE:
            raise InvalidParameterError(
                "end_time", "is more than 30 days after start_time; ask for 30 days at a time"
            )
    return result


def _utc(value: datetime) -> datetime:
    return in_utc(value) or value
