"""Exports that are kept current."""

from .log import change_in
from .run import EVERY, OVERLAP, Round, watch_export
from .versions import VERSION_TIMES

__all__ = ["EVERY", "OVERLAP", "VERSION_TIMES", "Round", "change_in", "watch_export"]
