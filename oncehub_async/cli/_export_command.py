"""`oncehub export`: an account to files."""

import os
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from .._client import OnceHub
from .._ground import Clock, time_text
from .._http import RequestAttempt
from .._rate import BUDGET_VARIABLE, Budget, Limits
from ..errors import InvalidParameterError
from ..export import (
    EVERY,
    MANIFEST_NAME,
    Compression,
    ExportPlan,
    ExportRequest,
    Format,
    ResourceEntry,
    plan_export,
    run_request,
)
from . import COMPLETE, FAILED, NOT_THERE
from ._export_display import Display
from ._listed_values import refuse_unlisted
from ._metrics_option import each_of
from ._moments import past_moment, written_moment
from ._output import complain, note, say, say_json, several, span

if TYPE_CHECKING:
    from ..metrics import PrometheusMetrics


@attrs.frozen(kw_only=True)
class ExportOptions:
    """What was asked for on the command line."""

    resources: tuple[str, ...] = ()
    out: Path
    since: str | None = None
    until: str | None = None
    filters: tuple[str, ...] = ()
    expand: str | None = None
    unlisted: bool = False
    format: Format = Format.JSONL
    compression: Compression = Compression.NONE
    overwrite: bool = False
    every: float = EVERY
    once: bool = False
    metrics: "PrometheusMetrics | None" = None
    metrics_port: int | None = None
    quiet: bool = False
    json: bool = False
    limits: Limits = attrs.Factory(Limits)
    clock: Clock = attrs.Factory(Clock)
    base_url: str | None = None
    proxy: str | None = attrs.field(default=None, repr=False)
    api_key: str | None = attrs.field(default=None, repr=False)
    expected: Mapping[str, int] = attrs.Factory(dict)


async def export_account(options: ExportOptions) -> int:
    """Export and tell what became of it."""
    attempts = Attempts()
    display = Display(options.quiet)
    request = request_of(options, display)
    oncehub = client(options, attempts)
    started = options.clock.now()
    async with oncehub, display.shown():
        manifest = await run_request(oncehub, request)
    entries = {each.name: manifest.resources[each.name] for each in request.plan.resources}
    tell_what_is_missing(entries, can_go_on=display.can_go_on)
    if options.json:
        say_json(manifest.as_dict())
    elif not options.quiet:
        tell(entries, request.out, attempts, options.clock.now() - started)
        tell_next_steps(entries, request.out, is_demo=options.api_key is not None)
    if not is_complete(entries):
        return FAILED
    # Who names what the account doesn't have is told so; who asks for all gets all there is.
    asked_in_vain = options.resources and not all(each.available for each in entries.values())
    return NOT_THERE if asked_in_vain else COMPLETE


def request_of(options: ExportOptions, display: Display) -> ExportRequest:
    """What the export is asked for. Raises `InvalidParameterError`."""
    return ExportRequest(
        plan=plan_of(options),
        out=options.out,
        format=options.format,
        compression=options.compression,
        overwrite=options.overwrite,
        expected=options.expected,
        on_progress=each_of(
            display.update, None if options.metrics is None else options.metrics.on_export
        ),
    )


def plan_of(options: ExportOptions) -> ExportPlan:
    """What is to be exported. Raises `InvalidParameterError`."""
    plan = plan_export(
        options.resources,
        since=None if options.since is None else past_moment(options.since, "since"),
        until=None if options.until is None else written_moment(options.until, "until"),
        filters=_filters(options.filters),
        expand=options.expand.split(",") if options.expand else (),
    )
    if not options.unlisted:
        refuse_unlisted(plan)
    return plan


def client(options: ExportOptions, attempts: "Attempts") -> OnceHub:
    """A client with the limits that were asked for. Raises `ConfigurationError`."""
    return OnceHub(
        options.api_key,
        base_url=options.base_url,
        proxy=options.proxy,
        clock=options.clock,
        budget=budget_of(options.limits, options.clock),
        on_attempt=each_of(
            attempts.note, None if options.metrics is None else options.metrics.on_attempt
        ),
    )


def budget_of(limits: Limits, clock: Clock) -> Budget | None:
    """A budget of this process's own; None where ONCEHUB_BUDGET names one to share.

    Raises `InvalidParameterError` for limits that would not be those of the others.
    """
    if BUDGET_VARIABLE not in os.environ or clock.speed != 1:
        return Budget(limits, clock=clock)
    if limits not in (Limits(), Limits(reserve=0)):
        raise InvalidParameterError(
            "limits", f"{BUDGET_VARIABLE} names a budget that others share, with OnceHub's limits"
        )
    return None


