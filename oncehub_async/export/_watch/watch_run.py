"""Keeps an export current: round after round, what changed is added beside its files."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Unpack

import attrs

from ..._client import OnceHub
from ..._ground import spelled_out
from ..._rate import Priority
from ...errors import AuthenticationError, InvalidParameterError, OnceHubError, RequestError
from .._export_plan import ExportPlan
from .._export_request import DEFAULTS, ExportRequest, ExportSettings
from .._export_run import export_into, first_of
from .._files import in_thread, reason
from .._folder import is_in_account
from .._lasting_failure import is_lasting
from .._manifest import CHANGES_ENDING, Manifest
from .resource_watch import ResourceWatch

EVERY = 300.0
SHORTEST_PAUSE = 10.0
OVERLAP = timedelta(minutes=10)


@attrs.frozen(kw_only=True)
class Round:
    """What one look at the account brought."""

    number: int
    """0 is the export itself."""
    started: datetime
    """By our clock."""
    manifest: Manifest
    """As it is after this round; the next one changes it."""
    changes: Mapping[str, int] = attrs.Factory(dict)
    """How many lines were added, for each resource that was read to its last page."""
    gone: Mapping[str, tuple[str, ...]] = attrs.Factory(dict)
    """The ids of what was found deleted, of the resources that are read whole each round; each is
    one of the `changes` as well, as the line `{"id", "object", "deleted": true}`."""
    errors: Mapping[str, str] = attrs.Factory(dict)
    """Why others weren't, in a line; the next round asks for the same again."""
    lasting: frozenset[str] = frozenset()
    """Those of these that will fail again, as long as nobody changes anything."""

    @property
    def total(self) -> int:
        """How many lines were added."""
        return sum(self.changes.values())


@spelled_out(ExportSettings, DEFAULTS)
def watch_export(
    oncehub: OnceHub,
    plan: ExportPlan,
    out: Path,
    *,
    every: float = EVERY,
    overlap: timedelta = OVERLAP,
    **options: Unpack[ExportSettings],
) -> AsyncGenerator[Round, None]:
    """Export everything in the plan, unless `out` holds that export already, and keep it current.

        async with aclosing(watch_export(oncehub, plan_export(), out)) as rounds:
            async for round in rounds:
                print(round.changes)

    Round 0 is the export, as `run_export` does it; if it isn't complete, it is the only one. After
    that, `every` seconds after a round ended the next one begins. It asks for what has changed
    since the high-water mark, less the `overlap`, and adds it to `NAME.changes.jsonl`: the objects
    as the service sends them, each version once, those first that changed first. Whoever puts
    these lines over those of the export, by id, has the objects as they are.

    Bookings and contacts are asked for by `last_updated_time`, text messages by `creation_time`;
    of the other resources, which tell no time, all pages are read, and objects count as changed
    that hold something else than before, and what was deleted is told (`Round.gone`). Deletions of
    bookings, contacts and text messages can't be seen, nor objects that don't match the plan's
    filters any more, nor changes that leave `last_updated_time` as it was.

    After an export to CSV or Parquet, `NAME.changes.csv` or `NAME.changes.parquet` holds the
    latest state of each object that has changed, with the columns of the export.

    A resource's changes are written when they were read to the last page; what fails is in the
    round's `errors`, and the next round asks for the same again. Interrupted at whatever point, it
    goes on when it is called again with the same arguments. The folder is locked until the
    generator is closed.

    Raises what `run_export` raises, `AuthenticationError` also later, `InvalidParameterError`
    for less than 10 seconds, for a negative overlap and for a folder that holds the export of
    another account, `BrokenFileError` where files were damaged and `OSError` where they or the
    manifest can't be read or written.
    """
    request = ExportRequest(plan=plan, out=out, **options)
    return watch_request(oncehub, request, every=every, overlap=overlap)


