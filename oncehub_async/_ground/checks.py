"""What can be said about arguments before anything is done with them.

Each check returns the value as it is wanted, or raises `InvalidParameterError` (of a request) or
`ConfigurationError` (of a setting), naming the parameter and the remedy. What only the service can
know is left to the service.
"""

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from yarl import URL

from ..errors import ConfigurationError, InvalidParameterError
from .clock import Clock, WallClock
from .log import logger
from .suggestion import did_you_mean, likely_word
from .time_zones import is_time_zone
from .times import date_text, in_utc, read_time, time_text

if TYPE_CHECKING:
    import attrs

T = TypeVar("T")

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR


# Settings: `ConfigurationError`.


def seconds(value: object, name: str, *, zero: bool = False) -> float:
    """A length of time: a positive number of seconds, or a timedelta. With `zero`, also none.

    Raises `ConfigurationError`: no limit is switched off by 0 or infinity.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigurationError(f"{name}: expected seconds, got {type(value).__name__}")
    if not (value < math.inf and (value > 0 or (zero and value == 0))) or value > _LONGEST:
        least = "from 0 on" if zero else "above 0"
        raise ConfigurationError(
            f"{name}: {_shown(value)} is no limit; it can't be switched off, so pass a number of "
            f"seconds {least}"
        )
    return float(value)


_LONGEST = 1e300
"""Seconds; an int can be larger than any float."""


def _shown(value: object) -> str:
    """A number; of what else was passed by mistake only the type, for it could be a secret."""
    if isinstance(value, int | float) and abs(value) <= _LONGEST:
        return repr(value)
    return type(value).__name__ if not isinstance(value, int) else "so large a number"


def count(value: object, name: str, *, least: int = 1) -> int:
    """A whole number from `least` on. Raises `ConfigurationError`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ConfigurationError(
            f"{name}: expected a whole number from {least} on, got {_shown(value)}"
        )
    return value


def yes_or_no(value: object, name: str) -> bool:
    """True or False, and nothing that could be meant as either. Raises `ConfigurationError`."""
    if not isinstance(value, bool):
        raise ConfigurationError(f"{name}: expected True or False, got {type(value).__name__}")
    return value


def share(value: object, name: str) -> float:
    """A number from 0 to 1. Raises `ConfigurationError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigurationError(f"{name}: expected a number from 0 to 1, got {_shown(value)}")
    return float(value)


def clock(value: object, name: str = "clock") -> Clock:
    """A clock that counts from an arbitrary zero. Raises `ConfigurationError`, also for a wall
    clock: that one is set back, and a wait by it would be as much too long."""
    if not isinstance(value, Clock):
        raise ConfigurationError(f"{name}: expected a Clock, got {type(value).__name__}")
    if isinstance(value, WallClock):
        raise ConfigurationError(f"{name}: expected a Clock, and no WallClock: that is set back")
    return value


def wall_clock(value: object, name: str = "clock") -> WallClock:
    """A clock that tells the time of day. Raises `ConfigurationError`, also for a plain clock: by
    one that counts from an arbitrary zero every genuine signature is years old."""
    if not isinstance(value, WallClock):
        raise ConfigurationError(
            f"{name}: expected a WallClock, which tells the time of day, got {type(value).__name__}"
        )
    return value


Validator = Callable[[Any, Any, Any], None]
"""Of a field of an attrs class, which is named in the error."""


def _setting(check: Callable[..., object], **how: Any) -> Validator:
    def validate(_instance: object, attribute: "attrs.Attribute[Any]", value: object) -> None:
        # A validator only looks, it can't turn a timedelta into seconds.
        if isinstance(value, timedelta):
            raise ConfigurationError(f"{attribute.name}: expected seconds, got timedelta")
        check(value, attribute.name, **how)

    return validate


SECONDS, SECONDS_OR_NONE = _setting(seconds), _setting(seconds, zero=True)
COUNT, COUNT_OR_NONE = _setting(count), _setting(count, least=0)
SHARE = _setting(share)


def one_of(*choices: object) -> Validator:
    """One of the choices."""

    def check(value: object, name: str) -> None:
        if value not in choices:
            likely = likely_word(value, map(str, choices))
            hint = f"; did you mean {likely!r}?" if likely else ""
            words = ", ".join(map(str, choices))
            raise ConfigurationError(f"{name}: {value!r} is none of {words}{hint}")

    return _setting(check)


# Arguments of requests: `InvalidParameterError`.

MAX_LIMIT = 100
LONGEST_SLOT_RANGE = timedelta(days=30)
DEEPEST_EXPANSION = 2
_ID = re.compile(r"[A-Za-z0-9._-]+")


class Unset(Enum):
    """The type of `UNSET`, for annotations."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""In an update: leave the field as it is. (None sets it to null.)"""


def given(fields: Mapping[str, T | Unset]) -> dict[str, T]:
    """The fields that are not to be left as they are."""
    return {name: value for name, value in fields.items() if not isinstance(value, Unset)}


def some_given(fields: Mapping[str, T | Unset]) -> dict[str, T]:
    """As `given`, for an update, which has to change something."""
    result = given(fields)
    if not result:
        raise InvalidParameterError("body", "nothing to update; pass at least one field")
    return result


def object_id(value: object, param: str = "id") -> str:
    """An id as a part of a path."""
    text = required_text(value, param)
    # What isn't an id could be a name or an address, which would get into errors and logs.
    if not _ID.fullmatch(text) or text in (".", ".."):
        raise InvalidParameterError(param, "not an id; expected something like 'BKNG-J4FR05BKEWEX'")
    return text


def required_text(value: object, param: str) -> str:
    """Text for a URL, which may not be empty."""
    text = filled_text(value, param)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidParameterError(param, "holds half a surrogate pair") from None
    return text


