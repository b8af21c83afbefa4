"""From what a database has to what this version of the package needs: forward, and only forward."""

from collections.abc import Collection, Mapping

from .._ground import load_json
from ._database import (
    CUSTOM_FIELDS,
    SCHEMA_VERSION,
    SETTINGS_TABLE,
    Dialect,
    add_column,
    create_own_tables,
    create_table,
    literal,
    missing_columns,
)
from ._report_views import facts_view, wide_view
from ._sync_errors import NewerSchemaError
from ._tables import TABLES, table_of

_DROPS_VIEWS = ("bookings_wide", "booking_facts")


def check_version(settings: Mapping[str, str], shown: str) -> None:
    """Raises `NewerSchemaError` where a later version made the tables."""
    version = settings.get("schema_version")
    if version is not None and int(version) > SCHEMA_VERSION:
        raise NewerSchemaError(
            f"{shown} has schema version {version}, and this version of oncehub-async knows "
            f"{SCHEMA_VERSION}; upgrade it: pip install --upgrade oncehub-async"
        )


def migrations(
    dialect: Dialect,
    there: Mapping[str, Collection[str]],
    settings: Mapping[str, str],
    shown: str,
) -> list[str]:
    """The statements that bring the tables to this version; none where they are.

    `there` holds the columns of each table that is there, `settings` those of `SETTINGS_OF_TABLES`
    that the last sync noted. Raises `NewerSchemaError`.
    """
    check_version(settings, shown)
    version = settings.get("schema_version")
    missing = {
        name: missing_columns(table_of(name), there[name]) for name in TABLES if name in there
    }
    is_current = (
        version == str(SCHEMA_VERSION)
        and len(missing) == len(TABLES)
        and not any(missing.values())
        and all(view in there for view in _DROPS_VIEWS)
    )
    if is_current:
        return []
    statements = create_own_tables(dialect)
    fields = load_json(settings.get(CUSTOM_FIELDS, "[]"))
    # A view that names a table's columns stands in the way of changing it.
    statements += [f"DROP VIEW IF EXISTS {dialect.table(view)}" for view in _DROPS_VIEWS]
    for name in TABLES:
        if name not in there:
            statements += create_table(dialect, table_of(name))
        for column in missing.get(name, ()):
            statements += add_column(dialect, table_of(name), column)
    statements += [facts_view(dialect), wide_view(dialect, fields)]
    kept = dialect.table(SETTINGS_TABLE)
    statements.append(
        f"INSERT INTO {kept} (name, value) "
        f"VALUES ('schema_version', {literal(str(SCHEMA_VERSION))}) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
    return statements