async def watch_request(
    oncehub: OnceHub,
    request: ExportRequest,
    *,
    every: float = EVERY,
    overlap: timedelta = OVERLAP,
) -> AsyncGenerator[Round, None]:
    """What `watch_export` does, for a request; it raises the same."""
    if not every >= SHORTEST_PAUSE:
        raise InvalidParameterError("every", "has to be 10 seconds or more")
    if overlap < timedelta(0):
        raise InvalidParameterError("overlap", "can't be negative")
    clock, out = oncehub.clock, request.out
    with request.alone(oncehub):
        started = clock.date()
        manifest = await export_into(oncehub, request, may_be_finished=True)
        yield Round(number=0, started=started, manifest=manifest)
        watches = _watches(oncehub, request, manifest, overlap)
        if watches is None:
            return
        for watch in watches:
            await in_thread(watch.open)
        # Before the first change is written: nothing vouches for a file that it doesn't know.
        manifest.write(out)
        number, confirmed = 1, False
        while True:
            started = clock.date()
            changes: Mapping[str, int] = {}
            errors: Mapping[str, Exception] = {}
            try:
                confirmed = confirmed or await _is_confirmed(watches)
            except RequestError as error:
                if isinstance(error, AuthenticationError):
                    raise
                errors = {watch.plan.name: error for watch in watches}
            else:
                changes, errors = await _round(watches, manifest, out)
            yield Round(
                number=number,
                started=started,
                manifest=manifest,
                changes=changes,
                gone={
                    each.plan.name: tuple(each.gone)
                    for each in watches
                    if each.gone and each.plan.name in changes
                },
                errors={name: _told(name, error) for name, error in errors.items()},
                lasting=frozenset(name for name, error in errors.items() if is_lasting(error)),
            )
            await clock.sleep(every)
            number += 1


def _told(name: str, error: Exception) -> str:
    # A request's time that is over is a TimeoutError as well, and so an OSError.
    if isinstance(error, OSError) and not isinstance(error, OnceHubError):
        return f"{name}{CHANGES_ENDING}: {reason(error)}"
    return str(error)


def _watches(
    oncehub: OnceHub, request: ExportRequest, manifest: Manifest, overlap: timedelta
) -> list[ResourceWatch] | None:
    """What is to be kept current; None where the export isn't complete."""
    bulk = oncehub.with_priority(Priority.BULK)
    entries = [(each, manifest.resources[each.name]) for each in request.plan.resources]
    if not all(entry.complete or not entry.available for _, entry in entries):
        return None
    return [
        ResourceWatch(each, bulk, request.out, entry, overlap, oncehub.clock)
        for each, entry in entries
        if entry.complete
    ]


async def _is_confirmed(watches: Sequence[ResourceWatch]) -> bool:
    """Make sure that the export is of this account, as far as that can be asked.

    Raises `InvalidParameterError`, and the request's error.
    """
    for watch in watches:
        found = await is_in_account(watch.oncehub, watch.plan.name, watch.some_ids)
        if found is False:
            raise InvalidParameterError(
                "out",
                f"what {watch.entry.file} holds isn't in this account; use the key with which it "
                "was exported, or another folder",
            )
        if found:
            break
    return True


async def _round(
    watches: Sequence[ResourceWatch], manifest: Manifest, out: Path
) -> tuple[dict[str, int], dict[str, Exception]]:
    changes: dict[str, int] = {}
    errors: dict[str, Exception] = {}

    async def run(watch: ResourceWatch) -> None:
        name = watch.plan.name
        try:
            changes[name] = await watch.round()
        except AuthenticationError:
            raise
        except (OnceHubError, OSError) as error:
            errors[name] = error

    try:
        async with asyncio.TaskGroup() as group:
            for watch in watches:
                group.create_task(run(watch))
    except ExceptionGroup as group_of_errors:
        raise first_of(group_of_errors) from None
    finally:
        manifest.write(out)
    return changes, errors
