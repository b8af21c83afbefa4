"""A OnceHub account in a database of one's own, kept current: DuckDB in a file, or PostgreSQL."""

from ._account_rounds import EVERY, AccountSync, sync
from ._column_policy import ColumnPolicy, column_policy
from ._database import (
    Batch,
    Blanking,
    Database,
    Deletion,
    Dialect,
    ObjectState,
    Reader,
    Upsert,
    Writing,
    read_states,
)
from ._database_url import DEFAULT_DATABASE, database_of
from ._dlt_source import dlt_source
from ._duckdb_file import DuckDBFile
from ._erased_people import ErasedPeople, Person
from ._erasing import contacts_of, erase_rows, rows_of_person, rows_to_erase, with_digests
from ._postgresql import DEFAULT_SCHEMA, PostgreSQL
from ._reading import blocked_columns, reading
from ._report_views import facts_made_of
from ._sync_check import SAMPLES, TableCheck
from ._sync_errors import (
    DatabaseBusyError,
    DatabaseFailedError,
    NewerSchemaError,
    OtherAccountError,
    PolicyChangedError,
    SyncError,
)
from ._sync_progress import SyncProgress, SyncRound, TableProgress
from ._synced_bookings import SyncedBookings
from ._tables import TABLES, Column, ColumnKind, Table, table_of

__all__ = [
    "DEFAULT_DATABASE",
    "DEFAULT_SCHEMA",
    "EVERY",
    "SAMPLES",
    "TABLES",
    "AccountSync",
    "Batch",
    "Blanking",
    "Column",
    "ColumnKind",
    "ColumnPolicy",
    "Database",
    "DatabaseBusyError",
    "DatabaseFailedError",
    "Deletion",
    "Dialect",
    "DuckDBFile",
    "ErasedPeople",
    "NewerSchemaError",
    "ObjectState",
    "OtherAccountError",
    "Person",
    "PolicyChangedError",
    "PostgreSQL",
    "Reader",
    "SyncError",
    "SyncProgress",
    "SyncRound",
    "SyncedBookings",
    "Table",
    "TableCheck",
    "TableProgress",
    "Upsert",
    "Writing",
    "blocked_columns",
    "column_policy",
    "contacts_of",
    "database_of",
    "dlt_source",
    "erase_rows",
    "facts_made_of",
    "read_states",
    "reading",
    "rows_of_person",
    "rows_to_erase",
    "sync",
    "table_of",
    "with_digests",
]
