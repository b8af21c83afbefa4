"""Receivers on several hosts that share one inbox, behind a proxy."""
