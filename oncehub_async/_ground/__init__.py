"""What everything else stands on, and what knows nothing of the API: time, texts, checks."""

from .checks import DAY, MAX_LIMIT, UNSET, Unset, aware, choice
from .clock import Clock, WallClock
from .hidden import Hidden, HiddenText
from .json_text import dump_json, load_json
from .log import logger
from .times import time_text

__all__ = [
    "DAY",
    "MAX_LIMIT",
    "UNSET",
    "Clock",
    "Hidden",
    "HiddenText",
    "Unset",
    "WallClock",
    "aware",
    "choice",
    "dump_json",
    "load_json",
    "logger",
    "time_text",
]
