"""Databases for the tests of a person's data: a DuckDB file, and PostgreSQL."""

from ..sync.conftest import database_url

__all__ = ["database_url"]
