"""What `oncehub export` takes. https://help.oncehub.com/developers has the filters."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from .._ground import checks
from .._rate import Limits
from ..errors import InvalidParameterError
from ..export import EVERY, RESOURCES, Compression, Format
from ._export_command import ExportOptions, export_account
from ._listed_values import filters_in_words
from ._metrics_option import checked_metrics
from ._watch_command import watch_account

_USUAL_COMPRESSION = {Format.PARQUET: Compression.ZSTD}


async def export(
    *resources: str,
    out: Annotated[Path, Parameter(alias="-o")],
    since: str | None = None,
    until: str | None = None,
    filter: tuple[str, ...] = (),
    expand: str | None = None,
    unlisted: bool = False,
    format: Format = Format.JSONL,
    compress: Compression | None = None,
    overwrite: bool = False,
    watch: bool = False,
    every: float | None = None,
    once: bool = False,
    metrics_port: int | None = None,
    quiet: Annotated[bool, Parameter(alias="-q")] = False,
    json: bool = False,
    per_second: int = Limits().per_second,
    per_five_minutes: int = Limits().per_five_minutes,
    proxy: str | None = None,
) -> int:
    """Export resources, or all of them, to files in a folder.

    A file gets its name when its list was read to the last page. manifest.json in the same folder
    tells what is in the files and whether they are complete. Interrupted at any point, the same
    command goes on where it was. Signing secrets of webhooks are left out. Exit codes: 0 complete,
    1 failed, 2 wrong usage, 3 complete, but the account doesn't have all that was named, 130
    interrupted. A watch (--watch) that is stopped by Ctrl-C or SIGTERM ends with 0.

    For example: oncehub export --out my-export for all, oncehub export bookings contacts --out
    this-year --since 2026 --format csv, oncehub export bookings --out no-shows --filter
    status=no_show --filter starting_time.gt=30d --expand owner,contact.

    Parameters
    ----------
    resources
        What to export: RESOURCE_NAMES. All of them without a name.
    out
        The folder for the files; it is made if it isn't there.
    since
        Only what was created at this time or later (bookings, contacts and text messages), such as
        2026-01-31, 2026-01-31T08:00:00Z, 2026-10 (from its first day), 7d, 12h, today or yesterday;
        in UTC if it names no zone.
    until
        Only what was created before this time, in the same notations.
    filter
        One of the API's filters, such as status=scheduled or bookings.owner=USR-FSD423423: FILTERS.
        Can be given several times.
    expand
        Fields to include as objects instead of ids, such as owner,contact.
    unlisted
        Send values of filters and fields to expand that OnceHub doesn't list (as yet), which are
        otherwise taken for slips.
    format
        jsonl (JSON Lines), csv or parquet; docs/export-formats.md tells what each holds.
    compress
        none, gzip or zstd; for Parquet it is what compresses the pages inside the file, and zstd
        unless you say otherwise.
    overwrite
        Replace a complete export that the folder holds already.
    watch
        Keep the export current: what changes is added to NAME.changes.jsonl until you stop it.
    every
        Seconds from one look for changes to the next; 300 unless you say otherwise.
    once
        Bring the folder up to date and end, for cron and systemd: export what isn't there yet, and
        add what has changed since the last time, as --watch does.
    metrics_port
        With --watch: show metrics for Prometheus at this port of 127.0.0.1, under /metrics.
    quiet
        Print nothing but errors.
    json
        Print the manifest as JSON at the end; with --watch, a line of JSON for each look.
    per_second
        Requests a second at most; lower it where other programs use the account.
    per_five_minutes
        Requests in 5 minutes at most; lower it where other programs use the address.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    limits = Limits(per_second, per_five_minutes, reserve=0)  # nobody waits beside it
    if every is not None and not watch:
        raise InvalidParameterError("every", "says how often to look for changes: add --watch")
    if once and (watch or overwrite):
        other = "--watch goes on" if watch else "--overwrite replaces what the folder holds"
        raise InvalidParameterError("once", f"adds changes and ends, and {other}: choose one")
    options = ExportOptions(
        resources=tuple(name for each in resources for name in each.split(",") if name),
        out=checks.local_path(out, "out"),
        since=since,
        until=until,
        filters=filter,
        expand=expand,
        unlisted=unlisted,
        format=format,
        compression=compress or _USUAL_COMPRESSION.get(format, Compression.NONE),
        overwrite=overwrite,
        every=EVERY if every is None else every,
        once=once,
        metrics=checked_metrics(metrics_port, watch=watch),
        metrics_port=metrics_port,
        quiet=quiet,
        json=json,
        limits=limits,
        proxy=proxy,
    )
    return await (watch_account(options) if watch or once else export_account(options))


# The lists of resources and filters are long and have one source.
export.__doc__ = (
    (export.__doc__ or "")
    .replace("RESOURCE_NAMES", ", ".join(RESOURCES))
    .replace("FILTERS", "; ".join(filters_in_words(RESOURCES)))
)
