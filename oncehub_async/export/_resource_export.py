"""The export of one resource: fetched into a spool, then put together into its file."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, cast

import attrs

from .._client import Resources
from .._ground import Clock, read_zoned_time
from .._lists import Order
from ..errors import AuthenticationError, NotFoundError, OnceHubError
from ._earlier_export import ObjectTimes
from ._export_plan import ResourcePlan
from ._files import PARTIAL, PREVIOUS, beside, in_thread, new_file, reason
from ._folder import SOME, is_in_account
from ._formats import ENDINGS, Compression, Format, open_writer
from ._formats.exported_rows import moment
from ._formats.fields import without_secrets
from ._lasting_failure import is_lasting
from ._list_reader import ReadPage, ResourceReader, placement_of, reader_of
from ._manifest import CHANGES_ENDING, TABLE_ENDINGS, ResourceEntry, now_text, text_of
from ._progress import ExportState, ResourceProgress
from ._spool import SPOOL_ENDING, Spool, SpoolEntry, SpoolError


@attrs.frozen
class FinishedFile:
    """What a final file holds."""

    name: str
    count: int
    bytes: int
    sha256: str


def assemble(
    spool: Spool, path: Path, resource: str, format: Format, compression: Compression
) -> FinishedFile:
    """Write all of a spool's objects to a file, newest first. Raises `OSError`."""
    count = 0
    with new_file(path) as file:
        writer = open_writer(cast(BinaryIO, file), resource, format, compression)
        with spool.fitting():
            entries = in_order(spool.entries)
        for entry in entries:
            writer.write(spool.objects(entry))
            count += entry.count
        writer.close()
        if count != spool.count:
            raise spool.damaged("a page whose place isn't known")
    return FinishedFile(path.name, count, file.size, file.sha256)


def in_order(entries: Iterable[SpoolEntry]) -> Iterable[SpoolEntry]:
    """A spool's pages in the order of the list."""
    order: Order[SpoolEntry] = Order()
    for entry in entries:
        order.add(placement_of(entry.place), entry)
    return order.from_the_top()


def check_place(place: Mapping[str, Any]) -> None:
    """Make sure that a page's place is one. Raises `ValueError` and `KeyError`."""
    stretch, joins = place["stretch"], place["joins"]
    if not _is_number(stretch) or not (joins is None or _is_number(joins)) or joins == stretch:
        raise ValueError("stretch")
    if type(place["ends"]) is not bool or type(place.get("ordered", True)) is not bool:
        raise ValueError("ends")
    older_than, cursor = place.get("older_than"), place.get("cursor")
    if not all(each is None or type(each) is str for each in (older_than, cursor)):
        raise ValueError("cursor")
    if older_than is not None and read_zoned_time(older_than) is None:
        raise ValueError("older_than")


def _is_number(value: object) -> bool:
    return type(value) is int and value >= 0


_OF_ONE_PRODUCT = frozenset({"booking_calendars", "booking_pages", "master_pages", "event_types"})
INTERRUPTED = "interrupted"


