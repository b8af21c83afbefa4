"""Compares the files of an export with the account, in a few places."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from ..._client import OnceHub, Resources
from ..._ground import LATEST, MAX_LIMIT, checks, read_time
from ..._lists import Listing
from ..._rate import Priority
from ...errors import BadRequestError, GoneError, InvalidParameterError, NotFoundError
from .._export_plan import ResourcePlan
from .._formats import Compression, Format, check, read_rows
from .._formats.exported_rows import Row, row_of
from .._manifest import Changes, ResourceEntry
from .._manifest_reader import read_manifest
from .._watch import change_in, lines_in
from .comparison import TOP, Comparison, FileSection, stretches_of

SAMPLES = 3
_UNKNOWN_CURSOR = (BadRequestError, NotFoundError, GoneError)


async def compare_with_account(
    oncehub: OnceHub,
    folder: Path,
    names: Collection[str] | None = None,
    *,
    samples: int = SAMPLES,
    random: Random | None = None,
) -> dict[str, Comparison]:
    """Compare an export's complete files (or some of them) with the account they are from.

    For each file that is one page at its top, one at its end, and `samples` in between, at
    random, of 100 objects each; one request is enough where the whole list is one page. Objects
    are told by their ids and times of change; what else is in them is not compared.

    What was deleted, changed or created since the export started isn't missing, nor what a watch
    has added to the export. Whether something else was created since is told by its time, so that
    the clock of the machine that exported has to be right.

    Raises `InvalidParameterError`, `ManifestError`, `BrokenFileError`, `OSError` and any
    `RequestError`.
    """
    if samples < 0:
        raise InvalidParameterError("samples", "can't be less than 0")
    folder = checks.local_path(folder, "folder")
    manifest = read_manifest(folder)
    if manifest is None:
        raise InvalidParameterError("folder", f"{folder} holds no export")
    bulk = oncehub.with_priority(Priority.BULK)
    return {
        name: await _compare(bulk, folder, name, entry, samples, random or SystemRandom())
        for name, entry in manifest.resources.items()
        if entry.complete and (names is None or name in names)
    }


async def _compare(
    oncehub: Resources, folder: Path, name: str, entry: ResourceEntry, samples: int, random: Random
) -> Comparison:
    plan = ResourcePlan.from_readable(name, entry.arguments)
    started = read_time(entry.started) or LATEST
    newest = min(started, plan.arguments.get("creation_time_lt", started))
    comparison = Comparison()
    if plan.can_be_walked and plan.arguments.get("creation_time_gt", newest) > newest:
        return comparison  # nothing can be in between
    places = _places(entry.count, samples, random)
    stretches = await asyncio.to_thread(
        _stretches, folder, entry, places, newest if plan.can_be_walked else None
    )
    found = [await _page_after(plan, oncehub, stretch) for stretch in stretches]
    compared = [each for each in found if each is not None]
    comparison.lost = len(found) - len(compared)
    ids = {row.id for known, page, _ in compared for row in chain(known.rows, page)}
    changes = await asyncio.to_thread(_changes_of, ids, folder, entry.changes)
    for known, page, is_last in compared:
        comparison.note(
            known,
            page,
            is_last=is_last,
            started=started,
            arguments=plan.arguments,
            changes=changes,
        )
    return comparison


def _places(count: int, samples: int, random: Random) -> frozenset[int]:
    """After which rows to look: the first page may hold it all."""
    if count <= MAX_LIMIT:
        return frozenset({TOP})
    between = random.sample(range(count - 1), min(samples, count - 1))
    return frozenset({TOP, count - 1 - MAX_LIMIT // 2, *between})


def _stretches(
    folder: Path, entry: ResourceEntry, places: frozenset[int], newest: datetime | None
) -> list[FileSection]:
    kind = Format(entry.format), Compression(entry.compression)
    check(*kind)
    with (folder / str(entry.file)).open("rb") as file:
        return stretches_of(read_rows(file, *kind), places, newest)


def _changes_of(
    ids: Collection[str], folder: Path, changes: Changes | None
) -> dict[str, Row | None]:
    """The latest state of these objects that a watch has added; None for what was deleted."""
    if changes is None:
        return {}
    with (folder / changes.file).open("rb") as file:
        states = filter(None, map(change_in, lines_in(file, changes)))
        return {
            row.id: None if each.get("deleted") is True else row
            for each in states
            if (row := row_of(each)).id in ids
        }


async def _page_after(
    plan: ResourcePlan, oncehub: Resources, stretch: FileSection
) -> tuple[FileSection, Sequence[Row], bool] | None:
    """The page that follows a stretch's place, and the stretch that it is to be compared with.

    None where it can't be had, because the object in that place and those before it are gone.
    """
    if stretch.older_than is not None:
        return (stretch, *await _page(plan.until(stretch.older_than).listing(oncehub)))
    if not stretch.before:
        return (stretch, *await _page(plan.listing(oncehub)))
    # What a cursor does whose object was deleted isn't known.
    for number in reversed(range(len(stretch.before))):
        above, skipped = stretch.before[: number + 1], stretch.before[number + 1 :]
        known = FileSection(above, None, [*skipped, *stretch.rows], stretch.at_end)
        try:
            page, is_last = await _page(plan.listing(oncehub, after=above[-1].id))
        except _UNKNOWN_CURSOR:
            continue
        ids = {row.id for row in page}
        if ids.isdisjoint(row.id for row in above) and not ids.isdisjoint(
            row.id for row in known.rows
        ):
            return known, page, is_last
    return None


async def _page(listing: Listing[dict[str, Any]]) -> tuple[Sequence[Row], bool]:
    """The first page of a list, and whether it is the last."""
    page = await listing.source.fetch(listing.query, listing.priority)
    return [row_of(each) for each in page.data], page.following.cursor is None
