"""An erased person occurs in no byte of what is kept, and doesn't come back."""

import gzip
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from oncehub_async import DeletedObjectError, InvalidParameterError
from oncehub_async._ground import load_json
from oncehub_async.export import (
    BrokenFileError,
    Format,
    plan_export,
    read_manifest,
    run_export,
    verify_export,
    watch_export,
)
from oncehub_async.privacy import PersonPlaces, erase_person, export_person
from oncehub_async.sync import AccountSync, Batch, DatabaseBusyError, database_of, sync
from oncehub_async.sync._report_views import WIDE
from oncehub_async.webhooks import Outcome, SQLiteInbox, State, StoredEvent, opened_inbox

from ..sync.synced import client, opened, rows_of
from .kept import Kept, database_bytes, found_in, keep_all
from .someone import Someone, account, put


def read(path: Path) -> bytes:
    """What a file holds, unpacked."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        from oncehub_async.export._formats import Compression
        from oncehub_async.export._formats.compressed import read_from

        with path.open("rb") as file, read_from(file, Compression.ZSTD) as text:
            return text.read()
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist()).encode()
    return path.read_bytes()


def everywhere(kept: Kept, someone: Someone, database: bytes) -> set[tuple[str, str]]:
    """Where the person still is."""
    unpacked = {
        f"unpacked {path.name}": read(path)
        for out in kept.exports
        for path in out.iterdir()
        if path.is_file()
    }
    return found_in(someone.texts, {**kept.files(), **unpacked, "the database": database})


async def test_in_no_byte(database_url: str, tmp_path: Path) -> None:
    """Not address, name or phone; in what is not finished, they are told and stay."""
    async with account() as (sim, oncehub, someone):
        kept = await keep_all(sim, oncehub, someone, tmp_path, database_url)
        before = everywhere(kept, someone, await database_bytes(database_url, tmp_path))
        assert {text for text, _ in before} == someone.texts
        assert len({name for _, name in before}) > 10
        places = kept.places(oncehub)

        files = kept.files()
        planned = await erase_person(someone.email, places)
        assert not planned.applied
        assert kept.files() == files
        assert (await oncehub.contacts.get(someone.contact)).id == someone.contact

        done = await erase_person(someone.email, places, apply=True)
        assert [each.counts for each in done.places] == [each.counts for each in planned.places]
        assert done.unfinished == planned.unfinished
        assert len(done.unfinished) == 1
        async with opened_inbox(kept.inbox) as inbox:
            event = await inbox.event(done.unfinished[0])
            assert event is not None
            assert event.subject == someone.beside
            async with opened_inbox(kept.inbox) as other:
                counts = await other.counts()
            assert counts[State.DEAD] == 1
        left = everywhere(kept, someone, await database_bytes(database_url, tmp_path))
        assert {name for _, name in left} == {"inbox.db"}
        for out in kept.exports:
            assert verify_export(out).good
        with pytest.raises(DeletedObjectError):
            await oncehub.contacts.get(someone.contact)
        again = await erase_person(someone.email, places, apply=True)
        assert again.count == 0
        assert again.unfinished == done.unfinished
        assert [*tmp_path.glob("*.tmp")] == []  # what DuckDB puts aside


async def test_what_was_unfinished_is_erased_later(database_url: str, tmp_path: Path) -> None:
    """Once it is done, by the same command; then no byte is left in the inbox either."""
    async with account() as (sim, oncehub, someone):
        kept = await keep_all(sim, oncehub, someone, tmp_path, database_url)
        places = PersonPlaces(oncehub=oncehub, inboxes=[kept.inbox])
        (event,) = (await erase_person(someone.email, places, apply=True)).unfinished
        async with opened_inbox(kept.inbox) as inbox:
            from oncehub_async.webhooks import Selection

            assert await inbox.drop(Selection(states=State, events=event)) == 1
        _leave_in_free_room(Path(kept.inbox), f"{'x' * 20_000} {someone.email}")
        assert found_in([someone.email], {"inbox": Path(kept.inbox).read_bytes()})
        places = PersonPlaces(inboxes=[kept.inbox])
        assert (await erase_person(someone.email, places, apply=True)).count == 1
        assert found_in(someone.texts, {"inbox": Path(kept.inbox).read_bytes()}) == set()
        assert not Path(f"{kept.inbox}-wal").exists()


@pytest.mark.parametrize(
    "body",
    [
        b'{"id":"EVNT-1","data":{"email":"ann@mail.example"},"data":{"a":1}}',
        b'{"data":[{"a":"ann@mail.example","a":2}]}',
        '{"email":"ann@mail.example"}'.encode("utf-16"),
        "\ufffd ann@mail.example".encode(),
    ],
)
async def test_a_body_that_no_reader_reads_whole(tmp_path: Path, body: bytes) -> None:
    """A name that comes twice, another encoding, no JSON."""
    path = tmp_path / "inbox.db"
    inbox = SQLiteInbox(path)
    await inbox.open()
    event = StoredEvent(id="EVNT-1", type="unreadable", subject="EVNT-1", creation_time=1.0,
                        received=1.0, body=body)  # fmt: skip
    await inbox.put(event, ("crm",))
    (claim,) = await inbox.claim(1, ("crm",), 2.0)
    await inbox.settle(claim.work[0], Outcome(state=State.DONE), 3.0)
    await inbox.close()
    places = PersonPlaces(inboxes=[str(path)])
    assert (await export_person("ann@mail.example", places)).count == 1
    assert (await erase_person("ann@mail.example", places, apply=True)).count == 1
    assert b"mail" not in path.read_bytes().replace(b"\0", b"")


def _leave_in_free_room(path: Path, text: str) -> None:
    """As a version of SQLite does that doesn't overwrite what it deletes."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE old (body TEXT)")
        connection.execute("INSERT INTO old VALUES (?)", (text,))
        connection.commit()
        connection.execute("DROP TABLE old")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def test_others_keep_what_is_theirs(database_url: str, tmp_path: Path) -> None:
    """Of a booking to which they were brought along, what names them goes, and nothing else."""
    async with account() as (sim, oncehub, someone):
        kept = await keep_all(sim, oncehub, someone, tmp_path, database_url)
        async with opened(database_url) as database:
            bookings = await rows_of(database, "bookings")
            contacts = await rows_of(database, "contacts")
        await erase_person(someone.email, kept.places(oncehub), apply=True)
        async with opened(database_url) as database:
            after = await rows_of(database, "bookings")
            assert len(after) == len(bookings)
            row, was = after[someone.beside], bookings[someone.beside]
            changed = {name for name in row if row[name] != was[name]}
            assert changed == {
                "attendees", "form_submission_guests", "custom_fields", "unknown_fields",
                "_synced_at",
            }  # fmt: skip
            assert load_json(row["attendees"]) == ["bob@mail.example"]
            own = after[next(iter(someone.bookings))]
            assert own["form_submission_name"] is None
            assert own["subject"] is None
            assert own["status"]
            assert own["creation_time"]
            assert own["contact"] == someone.contact
            others = {key: row for key, row in after.items() if key not in someone.bookings}
            del others[someone.beside]
            assert others == {key: bookings[key] for key in others}
            assert {
                key for key, row in (await rows_of(database, "contacts")).items()
                if row != contacts[key]
            } == {someone.contact}  # fmt: skip
        lines = (tmp_path / "jsonl-none" / "bookings.jsonl").read_bytes().splitlines()
        found = {each["id"]: each for each in map(load_json, lines)}
        form = sim.object(someone.beside)["form_submission"]
        assert found[someone.beside]["form_submission"] == {**form, "guests": ["bob@mail.example"]}


