"""Runs an export: all resources side by side, under the client's one budget."""

import asyncio
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Unpack

import attrs

from .._client import OnceHub, Resources
from .._ground import spelled_out
from .._rate import Priority
from ..errors import InvalidParameterError
from ._earlier_export import EarlierExport, earlier_export
from ._export_plan import ExportPlan
from ._export_request import DEFAULTS, ExportRequest, ExportSettings
from ._files import in_thread, reason
from ._folder import SOME, is_added, is_in_account, manifest_in, prepare
from ._formats import BrokenFileError, Compression, Format, read_objects
from ._manifest import MANIFEST_NAME, Manifest, ResourceEntry, now_text, text_of
from ._progress import ExportProgress, ExportState, ResourceProgress
from ._resource_export import INTERRUPTED, ResourceExport

_UNFINISHED = "not finished"


@spelled_out(ExportSettings, DEFAULTS)
async def run_export(
    oncehub: OnceHub, plan: ExportPlan, out: Path, **options: Unpack[ExportSettings]
) -> Manifest:
    """Export everything in the plan to files in `out`, and say what became of it.

    What is fetched is kept in `NAME.spool` until the list was read to its last page; then the
    file appears under its final name, newest first. What fails is in the manifest's entry
    (`error`); the other resources go on. Objects are written as the service sends them, save that
    signing secrets of webhooks are left out.

    An export that was interrupted, at whatever point, goes on where it was when it is run again
    with the same arguments, and gives the same files as one that wasn't.

    Resources that the folder doesn't have yet are added to what it holds.

    With `overwrite`, older files of the same resources are called `NAME.previous` until the new
    ones are complete, and what the folder holds of other resources stays in the manifest.

    Raises `InvalidParameterError` for filters that the API would refuse, for a format whose extra
    isn't installed, for a URL in place of a folder and for a folder that holds something else,
    `AuthenticationError`, which concerns all resources, and `OSError` where the
    manifest can't be written.
    """
    return await run_request(oncehub, ExportRequest(plan=plan, out=out, **options))


async def run_request(oncehub: OnceHub, request: ExportRequest) -> Manifest:
    """What `run_export` does, for a request; it raises the same."""
    with request.alone(oncehub):
        return await export_into(oncehub, request)


async def export_into(
    oncehub: OnceHub, request: ExportRequest, *, may_be_finished: bool = False
) -> Manifest:
    """Export, for whoever has the folder to himself.

    With `may_be_finished`, a complete export of the same that the folder holds is taken for it.
    """
    plan, out, names = request.plan, request.out, request.files
    bulk = oncehub.with_priority(Priority.BULK)
    there = manifest_in(out, overwrite=request.overwrite)
    earlier = earlier_export(there, plan)
    wanted = _wanted(oncehub, request, earlier)
    if there is not None and not request.overwrite and is_added(there, wanted):
        await _check_account(bulk, there, out)
    manifest = prepare(
        out, there, wanted, names, overwrite=request.overwrite, may_be_finished=may_be_finished
    )
    if manifest.is_finished:
        return manifest
    progress = _progress(oncehub, plan, manifest, {**earlier.counts, **(request.expected or {})})

    def tell() -> None:
        progress.budget = oncehub.budget
        if request.on_progress is not None:
            request.on_progress(progress)

    exports = [
        ResourceExport(
            attrs.evolve(each, oldest=earlier.beginnings.get(each.name)),
            bulk,
            out / names[each.name],
            manifest.resources[each.name],
            progress.resources[each.name],
            tell,
            oncehub.clock,
            oncehub.base_url,
        )
        for each in plan.resources
    ]
    manifest.write(out)
    tell()
    try:
        await _side_by_side(exports, manifest, out, tell)
        manifest.finished = now_text(oncehub.clock)
    finally:
        try:
            manifest.write(out)
        except OSError:
            # That something is missing stands in the one that is there.
            if manifest.complete:
                raise
        tell()
    return manifest


def _wanted(oncehub: OnceHub, request: ExportRequest, earlier: EarlierExport) -> Manifest:
    """The manifest of an export that hasn't begun."""
    started = now_text(oncehub.clock)
    return Manifest(
        tool=oncehub.user_agent,
        started=started,
        overwrite=request.overwrite,
        resources={
            each.name: ResourceEntry(
                started=started,
                arguments=each.readable_arguments(),
                format=request.format,
                compression=request.compression,
                error=_UNFINISHED,
                earlier_count=earlier.counts.get(each.name),
                began=text_of(earlier.beginnings.get(each.name)),
            )
            for each in request.plan.resources
        },
    )


async def _check_account(oncehub: Resources, there: Manifest, out: Path) -> None:
    """Make sure that what the folder holds is of this account, before more is added to it.

    Raises `InvalidParameterError`, and the request's error.
    """
    for name, entry in there.resources.items():
        ids = await in_thread(_some_ids, out, entry) if entry.complete else []
        found = await is_in_account(oncehub, name, ids)
        if found is False:
            raise InvalidParameterError(
                "out", f"what {entry.file} holds isn't in this account; choose another folder"
            )
        if found:
            return


def _some_ids(out: Path, entry: ResourceEntry) -> list[str]:
    kind = Format(entry.format), Compression(entry.compression)
    try:
        with (out / str(entry.file)).open("rb") as file:
            return [str(each.get("id")) for each in islice(read_objects(file, *kind, ["id"]), SOME)]
    except (BrokenFileError, FileNotFoundError):
        return []  # that is for verify to tell


async def _side_by_side(
    exports: list[ResourceExport], manifest: Manifest, out: Path, tell: Callable[[], None]
) -> None:
    async def run(export: ResourceExport) -> None:
        try:
            await export.run()
        finally:
            try:
                # Whoever is killed later finds what is complete until then.
                manifest.write(out)
            except OSError as error:
                export.take_back(f"{MANIFEST_NAME}: {reason(error)}")
            if export.entry.complete:
                export.clean_up()
            tell()

    try:
        async with asyncio.TaskGroup() as group:
            for export in exports:
                if export.entry.complete:
                    # It was killed before it had cleaned up.
                    export.clean_up()
                else:
                    group.create_task(run(export))
    except ExceptionGroup as group_of_errors:
        error = first_of(group_of_errors)
        for export in exports:
            if export.entry.error == INTERRUPTED:
                export.entry.error = str(error)
        raise error from None


def _progress(
    oncehub: OnceHub, plan: ExportPlan, manifest: Manifest, expected: Mapping[str, int]
) -> ExportProgress:
    progress = ExportProgress(oncehub.clock, started_at=oncehub.clock.now())
    for resource in plan.resources:
        entry = manifest.resources[resource.name]
        told = ResourceProgress(resource.name, expected.get(resource.name))
        if entry.complete:
            told.state, told.objects, told.pages = ExportState.COMPLETE, entry.count, entry.pages
        progress.resources[resource.name] = told
    return progress


def first_of(group: ExceptionGroup[Exception]) -> Exception:
    """One of the errors in a group."""
    error = group.exceptions[0]
    return first_of(error) if isinstance(error, ExceptionGroup) else error
