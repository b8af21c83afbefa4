"""What everything else stands on, and what knows nothing of the API: time, texts, checks."""

from .._printable import printable, printable_json
from .checks import DAY, MAX_LIMIT, UNSET, Unset, aware, choice
from .clock import Clock, WallClock
from .json_text import dump_json, load_json
from .log import Lines, logger
from .times import time_text

__all__ = [
    "DAY",
    "MAX_LIMIT",
    "UNSET",
    "Clock",
    "Lines",
    "Unset",
    "WallClock",
    "aware",
    "choice",
    "dump_json",
    "load_json",
    "logger",
    "printable",
    "printable_json",
    "time_text",
]