async def test_a_custom_field_that_is_called_after_them(database_url: str, tmp_path: Path) -> None:
    """Its column has another name, and a view of the user's on it stays."""
    async with account() as (sim, oncehub, someone):
        named = [{"name": f"Ask {someone.email}", "value": "yes"}, {"name": "Shoe", "value": "44"}]
        put(sim, someone.beside, custom_fields=named)
        await sync(oncehub, database_url)
        table = database_of(database_url).dialect.table
        mine = f"CREATE VIEW {table('mine')} AS SELECT id, custom_shoe FROM {table(WIDE)}"
        async with opened(database_url) as database:
            await database.commit(Batch(statements=[mine], now=datetime.now(UTC)))
        places = PersonPlaces(databases=[database_url])
        await erase_person(someone.email, places, apply=True)
        await sync(oncehub, database_url, resync=["all"])
        async with opened(database_url) as database:
            columns = [name for (name,) in await database.fetch(database.dialect.columns, WIDE)]
            assert [each for each in columns if "quaddle" in each] == []
            assert {"custom_erased_1", "custom_shoe"} <= {*columns}
            found = await database.fetch(
                f"SELECT custom_shoe FROM {table('mine')} WHERE id = $1", someone.beside
            )
            assert found == [("44",)]
        held = await database_bytes(database_url, tmp_path)
        files = {each.name: each.read_bytes() for each in tmp_path.iterdir() if each.is_file()}
        assert found_in(someone.texts, {**files, "the database": held}) == set()


