"""`oncehub sync`: an account in a database, once or kept current."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import aclosing

import attrs

from .._client import OnceHub
from .._ground import Clock, Hidden, text_in_seconds
from .._rate import Limits
from ..errors import InvalidParameterError
from ..sync import (
    DEFAULT_DATABASE,
    EVERY,
    AccountSync,
    ColumnPolicy,
    SyncProgress,
    SyncRound,
    TableProgress,
    column_policy,
    reading,
)
from . import COMPLETE, FAILED
from ._export_command import Attempts, budget_of
from ._metrics_option import checked_metrics, each_of, metrics_shown
from ._moments import past_moment
from ._output import complain, note, say, say_json, say_json_line, several, span
from ._watch_command import interruption

HASH_KEY_VARIABLE = "ONCEHUB_HASH_KEY"
_SHORTEST = 10.0
_DEFAULT_URL = f"duckdb:///{DEFAULT_DATABASE}"


@attrs.frozen(kw_only=True)
class SyncRequest:
    """What was asked for on the command line."""

    database: str | None = attrs.field(default=None, repr=False)
    schema: str | None = None
    watch: bool = False
    every: float | None = None
    since: str | None = None
    block: tuple[str, ...] = ()
    hash: tuple[str, ...] = ()
    hash_key_env: str = HASH_KEY_VARIABLE
    no_personal_data: bool = False
    resync: tuple[str, ...] = ()
    check: bool = False
    metrics_port: int | None = None
    quiet: bool = False
    json: bool = False
    limits: Limits = attrs.Factory(Limits)
    clock: Clock = attrs.Factory(Clock)
    base_url: str | None = None
    proxy: str | None = attrs.field(default=None, repr=False)
    api_key: str | None = attrs.field(default=None, repr=False)


async def sync_account(request: SyncRequest) -> int:
    """Sync and tell what became of it."""
    if request.every is not None and not request.watch:
        raise InvalidParameterError("every", "says how often to look for changes: add --watch")
    if request.every is not None and not request.every >= _SHORTEST:
        raise InvalidParameterError("every", "has to be 10 seconds or more")
    if request.check and (request.watch or request.resync or request.since is not None):
        raise InvalidParameterError(
            "check", "compares only; leave --watch, --resync and --since out"
        )
    if request.hash_key_env != HASH_KEY_VARIABLE and not request.hash:
        raise InvalidParameterError("hash_key_env", "does nothing without --hash")
    metrics = checked_metrics(request.metrics_port, watch=request.watch)
    if request.check:
        async with reading(request.database or _DEFAULT_URL, schema=request.schema):
            pass  # to compare with an account, it has to be there; nothing is made
    attempts, shown = Attempts(), _Progress(request.quiet)
    oncehub = OnceHub(
        request.api_key,
        base_url=request.base_url,
        proxy=request.proxy,
        clock=request.clock,
        budget=budget_of(request.limits, request.clock),
        on_attempt=each_of(attempts.note, None if metrics is None else metrics.on_attempt),
    )
    account = AccountSync(
        oncehub,
        request.database or _DEFAULT_URL,
        schema=request.schema,
        since=None if request.since is None else past_moment(request.since, "since"),
        policy=_policy(request),
        resync=_names(request.resync, "resync"),
        on_progress=each_of(shown.update, None if metrics is None else metrics.on_sync),
    )
    started = request.clock.now()
    async with oncehub, account:
        if request.check:
            return await _check(account, request)
        if request.watch:
            if metrics is not None:
                metrics.watch_budget(oncehub)
            async with metrics_shown(metrics, request.metrics_port):
                return await _watch(account, request)
        found = await account.run()
        if request.json:
            say_json(_data(found))
        _complain(found)
        if not request.quiet and not request.json:
            await _tell(account, attempts, request.clock.now() - started)
        return COMPLETE if found.complete and not found.errors else FAILED


_SHORTEST_KEY = 16  # told here by the variable's name, before the policy refuses it by its own


def _policy(request: SyncRequest) -> ColumnPolicy:
    key = Hidden(os.environ.get(request.hash_key_env) if request.hash else None)
    if request.hash and len(key.value or "") < _SHORTEST_KEY:
        secret = f"a secret text of {_SHORTEST_KEY} characters or more"
        raise InvalidParameterError("hash", f"set {request.hash_key_env} to {secret} first")
    return column_policy(
        block=_names(request.block, "block"),
        hash=_names(request.hash, "hash"),
        no_personal_data=request.no_personal_data,
        hash_key=key.value,
    )


def _names(given: tuple[str, ...], param: str) -> list[str]:
    """With commas between them, or the option several times."""
    names = [name.strip() for text in given for name in text.split(",")]
    if not all(names):
        # What was to be kept out would come in.
        raise InvalidParameterError(param, "has nothing beside a comma; is a variable not set?")
    return names


class _Progress:
    """Says once from which day on a table is complete, and when it is."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._told: dict[str, str] = {}

    def update(self, progress: SyncProgress) -> None:
        for each in () if self._quiet else progress.tables.values():
            line = _line(each)
            if line is not None and self._told.get(each.name) != line:
                # What was complete when it began is no news.
                if each.written or each.name in self._told:
                    note(f"{each.name}: {line}")
                self._told[each.name] = line


