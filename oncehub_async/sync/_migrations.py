"""From what a database has to what this version of the package needs: forward, and only forward."""

from collections.abc import Mapping, Sequence

from .._ground import load_json
from ._database import (
    CUSTOM_FIELDS,
    ERASED_TABLE,
    SCHEMA_VERSION,
    SETTINGS_TABLE,
    STATE_TABLE,
    Dialect,
    add_column,
    create_own_tables,
    create_table,
    literal,
    missing_columns,
)
from ._report_views import FACTS, WIDE, facts_view, wide_view
from ._sync_errors import NewerSchemaError
from ._tables import TABLES, table_of

_BESIDE = (STATE_TABLE, SETTINGS_TABLE, ERASED_TABLE, WIDE, FACTS)
_VIEWS_STAY_SINCE = 3
"""Columns of views that an earlier version made had other types."""


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
    there: Mapping[str, Sequence[str]],
    settings: Mapping[str, str],
    shown: str,
) -> list[str]:
    """The statements that bring the tables to this version; none where they are.

    `there` holds the columns of each table and view that is there, `settings` those of
    `SETTINGS_OF_TABLES` that the last sync noted. What is made is empty, also where it was there
    once: it is read anew. Raises `NewerSchemaError`.
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
        and all(each in there for each in _BESIDE)
    )
    if is_current:
        return []
    statements = create_own_tables(dialect)
    fields = load_json(settings.get(CUSTOM_FIELDS, "[]"))
    stay = version is not None and int(version) >= _VIEWS_STAY_SINCE
    views = {view: there[view] if stay and view in there else [] for view in (FACTS, WIDE)}
    statements += [
        f"DROP VIEW IF EXISTS {dialect.table(view)}" for view in views if not views[view]
    ]
    state = dialect.table(STATE_TABLE)
    for name in TABLES:
        if name not in there:
            statements += create_table(dialect, table_of(name))
        for column in missing.get(name, ()):
            statements += add_column(dialect, table_of(name), column)
        if missing.get(name, True):
            statements.append(f"DELETE FROM {state} WHERE object = {literal(name)}")
    statements += facts_view(dialect, views[FACTS]) + wide_view(dialect, fields, views[WIDE])
    kept = dialect.table(SETTINGS_TABLE)
    statements.append(
        f"INSERT INTO {kept} (name, value) "
        f"VALUES ('schema_version', {literal(str(SCHEMA_VERSION))}) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
    return statements
