"""The changes of one resource, round after round."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from ..._client import Resources
from ..._ground import EARLIEST, Clock, shifted, text_in_seconds
from ...errors import (
    DeletedObjectError,
    GoneError,
    InvalidParameterError,
    InvalidResponseError,
    NotFoundError,
)
from .._export_plan import ResourcePlan
from .._files import in_thread
from .._folder import SOME
from .._formats import BrokenFileError, Compression, Format, read_objects
from .._formats.exported_rows import moment
from .._formats.fields import without_secrets
from .._manifest import CHANGES_ENDING, Changes, ResourceEntry, text_of
from .change_log import REMEDY, ChangeLog, write_changes_table
from .versions import VERSION_TIMES, KnownVersions, RoundBuffer, round_buffer


@attrs.define(eq=False)
class ResourceWatch:
    """One resource that is kept current.

    The mark is a time up to which nothing is missing. It comes from the service's own times alone,
    for clocks differ: a mark from a clock ahead of the service's would skip what changes until the
    service's has caught up. A round that read all changes to the last page has seen everything
    that had changed when it began. At that moment, the service's clock had passed the latest time
    that was seen *before* it, so the mark can move there; the times that come with the round
    itself say nothing, since while it ran, an object may have changed whose place it had passed
    already. Times that lie in our future are left out, for an object from the year 2099 would end
    it all; where our clock is behind, the mark stays behind with it and more is read again. Only
    where our clock is ahead, and the service tells a time that its own hasn't reached, what changes
    between the two is missed.

    The overlap is for what becomes visible later than its time says.
    """

    plan: ResourcePlan
    oncehub: Resources
    out: Path
    entry: ResourceEntry
    overlap: timedelta
    clock: Clock
    some_ids: list[str] = attrs.Factory(list)
    """Of the export's objects, once it was opened."""
    gone: list[str] = attrs.Factory(list)
    """The ids of what was found deleted in the latest round."""
    changes: Changes = attrs.field(init=False)
    _is_new: bool = attrs.field(init=False)
    _known: KnownVersions = attrs.field(init=False)
    _log: ChangeLog = attrs.field(init=False)
    _mark: datetime | None = attrs.field(init=False)
    _opened: datetime = attrs.field(init=False)
    _ids: set[str] = attrs.Factory(set)
    """Of what there is, for resources that are compared as a whole."""
    _has_table: bool = False

    def __attrs_post_init__(self) -> None:
        self._opened = self.clock.date()
        self._is_new = self.entry.changes is None
        if self.entry.changes is None:
            self.entry.changes = Changes(
                file=self.plan.name + CHANGES_ENDING,
                high_water_mark=self.entry.high_water_mark if self.field else None,
            )
        self.changes = self.entry.changes
        self._mark = moment(self.changes.high_water_mark)
        self._known = KnownVersions(self.field)
        self._log = ChangeLog(self.out / self.changes.file, self.changes)

    @property
    def field(self) -> str | None:
        """The time by which changes can be asked for."""
        return VERSION_TIMES.get(self.plan.name)

    def open(self) -> None:
        """Read what is in the files. Raises `BrokenFileError` and `OSError`."""
        if self._is_new:
            self._log.begin()
        path = self.out / str(self.entry.file)
        written_as = Format(self.entry.format)
        compression = Compression(self.entry.compression)
        fields = ["id"] if self.field is None else ["id", self.field]
        seen = moment(self.entry.finished) or EARLIEST
        try:
            with path.open("rb") as file:
                for data in read_objects(file, written_as, compression, fields):
                    self._note_id(data)
                    if len(self.some_ids) < SOME:
                        self.some_ids.append(str(data.get("id")))
                    # Where no time tells the version, only the whole object does.
                    if written_as is Format.JSONL or (self.field and data.get(self.field)):
                        self._note(data, seen)
        except BrokenFileError as error:
            raise BrokenFileError(f"{path.name}: {error}") from error
        except FileNotFoundError:
            raise BrokenFileError(f"{path.name} is not there any more; {REMEDY}") from None
        # Times that our clock had reached by then are earlier than those of all that is to come.
        seen = moment(self.changes.last_round) or seen
        for data in self._log.open():
            self._note_id(data)
            self._note(data, seen)

    async def round(self) -> int:
        """Fetch what changed, to the last page, and add it to the file; how much it was.

        Raises `RequestError`, `BrokenFileError` and `OSError`.
        """
        now, since, surely_past = self.clock.date(), self._since(), self._known.latest
        self.gone = []
        try:
            found = await self._add_changes(since)
        except BaseException:
            # What it saw isn't in the files, and can be gone the next time.
            self._known.latest = surely_past
            raise
        if self._mark is None or (surely_past is not None and surely_past > self._mark):
            self._mark = surely_past
        self.changes.high_water_mark = text_of(self._mark)
        self.changes.rounds += 1
        self.changes.last_round = text_in_seconds(now)
        self._known.forget(self._since())
        if found or not self._has_table:
            await in_thread(write_changes_table, self.out, self.plan.name, self.entry)
            self._has_table = True
        return found

    async def _add_changes(self, since: datetime | None) -> int:
        seen: set[str] = set()
        with round_buffer(self.out) as buffer:
            async for objects in self._pages(since):
                await in_thread(self._keep, buffer, objects, since, self.clock.date())
                seen.update(str(each.get("id")) for each in objects)
            gone = [each for each in sorted(self._ids - seen) if await self._is_gone(each)]
            for each in gone:
                data = {"id": each, "object": self.plan.name.removesuffix("s"), "deleted": True}
                buffer.add(each, self._known.version_of(data, self.clock.date()), data)
            if buffer:
                await in_thread(self._write, buffer)
            if self._is_compared:
                self._ids |= seen
                self._ids -= set(gone)
                self.gone = gone
            return len(buffer)

    @property
    def _is_compared(self) -> bool:
        """Whether each round reads all there is, so that what is missing was deleted."""
        return self.field is None and not self.plan.arguments.keys() - {"limit"}

    async def _is_gone(self, id: str) -> bool:
        """Whether the service says so, too: a list that is read while it changes may skip one."""
        try:
            await getattr(self.oncehub, self.plan.name).get(id)
        except (DeletedObjectError, NotFoundError, GoneError):
            return True
        except (InvalidParameterError, InvalidResponseError):
            pass  # no id, as a file that is damaged has it; or an object, though an odd one
        return False

    def _note_id(self, data: Mapping[str, Any]) -> None:
        if self._is_compared:
            change = self._ids.discard if data.get("deleted") is True else self._ids.add
            change(str(data.get("id")))

    def _since(self) -> datetime | None:
        return None if self._mark is None else shifted(self._mark, -self.overlap)

    async def _pages(self, since: datetime | None) -> AsyncGenerator[Sequence[Any], None]:
        arguments = dict(self.plan.arguments)
        if since is not None:
            after, before = f"{self.field}_gt", f"{self.field}_lt"
            since = arguments[after] = max(since, arguments.get(after, since))
            if before in arguments and since >= arguments[before]:
                return  # the export's own filters leave nothing to come
        plan = attrs.evolve(self.plan, arguments=arguments)
        listing = plan.walk(self.oncehub) if plan.can_be_walked else plan.listing(self.oncehub)
        pages = listing.pages()
        try:
            async for page in pages:
                yield page.items
        finally:
            await pages.aclose()

    def _keep(
        self,
        buffer: RoundBuffer,
        objects: Sequence[Mapping[str, Any]],
        since: datetime | None,
        now: datetime,
    ) -> None:
        for each in map(without_secrets, objects):
            key, version = str(each.get("id")), self._known.version_of(each, now)
            self._known.see(version, now)
            is_old = since is not None and version.time is not None and version.time <= since
            if not is_old and not self._known.has(key, version):
                buffer.add(key, version, each)

    def _write(self, buffer: RoundBuffer) -> None:
        self._log.add(buffer.lines())
        for key, version in buffer.versions():
            self._known.note(key, version)

    def _note(self, data: Mapping[str, Any], seen: datetime) -> None:
        """Take over what is in the files; `seen` is when it was seen, by our clock."""
        version, since = self._known.version_of(data, seen), self._since()
        self._known.see(version, self._opened)
        if since is None or version.time is None or version.time > since:
            self._known.note(str(data.get("id")), version)