@attrs.define(eq=False)
class ResourceExport:
    """One resource on its way into a file."""

    plan: ResourcePlan
    oncehub: Resources
    path: Path
    """Of the final file."""
    entry: ResourceEntry
    progress: ResourceProgress
    tell: Callable[[], None]
    clock: Clock
    service: str = ""
    """The address of the API."""
    times: ObjectTimes = attrs.Factory(ObjectTimes)
    file: FinishedFile | None = None

    async def run(self) -> None:
        """Fetch what is missing and finish the file; what goes wrong is in the entry.

        Raises `AuthenticationError`, which concerns all resources.
        """
        try:
            with ExitStack() as stack:
                spool, reader = await in_thread(self._open, stack)
                if not reader.complete:
                    await self._check_account(spool)
                    await self._fetch(spool, reader)
                try:
                    await in_thread(self._assemble, spool)
                finally:
                    # Also when the interruption came meanwhile: what is complete is complete.
                    self._succeeded()
        except AuthenticationError as error:
            self._failed(str(error))
            raise
        except NotFoundError as error:
            # Only what belongs to one of the two products can be missing, and only the service
            # itself can say so; a wrong address answers 404 as well.
            if self.plan.name in _OF_ONE_PRODUCT and error.type and not self.entry.pages:
                self._unavailable()
            else:
                self._failed(str(error), is_lasting=is_lasting(error))
        except OnceHubError as error:
            self._failed(str(error), is_lasting=is_lasting(error))
        except SpoolError as error:
            self._failed(f"{self.path.name}: {error}", is_lasting=True)
        except OSError as error:
            self._failed(f"{self.path.name}: {reason(error)}")
        except asyncio.CancelledError:
            self._failed(INTERRUPTED)
            raise

    def clean_up(self) -> None:
        """Remove what a complete file doesn't need any more.

        Only when the manifest says that it is complete: until then the spool is all that a killed
        export has to go on from. Raises `OSError`.
        """
        self.spool_path.unlink(missing_ok=True)
        beside(self.path, PARTIAL).unlink(missing_ok=True)
        # The older export may have been in another format.
        for ending in (*ENDINGS, CHANGES_ENDING, *TABLE_ENDINGS):
            older = beside(self.path.with_name(self.plan.name + ending), PREVIOUS)
            if older.is_symlink() or not older.is_dir():
                older.unlink(missing_ok=True)

    def take_back(self, why: str) -> None:
        """It isn't complete as long as no manifest says so: the next run finishes it anew."""
        if self.entry.complete:
            self.entry.complete, self.entry.file = False, None
            self._failed(why)

    @property
    def spool_path(self) -> Path:
        """Where the pages are kept until all are there."""
        return self.path.with_name(self.plan.name + SPOOL_ENDING)

    def _open(self, stack: ExitStack) -> tuple[Spool, ResourceReader]:
        """The spool to go on with, and what it says is there; the stack closes it."""
        about = {
            "service": self.service,
            "resource": self.plan.name,
            "arguments": dict(self.entry.arguments),
            "started": self.entry.started,
        }
        reader = reader_of(self.plan)
        self.entry.spool = self.spool_path.name
        there = self.spool_path.exists()
        open_spool = Spool.reopen if there else Spool.begin
        spool = stack.enter_context(closing(open_spool(self.spool_path, about)))
        for entry in spool.entries:
            objects = spool.objects(entry)
            with spool.fitting():
                check_place(entry.place)
                reader.restore(entry.place, objects)
            self.times.note(objects)
        if not reader.goes_on and spool.entries:
            spool.close()
            spool = stack.enter_context(closing(Spool.begin(self.spool_path, about)))
            reader, self.times = reader_of(self.plan), ObjectTimes()
        self._note_progress(spool)
        return spool, reader

    async def _fetch(self, spool: Spool, reader: ResourceReader) -> None:
        pages = reader.pages(self.oncehub)
        try:
            async for page in pages:
                await in_thread(self._keep, spool, page)
                self.progress.left = reader.pages_left(self.clock.date())
                self.tell()
        finally:
            await pages.aclose()

    def _keep(self, spool: Spool, page: ReadPage) -> None:
        spool.add(page.place, [without_secrets(each) for each in page.objects])
        self.times.note(page.objects)
        self._note_progress(spool)

    def _note_progress(self, spool: Spool) -> None:
        entry, progress = self.entry, self.progress
        entry.pages = progress.pages = len(spool.entries)
        entry.count = progress.objects = spool.count

    async def _check_account(self, spool: Spool) -> None:
        """Make sure that what is there is of this account, before more is added to it.

        Raises `SpoolError`, and the request's error.
        """
        ids = await in_thread(_some_ids, spool)
        if await is_in_account(self.oncehub, self.plan.name, ids) is False:
            raise SpoolError(
                f"what {spool.path.name} holds isn't in this account; use the key with which the "
                "export was begun, or another folder"
            )

    def _assemble(self, spool: Spool) -> None:
        entry = self.entry
        self.file = assemble(
            spool,
            self.path,
            self.plan.name,
            Format(entry.format),
            Compression(entry.compression),
        )

    def _succeeded(self) -> None:
        file, entry, times = self.file, self.entry, self.times
        if file is None:
            return
        started = moment(entry.started)
        entry.file, entry.count = file.name, file.count
        entry.bytes, entry.sha256 = file.bytes, file.sha256
        entry.oldest_creation_time = text_of(times.oldest)
        entry.newest_creation_time = text_of(times.newest)
        mark = times.high_water_mark
        entry.high_water_mark = text_of(mark and started and min(mark, started))
        entry.finished = now_text(self.clock)
        entry.complete = True
        entry.error = entry.spool = None
        self.progress.state = ExportState.COMPLETE

    def _unavailable(self) -> None:
        self.spool_path.unlink(missing_ok=True)
        self.entry.available = False
        self.entry.error = self.entry.spool = None
        self.progress.state = ExportState.UNAVAILABLE

    def _failed(self, why: str, *, is_lasting: bool = False) -> None:
        if self.entry.complete:
            return  # all of it is there, whatever came after
        self.progress.is_lasting = is_lasting
        self.entry.error = why
        self.progress.state = ExportState.INTERRUPTED if why == INTERRUPTED else ExportState.FAILED


def _some_ids(spool: Spool) -> list[str]:
    objects = chain.from_iterable(map(spool.objects, spool.entries))
    return [str(each.get("id")) for each in islice(objects, SOME)]
