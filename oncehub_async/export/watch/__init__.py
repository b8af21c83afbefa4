"""Exports that are kept current."""

from .run import EVERY, OVERLAP, Round, watch_export

__all__ = ["EVERY", "OVERLAP", "Round", "watch_export"]