class Attempts:
    """Counts what was sent and how it was answered."""

    def __init__(self) -> None:
        self.requests = 0
        self.by_status: Counter[int | None] = Counter()

    def note(self, attempt: RequestAttempt) -> None:
        self.requests += 1
        self.by_status[attempt.status] += 1


def tell_what_is_missing(entries: Mapping[str, ResourceEntry], *, can_go_on: bool) -> None:
    """Why an export is not complete, a line for each resource, and the remedy if it is that."""
    for name, entry in entries.items():
        if entry.error is not None:
            complain(f"{name} is not complete: {entry.error}")
    if can_go_on and not is_complete(entries):
        complain("run the same command again to go on from there")


def is_complete(entries: Mapping[str, ResourceEntry]) -> bool:
    """Whether all that the account has of them is there."""
    return all(entry.complete or not entry.available for entry in entries.values())


def tell(
    entries: Mapping[str, ResourceEntry], out: Path, attempts: Attempts, elapsed: float
) -> None:
    """What is in the files, and what it took."""
    width = max(map(len, entries))
    for name, entry in entries.items():
        if not entry.available:
            told = "not in this account"
        elif entry.complete:
            pages = several(entry.pages, "page")
            told = f"{several(entry.count, 'object'):>16} {pages:>10}   {out / str(entry.file)}"
        else:
            told = f"{several(entry.count, 'object'):>16}   NOT COMPLETE"
        say(f"{name:<{width}} {told}")
    objects = sum(entry.count for entry in entries.values())
    outcome = "Complete" if is_complete(entries) else "NOT COMPLETE"
    say(
        f"{outcome}: {several(objects, 'object')} in {span(elapsed)}, "
        f"{several(attempts.requests, 'request')}, {attempts.by_status[429]} of them "
        "answered 429.",
        f"See {out / MANIFEST_NAME}",
    )


def tell_next_steps(
    entries: Mapping[str, ResourceEntry], out: Path, *, is_demo: bool = False
) -> None:
    """What can be done with a complete export, as commands to copy."""
    files = {name: entry for name, entry in entries.items() if entry.complete and entry.count}
    if not is_complete(entries) or not files:
        return
    name = next((each for each in files if each in _WITH_STATUS), next(iter(files)))
    table = "'" + str(out / str(files[name].file)).replace("'", "''") + "'"
    counted: tuple[str, ...] = ("SELECT count(*) FROM", table)
    if name in _WITH_STATUS:
        counted = ("SELECT status, count(*) FROM", table, "GROUP BY ALL")
    folder = shlex.quote(str(out))
    note(
        "Next:",
        f"  oncehub verify {folder}",
        f"  duckdb -c {_in_quotes(' '.join(counted))}",
    )
    if shutil.which("duckdb") is None:
        note("  (duckdb is a program that isn't here yet: pip install duckdb-cli)")
    if not is_demo:  # its account is gone by now
        note("  and the same export again with --once brings it up to date")
    changed = [name for name in files if (changes := files[name].changes) and changes.count]
    if changed:
        told = ", ".join(str(out / f"{name}.changes.*") for name in changed)
        note(f"  what changed is in {told}; docs/export-formats.md puts it over the files")


_WITH_STATUS = ("bookings", "contacts", "users", "sms_notifications")


def _in_quotes(text: str) -> str:
    """For a shell; double quotes where they do, for the eye."""
    return shlex.quote(text) if set(text) & set('"$`\\!') else f'"{text}"'


def _filters(given: tuple[str, ...]) -> dict[str, str]:
    result = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise InvalidParameterError("filter", "expected NAME=VALUE, such as status=scheduled")
        if name in result:
            raise InvalidParameterError("filter", f"'{name}' is given twice")
        is_time = re.search(r"_time[._][gl]t$", name)
        result[name] = time_text(_moment_of(name, value)) if is_time else value
    return result


def _moment_of(name: str, value: str) -> datetime:
    try:
        return written_moment(value, "filter")
    except InvalidParameterError as error:
        raise InvalidParameterError("filter", f"{name}: {error.message}") from None