async def test_later_syncs_leave_them_out(database_url: str) -> None:
    """Changes, all read anew, events; whoever compares finds nothing wrong."""
    async with account() as (sim, oncehub, someone):
        await sync(oncehub, database_url)
        places = PersonPlaces(oncehub=oncehub, databases=[database_url])
        await erase_person(someone.email, places, apply=True)
        for key in (*someone.bookings, someone.beside):
            sim.touch(key)
        new = sim.create("bookings")
        form = {"name": "Zoe Quaddle", "email": f" {someone.email.upper()} ", "guests": []}
        put(sim, new, form_submission=form, subject="with Zoe Quaddle", contact=None)
        await sync(oncehub, database_url)
        async with AccountSync(oncehub, database_url) as synced:
            checked = await synced.check()
            # The contact is gone there, and nothing has looked for that yet.
            assert {*checked.pop("contacts").extra} == {someone.contact}
            assert [each for each in checked.values() if not each.is_current] == []
        await sync(oncehub, database_url, resync=["all"])
        held = await database_bytes(database_url, Path("none"))
        assert found_in(someone.texts, {"the database": held}) == set()
        async with opened(database_url) as database:
            assert (await rows_of(database, "bookings"))[new]["status"]


async def test_who_is_kept_out_is_not_to_be_read(database_url: str) -> None:
    """But a hash of each thing that they are known by."""
    async with account() as (_, oncehub, someone):
        await sync(oncehub, database_url)
        places = PersonPlaces(oncehub=oncehub, databases=[database_url])
        await erase_person(someone.email, places, apply=True)
        async with opened(database_url) as database:
            table = database.dialect.table("_oncehub_erased")
            rows = await database.fetch(f"SELECT hash, erased_at FROM {table}")
            assert len(rows) == 3
            assert all(len(row[0]) == 64 and row[1] for row in rows)


async def test_a_database_at_work_is_left_alone(database_url: str) -> None:
    """That is told, and nothing has happened."""
    async with account() as (_, oncehub, someone):
        await sync(oncehub, database_url)
        places = PersonPlaces(oncehub=oncehub, databases=[database_url])
        async with AccountSync(oncehub, database_url):
            with pytest.raises(DatabaseBusyError, match="another sync"):
                await erase_person(someone.email, places, apply=True)
        assert (await oncehub.contacts.get(someone.contact)).id


async def test_hashed_columns_need_their_key(database_url: str) -> None:
    """With it, rows are found by what they hold; without it, that is told."""
    from oncehub_async import ConfigurationError
    from oncehub_async.sync import column_policy

    key = "a key of the user's own"
    policy = column_policy(
        hash=["contacts.email", "bookings.form_submission_email"],
        block=["bookings.attendees", "bookings.contact", "contacts.mobile_phone"],
        hash_key=key,
    )
    async with account() as (_, oncehub, someone):
        await sync(oncehub, database_url, policy=policy)
        without = PersonPlaces(databases=[database_url])
        with pytest.raises(ConfigurationError, match="hash_key"):
            await export_person(someone.email, without)
        places = PersonPlaces(databases=[database_url], hash_key=key)
        data = await export_person(someone.email, places)
        found = {str(each["id"]) for each in data.places[0].found["bookings"]}
        assert found == someone.bookings | {someone.beside}  # by a custom field
        await erase_person(someone.email, places, apply=True)
        held = await database_bytes(database_url, Path("none"))
        assert found_in(someone.texts, {"the database": held}) == set()
        assert (await erase_person(someone.email, places, apply=True)).count == 0


@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV, Format.PARQUET])
async def test_changes_of_a_watch(tmp_path: Path, format: Format) -> None:
    """Log and table, and the watch goes on afterwards."""
    from contextlib import aclosing

    async with account() as (sim, oncehub, someone):
        plan = plan_export(["bookings", "users"])

        async def watch(rounds: int) -> None:
            watched = watch_export(oncehub, plan, tmp_path / "out", every=10, format=format)
            async with aclosing(watched):
                async for each in watched:
                    assert not each.errors
                    if each.number == rounds:
                        break

        await watch(1)
        for key in (*someone.bookings, someone.beside):
            sim.touch(key)
        await watch(1)
        out = tmp_path / "out"
        log = out / "bookings.changes.jsonl"
        with log.open("ab") as file:
            file.write(b'{"id": "BKNG-9", "form_submission": {"email": "%s"}}\n{"id' % (
                someone.email.encode()
            ))  # fmt: skip
        assert found_in(someone.texts, {"log": log.read_bytes()})
        places = PersonPlaces(oncehub=oncehub, exports=[out])
        done = await erase_person(someone.email, places, apply=True)
        assert done.places[1].counts[log.name] == len(someone.bookings) + 2
        held = {path.name: read(path) for path in out.iterdir()}
        assert found_in(someone.texts, held) == set()
        assert verify_export(out).good
        await watch(1)
        assert verify_export(out).good


