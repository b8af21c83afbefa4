"""Everything that is kept of an account: a database, exports of all formats, an inbox."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import attrs

from oncehub_async import OnceHub
from oncehub_async._ground import dump_json
from oncehub_async.export import Compression, Format, plan_export, run_export
from oncehub_async.privacy import PersonPlaces
from oncehub_async.simulator import Simulator
from oncehub_async.sync import sync
from oncehub_async.webhooks import Outcome, SQLiteInbox, State, StoredEvent

from ..sync.synced import opened
from ..sync.test_column_policies import everything
from .someone import Someone

KINDS = (
    (Format.JSONL, Compression.NONE),
    (Format.JSONL, Compression.ZSTD),
    (Format.CSV, Compression.GZIP),
    (Format.PARQUET, Compression.ZSTD),
)
NAMES = ("bookings", "contacts", "users", "sms_notifications")


@attrs.frozen
class Kept:
    """Where it all is."""

    database: str
    folder: Path
    exports: tuple[Path, ...]
    inbox: str

    def places(self, oncehub: OnceHub | None) -> PersonPlaces:
        """To look for a person in."""
        return PersonPlaces(
            oncehub=oncehub, databases=[self.database], exports=self.exports, inboxes=[self.inbox]
        )

    def files(self) -> dict[str, bytes]:
        """All files, but what a database keeps beside its own for a while."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal"))
        }


async def keep_all(
    sim: Simulator, oncehub: OnceHub, someone: Someone, folder: Path, database: str
) -> Kept:
    """Sync, export and receive."""
    await sync(oncehub, database)
    exports = []
    for kind, compression in KINDS:
        out = folder / f"{kind}-{compression}"
        exports.append(out)
        names, expand = (NAMES[:3], ["contact", "owner"]) if kind is Format.CSV else (NAMES, [])
        plan = plan_export(names, expand=expand)
        await run_export(oncehub, plan, out, format=kind, compression=compression)
    await receive(sim, someone, folder / "inbox.db")
    return Kept(database, folder, tuple(exports), str(folder / "inbox.db"))


async def receive(sim: Simulator, someone: Someone, path: Path) -> None:
    """An inbox with an event of each booking, all of which are done but the last one's."""
    inbox = SQLiteInbox(path)
    await inbox.open()
    ids = [*sorted(someone.bookings), someone.beside, *sim.ids("bookings")][:12]
    for number, key in enumerate(dict.fromkeys(ids)):
        body = dump_json(
            {
                "id": f"EVNT-{number:04}",
                "object": "event",
                "type": "booking.scheduled",
                "creation_time": "2026-11-01T10:00:00Z",
                "api_version": "v2",
                # So long that its room is free once another body is there.
                "more": f"{'x' * 20_000} {someone.email}" if number == 1 else None,
                "data": {**sim.object(key), "contact": sim.object(someone.contact)}
                if key in someone.bookings
                else sim.object(key),
            }
        )
        await inbox.put(
            StoredEvent(
                id=f"EVNT-{number:04}",
                type="booking.scheduled",
                subject=key,
                creation_time=time.time(),
                received=time.time(),
                body=body,
            ),
            ("crm",),
        )
    claims = await inbox.claim(100, ("crm",), time.time() + 1)
    for claim in claims:
        if claim.event.subject == someone.beside:
            continue
        dead = Outcome(state=State.DEAD, error=f"no such guest: {someone.email}")
        done = Outcome(state=State.DONE)
        outcome = dead if claim.event.id == "EVNT-0000" else done
        await inbox.settle(claim.work[0], outcome, time.time())
    await inbox.close()


def found_in(texts: Iterable[str], files: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """Which texts stand in which files, whether in capitals or small letters."""
    return {
        (text, name)
        for name, held in files.items()
        for text in texts
        if text.lower().encode() in held.lower()
    }


async def database_bytes(url: str, folder: Path) -> bytes:
    """What a database says, and the files beside it."""
    async with opened(url) as database:
        return await everything(database, folder / "none")
