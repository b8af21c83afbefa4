"""Databases for the tests of reports: those of the tests of syncs."""

from tests.sync.conftest import database_url

__all__ = ["database_url"]