async def test_an_unfinished_export(tmp_path: Path) -> None:
    """Its spool, what it sets aside and what a kill left; it goes on afterwards."""
    from oncehub_async.simulator import Fault

    async with account() as (sim, oncehub, someone):
        out = tmp_path / "out"
        plan = plan_export(["bookings", "contacts"])
        await run_export(oncehub, plan, out)
        sim.inject(Fault("server_error", operations="list-all-contacts", status=501))
        await run_export(oncehub, plan_export(["contacts"]), out, overwrite=True)
        sim.clear_faults()
        (out / "contacts.jsonl.partial").write_text(someone.email)
        spool = out / "contacts.spool"
        manifest = read_manifest(out)
        assert manifest is not None
        assert not manifest.is_finished
        from oncehub_async.export._spool import Spool

        about = load_json(spool.read_bytes().splitlines()[0])["about"]
        filled = Spool.reopen(spool, about)
        place = {"stretch": 0, "joins": None, "ends": False, "ordered": True}
        filled.add(place, [sim.object(someone.contact)])
        filled.close()
        places = PersonPlaces(oncehub=oncehub, exports=[out])
        before = {path.name: path.read_bytes() for path in out.iterdir()}
        assert {name for _, name in found_in([someone.email], before)} == {
            "bookings.jsonl", "contacts.jsonl.previous", "contacts.jsonl.partial", "contacts.spool",
        }  # fmt: skip
        planned = await erase_person(someone.email, places)
        assert {path.name: path.read_bytes() for path in out.iterdir()} == before
        done = await erase_person(someone.email, places, apply=True)
        assert done.places[1].counts == planned.places[1].counts
        after = {path.name: path.read_bytes() for path in out.iterdir()}
        assert found_in(someone.texts, after) == set()
        looked = Spool.look(spool)
        assert looked.count == 1
        looked.close()


@pytest.mark.parametrize("finished", [True, False])
async def test_an_export_of_theirs_alone(tmp_path: Path, finished: bool) -> None:
    """The address by which they were exported is told, and stays in no manifest or spool."""
    from oncehub_async.simulator import Fault

    async with account() as (sim, oncehub, someone):
        out = tmp_path / "out"
        plan = plan_export(["contacts"], filters={"email": someone.email})
        if not finished:
            sim.inject(Fault("server_error", operations="list-all-contacts", status=501))
        async with client(sim, retry_attempts=1) as hasty:
            await run_export(hasty, plan, out)
        sim.clear_faults()
        places = PersonPlaces(oncehub=oncehub, exports=[out])
        found = (await export_person(someone.email, places)).places[1].found
        assert found["manifest.json"] == [
            {"resource": "contacts", "filters": {"email": someone.email}}
        ]
        planned = await erase_person(someone.email, places)
        assert planned.places[1].counts["manifest.json"] == 1
        done = await erase_person(someone.email, places, apply=True)
        assert done.places[1].counts == planned.places[1].counts
        held = {path.name: path.read_bytes() for path in out.iterdir()}
        assert held.keys() >= {"manifest.json", "contacts.jsonl" if finished else "contacts.spool"}
        assert found_in(someone.texts, held) == set()
        assert (await erase_person(someone.email, places, apply=True)).count == 0
        if not finished:
            nobody = plan_export(["contacts"], filters={"email": "erased@example.invalid"})
            await run_export(oncehub, nobody, out)
        assert verify_export(out).good


async def test_filters_that_a_kill_left_in_the_spool(tmp_path: Path) -> None:
    """The manifest was written already: what is behind it goes all the same."""
    from oncehub_async.simulator import Fault

    async with account() as (sim, _, someone), client(sim, retry_attempts=1) as hasty:
        out = tmp_path / "out"
        sim.inject(Fault("server_error", operations="list-all-contacts", status=501))
        plan = plan_export(["contacts"], filters={"email": someone.email})
        await run_export(hasty, plan, out)
        spool = (out / "contacts.spool").read_bytes()
        places = PersonPlaces(exports=[out])
        await erase_person(someone.email, places, apply=True)
        (out / "contacts.spool").write_bytes(spool)
        assert (await erase_person(someone.email, places)).count == 1
        assert (await erase_person(someone.email, places, apply=True)).count == 1
        held = {path.name: path.read_bytes() for path in out.iterdir()}
        assert found_in(someone.texts, held) == set()


async def test_a_damaged_file_is_not_vouched_for(tmp_path: Path) -> None:
    """Its manifest would say that it is right."""
    async with account() as (_, oncehub, someone):
        out = tmp_path / "out"
        await run_export(oncehub, plan_export(["contacts"]), out)
        path = out / "contacts.jsonl"
        path.write_bytes(path.read_bytes().replace(b"Quaddle", b"Quibble"))
        places = PersonPlaces(oncehub=oncehub, exports=[out])
        with pytest.raises(BrokenFileError, match="oncehub verify"):
            await erase_person(someone.email, places, apply=True)
        with pytest.raises(InvalidParameterError, match="holds no export"):
            await erase_person(someone.email, PersonPlaces(exports=[tmp_path]))
