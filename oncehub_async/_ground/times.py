"""Times, as the service writes and reads them."""

from datetime import UTC, datetime


def time_text(time: datetime) -> str:
    """An aware time in the vendor's notation: UTC, with `Z`, milliseconds only where needed."""
    precision = "auto" if time.microsecond % 1000 else "milliseconds"
    if not time.microsecond:
        precision = "seconds"
    return time.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