def filled_text(value: object, param: str) -> str:
    """Text for a body, which may not be empty; JSON can express any."""
    if not isinstance(value, str):
        raise InvalidParameterError(param, f"expected text, got {type(value).__name__}")
    if not value.strip():
        raise InvalidParameterError(param, "is empty")
    return str(value)


def optional_text(value: object, param: str) -> str | None:
    """A filter or text that may be left out, but not be empty: that would mean anything."""
    return None if value is None else required_text(value, param)


def documented(value: object, known: type[StrEnum], param: str) -> str | None:
    """A filter whose values are documented; another one is sent too, for the vendor adds some."""
    text = optional_text(value, param)
    tell_undocumented(() if text is None else (text,), known, param)
    return text


def tell_undocumented(values: Iterable[str], known: type[StrEnum], param: str) -> None:
    """Tell in the log of values that aren't documented; they may be new, or slips."""
    for value in values:
        if value not in tuple(known):
            hint = did_you_mean(value, known)
            logger.warning("%s: not one of the documented values; %s", param, hint)


def texts_of(fields: Mapping[str, object]) -> dict[str, str | None]:
    """Filters by their names."""
    return {name: optional_text(value, name) for name, value in fields.items()}


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


def whole_number(value: object, param: str, least: int, most: int | None = None) -> int:
    """A whole number within bounds, both of them included."""
    highest = math.inf if most is None else most
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= highest:
        return value
    bound = "on" if most is None else f"to {most}"
    raise InvalidParameterError(param, f"expected a number from {least} {bound}")


def page(limit: object, after: str | None, before: str | None) -> dict[str, str]:
    """The size of a page and the place in a list."""
    whole_number(limit, "limit", 1, MAX_LIMIT)
    if after is not None and before is not None:
        raise InvalidParameterError("before", "excludes after; pass only one of the two")
    result = {"limit": str(limit)}
    if after is not None:
        result["after"] = required_text(after, "after")
    if before is not None:
        result["before"] = required_text(before, "before")
    return result


def expansion(value: str | Iterable[str] | None) -> str | None:
    """The fields to expand, from a name, names, or names with commas."""
    if value is None:
        return None
    names = value.split(",") if isinstance(value, str) else list(value)
    for name in names:
        required_text(name, "expand")
        if len(name.removeprefix("data.").split(".")) > DEEPEST_EXPANSION:
            raise InvalidParameterError("expand", f"'{name}' is more than two levels deep")
    return ",".join(name.strip() for name in names) or None


def choice(value: object, allowed: Sequence[str], param: str) -> str:
    """One of the documented values."""
    if value not in allowed:
        raise InvalidParameterError(param, f"expected one of {', '.join(map(str, allowed))}")
    return str(value)


def texts(value: object, param: str) -> list[str]:
    """Several texts; a single one is not taken for its letters."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidParameterError(param, "expected a list of texts")
    return [required_text(item, param) for item in value]


def some_texts(value: object, param: str) -> list[str]:
    """At least one text."""
    result = texts(value, param)
    if not result:
        raise InvalidParameterError(param, "is empty")
    return result


def https_url(value: object, param: str) -> str:
    """The URL of a webhook."""
    text = required_text(value, param)
    try:
        url = URL(text)
        good = url.scheme == "https" and bool(url.host) and text.isprintable() and " " not in text
    except ValueError:
        good = False
    if not good:
        raise InvalidParameterError(param, "has to be a URL that starts with https://")
    return text


def time_zone(value: object, param: str) -> str:
    """An IANA time zone name."""
    name = required_text(value, param)
    if not is_time_zone(name):
        raise InvalidParameterError(
            param, "not an IANA time zone name; expected something like 'America/New_York'"
        )
    return name


# A Path has made one slash of two; one letter in front is a drive of Windows.
_ADDRESS = re.compile(r"""["'\s]*([a-z][a-z0-9+.-]+):[/\\]""", re.IGNORECASE)
_DATABASES = ("postgres", "mysql", "mariadb", "duckdb", "sqlite", "snowflake", "bigquery", "mssql")


def local_path(value: object, param: str) -> Path:
    """A path on this machine, with what `~` stands for put in.

    Raises `InvalidParameterError` for a URL, of which only a well-known scheme is shown: there can
    be a password in it.
    """
    if not isinstance(value, str | os.PathLike):
        raise InvalidParameterError(param, f"expected a path, got {type(value).__name__}")
    text = os.fsdecode(value)
    if not text or "\0" in text:
        raise InvalidParameterError(param, "expected a path, which has at least one character")
    if address := _ADDRESS.match(text):
        raise InvalidParameterError(param, _remedy(address[1].lower()))
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InvalidParameterError(
            param, "the home folder that ~ stands for isn't known; write the whole path"
        ) from None


def local_path_setting(value: object, name: str) -> Path:
    """As `local_path`, of a setting: raises `ConfigurationError`."""
    try:
        return local_path(value, name)
    except InvalidParameterError as error:
        raise ConfigurationError(str(error)) from None


def _remedy(scheme: str) -> str:
    """What to do instead of writing to a URL."""
    if scheme.startswith(_DATABASES):
        return (
            "is the URL of a database; files are written into a folder of this machine: name "
            "a folder, or see oncehub sync, which writes into PostgreSQL and DuckDB"
        )
    if scheme == "file":
        return "is a URL; write it as a path, such as /data/oncehub"
    storage = " and copy it from there with the storage's own tool (aws s3 sync, gsutil rsync)"
    copied = storage if scheme in ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss") else ""
    return f"is a URL; only files of this machine can be used: name a path here{copied}"
