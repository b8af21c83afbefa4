"""Runs an export: all resources side by side, under the client's one budget."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from ..budget import Priority
from ..client import OnceHub
from ..errors import (
    AuthenticationError,
    InvalidParameterError,
    NotFoundError,
    OnceHubError,
)
from ..listing import Listing
from ..models.converter import time_text
from .files import PARTIAL, JsonLinesFile, set_aside
from .manifest import MANIFEST_NAME, Manifest, ResourceEntry, now_text, read_entries
from .plan import ExportPlan
from .progress import ExportProgress, ResourceProgress, State

# A file of exported webhooks is no place for the keys of their signatures.
_SECRETS = frozenset({"secret", "signing_secret"})
_OF_ONE_PRODUCT = frozenset({"booking_calendars", "booking_pages", "master_pages", "event_types"})
_INTERRUPTED = "interrupted"


async def run_export(
    oncehub: OnceHub,
    plan: ExportPlan,
    out: Path,
    *,
    overwrite: bool = False,
    expected: Mapping[str, int] | None = None,
    on_progress: Callable[[ExportProgress], None] | None = None,
) -> Manifest:
    """Export everything in the plan to JSON Lines files in `out`, and say what became of it.

    A file gets its final name when its list was swept to the last page; until then, and after a
    failure, it is called `NAME.jsonl.partial`. What fails is in the manifest's entry (`error`);
    the other resources go on. Objects are written as the service sends them, save that signing
    secrets of webhooks are left out.

    With `overwrite`, older files of the same resources are called `NAME.jsonl.previous` until the
    new ones are complete, and what the folder holds of other resources stays in the manifest.

    Raises `InvalidParameterError` for filters that the API would refuse and for a folder that
    holds such files already (unless `overwrite`), `AuthenticationError`, which concerns all
    resources, and `OSError` where the manifest can't be written.
    """
    bulk = oncehub.with_priority(Priority.BULK)
    listings = {each.name: each.listing(bulk) for each in plan.resources}
    kept = _prepare(out, plan, overwrite)
    progress = ExportProgress(oncehub.clock, since=plan.since, started_at=oncehub.clock.now())
    for resource in plan.resources:
        progress.resources[resource.name] = ResourceProgress(
            resource.name, (expected or {}).get(resource.name)
        )
    manifest = Manifest(tool=oncehub.user_agent, started=now_text())
    manifest.resources = kept | {
        each.name: ResourceEntry(
            started=manifest.started, arguments=_readable(each.arguments), error="not finished"
        )
        for each in plan.resources
    }
    manifest.write(out)

    def tell() -> None:
        progress.budget = oncehub.budget
        if on_progress is not None:
            on_progress(progress)

    async def export(name: str) -> None:
        resource, entry = progress.resources[name], manifest.resources[name]
        try:
            await _ResourceExport(listings[name], out, entry, resource, tell).run()
        finally:
            # Whoever is killed later finds what is complete until then.
            manifest.write(out)
            tell()

    try:
        async with asyncio.TaskGroup() as group:
            for name in listings:
                group.create_task(export(name))
        manifest.finished = now_text()
    except ExceptionGroup as group_of_errors:
        error = _first(group_of_errors)
        for entry in manifest.resources.values():
            if entry.error == _INTERRUPTED:
                entry.error = str(error)
        raise error from None
    finally:
        manifest.write(out)
        tell()
    return manifest


@attrs.define(eq=False)
class _ResourceExport:
    listing: Listing[Any]
    out: Path
    entry: ResourceEntry
    progress: ResourceProgress
    tell: Callable[[], None]
    started: datetime = attrs.Factory(lambda: datetime.now(UTC).replace(microsecond=0))
    latest_update: datetime | None = None

    async def run(self) -> None:
        name = file_name(self.progress.name)
        try:
            file = JsonLinesFile(self.out / name)
            try:
                await self._sweep(file)
                await self._finish(file)
            finally:
                file.abandon()
        except AuthenticationError as error:
            self._failed(str(error))
            raise
        except NotFoundError as error:
            # Only what belongs to one of the two products can be missing, and only the service
            # itself can say so; a wrong address answers 404 as well.
            if self.progress.name in _OF_ONE_PRODUCT and error.type and not self.entry.pages:
                self._unavailable(name)
            else:
                self._failed(str(error))
        except OnceHubError as error:
            self._failed(str(error))
        except OSError as error:
            self._failed(f"{name}: {error.strerror or type(error).__name__}")
        except asyncio.CancelledError:
            if not self.entry.complete:
                self._failed(_INTERRUPTED)
            raise

    async def _sweep(self, file: JsonLinesFile) -> None:
        async for page in self.listing.raw().pages():
            file.write(_without_secrets(item) for item in page)
            self.entry.pages += 1
            self.entry.count = file.count
            for item in page:
                self._note_times(item)
            self.progress.objects = file.count
            self.progress.pages = self.entry.pages
            self.tell()

    async def _finish(self, file: JsonLinesFile) -> None:
        finishing = asyncio.ensure_future(asyncio.to_thread(file.finish))
        try:
            await asyncio.shield(finishing)
        except asyncio.CancelledError:
            # The thread can't be stopped; what it completes is complete.
            await asyncio.wait([finishing])
            if finishing.exception() is None:
                self._succeeded(file)
            raise
        self._succeeded(file)

    def _note_times(self, item: Mapping[str, Any]) -> None:
        created, updated = _time(item, "creation_time"), _time(item, "last_updated_time")
        if created is not None:
            progress = self.progress
            progress.oldest = min(progress.oldest or created, created)
            progress.newest = max(progress.newest or created, created)
        latest = updated or created
        if latest is not None:
            self.latest_update = max(self.latest_update or latest, latest)

    def _succeeded(self, file: JsonLinesFile) -> None:
        entry, progress = self.entry, self.progress
        entry.file = file.path.name
        entry.bytes = file.bytes
        entry.sha256 = file.sha256
        entry.oldest_creation_time = _text(progress.oldest)
        entry.newest_creation_time = _text(progress.newest)
        entry.high_water_mark = _text(min(self.latest_update or self.started, self.started))
        entry.complete = True
        entry.error = None
        progress.state = State.COMPLETE

    def _unavailable(self, name: str) -> None:
        (self.out / (name + PARTIAL)).unlink(missing_ok=True)
        self.entry.available = False
        self.entry.error = None
        self.progress.state = State.UNAVAILABLE

    def _failed(self, why: str) -> None:
        self.entry.error = why
        self.progress.state = State.INTERRUPTED if why == _INTERRUPTED else State.FAILED


def _prepare(out: Path, plan: ExportPlan, overwrite: bool) -> dict[str, ResourceEntry]:
    """Make room for the files; gives what stays in the folder of an earlier export."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InvalidParameterError("out", f"{out} is a file, not a folder") from None
    files = [out / file_name(each.name) for each in plan.resources]
    if not overwrite and any(path.exists() for path in (out / MANIFEST_NAME, *files)):
        raise InvalidParameterError(
            "out",
            f"{out} holds an export already; choose another folder, or add --overwrite "
            "(overwrite=True)",
        )
    kept = read_entries(out)
    for path in files:
        set_aside(path)
    return kept


def file_name(resource: str) -> str:
    """What a resource's file is called."""
    return f"{resource}.jsonl"


def _first(group: ExceptionGroup[Exception]) -> Exception:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


def _without_secrets(item: Mapping[str, Any]) -> Mapping[str, Any]:
    if _SECRETS.isdisjoint(item):
        return item
    return {name: value for name, value in item.items() if name not in _SECRETS}


def _time(item: Mapping[str, Any], name: str) -> datetime | None:
    value = item.get(name)
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def _text(time: datetime | None) -> str | None:
    return None if time is None else time_text(time)


def _readable(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: time_text(value)
        if isinstance(value, datetime)
        else ",".join(value)
        if isinstance(value, tuple)
        else str(value)
        for name, value in arguments.items()
    }
