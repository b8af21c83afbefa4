"""What everything else stands on, and what knows nothing of the API: time, texts, checks."""

from .._printable import printable, printable_json
from .addresses import (
    address_forms,
    addresses_in,
    may_hold_address,
    phone_digits,
    plain_address,
    whole_address,
)
from .beside_loop import LARGE, off_loop
from .checks import DAY, MAX_LIMIT, UNSET, Unset, aware, choice
from .clock import Clock, WallClock
from .ending_signals import on_ending_signals
from .formula_texts import harmless_text, plain_text
from .hidden import Hidden, HiddenText
from .hooks import begin_hook, checked_hook, checked_tracing, tell_hook
from .json_text import (
    MOST_VALUES,
    TooManyValuesError,
    ValueCount,
    dump_any_json,
    dump_json,
    load_json,
    repeats_names,
)
from .log import Lines, fields, logger
from .outside_quotes import PIECE, OutsideQuotes
from .private_files import PRIVATE, FileLock, open_anew, open_private, sync_folder
from .shared_arguments import spelled_out
from .suggestion import did_you_mean, likely_word
from .time_zones import is_time_zone
from .times import (
    EARLIEST,
    LATEST,
    date_text,
    from_unix,
    has_finer_digits,
    in_utc,
    read_as_written,
    read_clock_face,
    read_date,
    read_time,
    read_zoned_time,
    shifted,
    text_in_milliseconds,
    text_in_minutes,
    text_in_seconds,
    text_with_offset,
    time_text,
)

__all__ = [
    "DAY",
    "EARLIEST",
    "LARGE",
    "LATEST",
    "MAX_LIMIT",
    "MOST_VALUES",
    "PIECE",
    "PRIVATE",
    "UNSET",
    "Clock",
    "FileLock",
    "Hidden",
    "HiddenText",
    "Lines",
    "OutsideQuotes",
    "TooManyValuesError",
    "Unset",
    "ValueCount",
    "WallClock",
    "address_forms",
    "addresses_in",
    "aware",
    "begin_hook",
    "checked_hook",
    "checked_tracing",
    "choice",
    "date_text",
    "did_you_mean",
    "dump_any_json",
    "dump_json",
    "fields",
    "from_unix",
    "harmless_text",
    "has_finer_digits",
    "in_utc",
    "is_time_zone",
    "likely_word",
    "load_json",
    "logger",
    "may_hold_address",
    "off_loop",
    "on_ending_signals",
    "open_anew",
    "open_private",
    "phone_digits",
    "plain_address",
    "plain_text",
    "printable",
    "printable_json",
    "read_as_written",
    "read_clock_face",
    "read_date",
    "read_time",
    "read_zoned_time",
    "repeats_names",
    "shifted",
    "spelled_out",
    "sync_folder",
    "tell_hook",
    "text_in_milliseconds",
    "text_in_minutes",
    "text_in_seconds",
    "text_with_offset",
    "time_text",
    "whole_address",
]