def _line(table: TableProgress) -> str | None:
    if not table.available:
        return "not in this account"
    if table.complete:
        return "complete"
    if table.complete_since is None:
        return None
    return f"complete from {table.complete_since:%Y-%m-%d} on"


async def _watch(account: AccountSync, request: SyncRequest) -> int:
    every = EVERY if request.every is None else request.every
    if not request.quiet:
        note(
            f"Looking for changes every {span(every)}, for {account.database.shown}. "
            "Stop it with Ctrl-C."
        )
    with interruption() as interrupted:
        try:
            async with aclosing(account.watch(every=every)) as rounds:
                async for found in rounds:
                    _complain(found)
                    _tell_round(found, request)
        except asyncio.CancelledError:
            # To be interrupted is how a watch is meant to end.
            task = asyncio.current_task()
            if task is None or not interrupted.is_set():
                raise
            task.uncancel()
    if not request.quiet:
        note("Stopped; the same command goes on.")
    return COMPLETE


def _complain(found: SyncRound) -> None:
    for name, error in found.errors.items():
        complain(f"{name}: {error}")


def _tell_round(found: SyncRound, request: SyncRequest) -> None:
    if request.json:
        say_json_line(_data(found))
        return
    changes = {name: found.changes.get(name, 0) for name in ("bookings", "contacts")}
    parts = [f"{name} {count:,}" for name, count in changes.items() if count]
    parts += [f"{name} {len(ids):,} deleted" for name, ids in found.deleted.items()]
    if found.merged:
        parts.append(several(len(found.merged), "merged contact"))
    if parts and not request.quiet:
        say(f"{text_in_seconds(found.started)}  {', '.join(parts)}")


def _data(found: SyncRound) -> dict[str, object]:
    return {
        "round": found.number,
        "started": text_in_seconds(found.started),
        "complete": found.complete,
        "changes": dict(found.changes),
        "deleted": {name: list(ids) for name, ids in found.deleted.items()},
        "merged": dict(found.merged),
        "errors": dict(found.errors),
    }


async def _tell(account: AccountSync, attempts: Attempts, elapsed: float) -> None:
    tables = account.progress.tables
    width = max(map(len, tables))
    for name, each in tables.items():
        said = _line(each) or "NOT COMPLETE"
        written = await _written(account, each)
        say(f"{name:<{width}} {written:>22}   {said}".rstrip())
    outcome = "Complete" if account.complete else "NOT COMPLETE; the same command goes on"
    say(
        f"{outcome}: {account.database.shown}, in {span(elapsed)}, "
        f"{several(attempts.requests, 'request')}, {attempts.by_status[429]} of them answered 429."
    )


async def _written(account: AccountSync, table: TableProgress) -> str:
    """How many rows were written; those that came twice, or as they were, aren't more."""
    count = await account.rows_written(table.name) if table.written else 0
    return several(count, "row") + " written" if count else ""


async def _check(account: AccountSync, request: SyncRequest) -> int:
    found = await account.check()
    if request.json:
        say_json({name: attrs.asdict(each) for name, each in found.items()})
    else:
        for name, each in found.items():
            said = "as in the account"
            if not each.is_current:
                said = _what_is_wrong(
                    {"missing": each.missing, "extra": each.extra, "different": each.different}
                )
            say(f"{name}: {several(each.rows, 'row')}, {each.compared:,} compared: {said}")
    return COMPLETE if all(each.is_current for each in found.values()) else FAILED


def _what_is_wrong(found: Mapping[str, list[str]]) -> str:
    return ", ".join(f"{len(ids):,} {what} ({ids[0]})" for what, ids in found.items() if ids)
