"""The synced rows for other warehouses, through dlt: no request to the API is made for them.

https://dlthub.com/docs/general-usage/incremental-loading
"""

import asyncio
import importlib
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from .._ground import likely_word, load_json
from ..errors import InvalidParameterError
from ._database import quoted
from ._database_url import DEFAULT_DATABASE, database_of
from ._reading import reading
from ._tables import DELETED, SYNCED_AT, TABLES, ColumnKind, Table, table_of

_PAGE = 5_000
_MOST_LEVELS = 50
_LATEST, _PLACE_DIGITS = "latest_synced_at", 16
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_TYPES: Mapping[ColumnKind, str] = {
    ColumnKind.TEXT: "text",
    ColumnKind.ID: "text",
    ColumnKind.INTEGER: "bigint",
    ColumnKind.NUMBER: "double",
    ColumnKind.BOOLEAN: "bool",
    ColumnKind.TIME: "timestamp",
    ColumnKind.JSON: "json",
}


def dlt_source(
    database: str | Path = DEFAULT_DATABASE,
    *,
    schema: str | None = None,
    tables: Sequence[str] = TABLES,
    remove_deleted: bool = False,
) -> Any:
    """What changed in a synced database since the last load, for dlt to bring to a warehouse.

        pipeline = dlt.pipeline("oncehub", destination="bigquery", dataset_name="oncehub")
        pipeline.run(dlt_source("oncehub.duckdb"))

    Each table is a resource that is merged by `id`, with `_synced_at` as its cursor. A pipeline
    keeps one for each database, so that several can go to one destination. A deleted object is a
    change of its row, which says so in `_deleted`; with `remove_deleted` it is removed at the
    destination as well. `schema` is for PostgreSQL; `tables` names some of `TABLES`. Destinations
    that can't merge, such as Parquet files, get each changed row appended: of the rows of an `id`
    the one with the latest `_synced_at` counts.

    It is a `DltSource`. Needs the extra `dlt`. Raises `InvalidParameterError`; while it is loaded,
    what `reading` does.
    """
    dlt = _dlt()
    for name in tables:
        if name not in TABLES:
            hint = likely_word(name, TABLES)
            raise InvalidParameterError(
                "tables",
                f"there is no table '{name}'; " + (f"did you mean {hint}?" if hint else _known()),
            )

    def resources() -> Iterator[Any]:
        for name in tables:
            yield _resource(dlt, database, schema, table_of(name), remove_deleted)

    # Lists stay in their columns, as JSON: a table for each would be merged row by row.
    return dlt.source(resources, name="oncehub", max_table_nesting=0)()


def _known() -> str:
    return f"expected some of {', '.join(TABLES)}"


def _resource(
    dlt: Any, database: str | Path, schema: str | None, table: Table, remove_deleted: bool
) -> Any:
    def changed() -> Iterator[list[dict[str, Any]]]:
        # dlt's own cursor is one for all databases of a pipeline: the second one's rows that are
        # older than the first one's latest would never come.
        latest = dlt.current.resource_state().setdefault(_LATEST, {})
        place = _place(database, schema)
        for page in _pages(database, schema, table, latest.get(place)):
            yield page
            # No row comes with that time later: each commit has a later one.
            latest[place] = page[-1][SYNCED_AT]

    hints: dict[str, dict[str, Any]] = {
        each.name: {"data_type": _TYPES[each.kind]} for each in table.columns
    }
    if remove_deleted:
        hints[DELETED]["hard_delete"] = True
    return dlt.resource(
        changed,
        name=table.name,
        primary_key="id",
        write_disposition="merge",
        columns=hints,
    )


def _place(database: str | Path, schema: str | None) -> str:
    """By what a pipeline knows the database; what it keeps may be read at the destination."""
    place = database_of(database, schema=schema).place
    return sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:_PLACE_DIGITS]


def _pages(
    database: str | Path, schema: str | None, table: Table, since: datetime | None
) -> Iterator[list[dict[str, Any]]]:
    """Rows in the order in which they were written; between pages a sync may go on writing."""
    json_columns = [each.name for each in table.columns if each.kind is ColumnKind.JSON]
    after: tuple[datetime, str] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="oncehub dlt") as thread:
        while True:
            # In a thread of its own: the caller's may have a loop that runs.
            rows = thread.submit(_run, _page(database, schema, table, since, after)).result()
            page = [dict(zip(table.names, row, strict=True)) for row in rows]
            for row in page:
                for name in json_columns:
                    if row[name] is not None:
                        row[name] = _json_for_dlt(row[name])
            if page:
                yield page
                after = page[-1][SYNCED_AT], page[-1]["id"]
            if len(page) < _PAGE:
                return


def _json_for_dlt(text: str) -> Any:
    """The JSON as data, of which dlt's writer can make text again: one value would stop the load.

    What it has no number for is a text of digits. What is nested too deeply is a text as a whole,
    in an object's `json`: a text alone it would read again.
    """
    value = load_json(text)
    return {"json": text} if _is_deeper(value, _MOST_LEVELS) else _with_numbers(value)


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(each, levels - 1) for each in inner)


def _with_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_with_numbers(each) for each in value]
    if isinstance(value, Decimal) or (type(value) is int and not _SMALLEST <= value <= _LARGEST):
        return f"{Decimal(value)}"  # Python makes no text of more than 4,300 digits of an int
    return value


def _run(page: Coroutine[Any, Any, list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    return asyncio.run(page)


async def _page(
    database: str | Path,
    schema: str | None,
    table: Table,
    since: datetime | None,
    after: tuple[datetime, str] | None,
) -> list[tuple[Any, ...]]:
    where, arguments = "true", []
    if after is not None:
        where, arguments = f"({SYNCED_AT}, id) > ($1, $2)", [*after]
    elif since is not None:
        where, arguments = f"{SYNCED_AT} >= $1", [since]
    columns = ", ".join(map(quoted, table.names))
    async with reading(database, schema=schema) as reader:
        return await reader.fetch(
            f"SELECT {columns} FROM {reader.dialect.table(table.name)} "
            f"WHERE {where} ORDER BY {SYNCED_AT}, id LIMIT {_PAGE}",
            *arguments,
        )


def _dlt() -> Any:
    try:
        return importlib.import_module("dlt")
    except ModuleNotFoundError:
        raise InvalidParameterError(
            "dlt_source", "needs more packages: pip install 'oncehub-async[dlt]'"
        ) from None
