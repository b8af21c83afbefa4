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
from ..models.converter import time_text
from .files import PARTIAL, JsonLinesFile
from .manifest import MANIFEST_NAME, Manifest, ResourceEntry, now_text
from .plan import ExportPlan, ResourcePlan
from .progress import ExportProgress, ResourceProgress, State

# A file of exported webhooks is no place for the keys of their signatures.
_SECRETS = frozenset({"secret", "signing_secret"})


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

    Raises `InvalidParameterError` for a folder that holds an export already (unless
    `overwrite`), `AuthenticationError`, which concerns all resources, and `OSError` where the
    manifest can't be written.
    """
    _prepare(out, plan, overwrite)
    progress = ExportProgress(oncehub.clock, since=plan.since, started_at=oncehub.clock.now())
    for resource in plan.resources:
        progress.resources[resource.name] = ResourceProgress(
            resource.name, (expected or {}).get(resource.name)
        )
    manifest = Manifest(tool=oncehub.user_agent, started=now_text())
    manifest.resources = {
        resource.name: ResourceEntry(arguments=_readable(resource.arguments), error="not finished")
        for resource in plan.resources
    }
    manifest.write(out)

    def tell() -> None:
        progress.budget = oncehub.budget
        if on_progress is not None:
            on_progress(progress)

    try:
        async with asyncio.TaskGroup() as group:
            for resource in plan.resources:
                entry = manifest.resources[resource.name]
                export = _ResourceExport(
                    oncehub, resource, out, entry, progress.resources[resource.name], tell
                )
                group.create_task(export.run())
        manifest.finished = now_text()
    except ExceptionGroup as group_of_errors:
        raise _first(group_of_errors) from None
    finally:
        manifest.write(out)
        tell()
    return manifest


@attrs.define(eq=False)
class _ResourceExport:
    oncehub: OnceHub
    plan: ResourcePlan
    out: Path
    entry: ResourceEntry
    progress: ResourceProgress
    tell: Callable[[], None]
    started: datetime = attrs.Factory(lambda: datetime.now(UTC))
    latest_update: datetime | None = None

    async def run(self) -> None:
        name = f"{self.plan.name}.jsonl"
        try:
            file = JsonLinesFile(self.out / name)
            try:
                await self._sweep(file)
                await asyncio.to_thread(file.finish)
            finally:
                file.abandon()
            self._succeeded(file)
        except AuthenticationError as error:
            self._failed(str(error))
            raise
        except NotFoundError as error:
            if self.entry.pages:
                self._failed(str(error))
            else:
                self._unavailable(name)
        except OnceHubError as error:
            self._failed(str(error))
        except OSError as error:
            self._failed(f"{name}: {error.strerror or type(error).__name__}")
        except asyncio.CancelledError:
            self._failed("interrupted")
            raise
        finally:
            self.tell()

    async def _sweep(self, file: JsonLinesFile) -> None:
        resources = self.oncehub.with_priority(Priority.BULK)
        async for page in self.plan.listing(resources).raw().pages():
            file.write(_without_secrets(item) for item in page)
            self.entry.pages += 1
            self.entry.count = file.count
            for item in page:
                self._note_times(item)
            self.progress.objects = file.count
            self.progress.pages = self.entry.pages
            self.tell()

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
        if self.latest_update is not None:
            entry.high_water_mark = _text(min(self.latest_update, self.started))
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
        self.progress.state = State.FAILED


def _prepare(out: Path, plan: ExportPlan, overwrite: bool) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InvalidParameterError("out", f"{out} is a file, not a folder") from None
    if (out / MANIFEST_NAME).exists():
        if not overwrite:
            raise InvalidParameterError(
                "out", f"{out} holds an export already; choose another folder, or overwrite it"
            )
        # An older file under its final name would look like a part of the new export.
        for resource in plan.resources:
            (out / f"{resource.name}.jsonl").unlink(missing_ok=True)


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
