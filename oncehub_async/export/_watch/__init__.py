"""Exports that are kept current."""

from .change_log import change_in, lines_in, write_changes_table
from .versions import VERSION_TIMES
from .watch_run import EVERY, OVERLAP, Round, watch_export, watch_request

__all__ = [
    "EVERY",
    "OVERLAP",
    "VERSION_TIMES",
    "Round",
    "change_in",
    "lines_in",
    "watch_export",
    "watch_request",
    "write_changes_table",
]
