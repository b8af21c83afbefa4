"""What is blocked or hashed is nowhere: not in the tables, the files, the logs or the errors."""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from oncehub_async import Clock, ConfigurationError, InvalidParameterError
from oncehub_async._ground import load_json
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import (
    TABLES,
    AccountSync,
    ColumnKind,
    Database,
    PolicyChangedError,
    column_policy,
    database_of,
    sync,
    table_of,
)
from oncehub_async.sync._column_policy import ColumnPolicy, is_personal
from oncehub_async.sync._object_rows import row_of

from .synced import client, opened, rows_of

ACCOUNT = Account(bookings=150, contacts=80, sms_notifications=30, seed=3)
FAST = Clock(speed=100)
KEY = "a key of the user's own"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
_SHORTEST = 6
"""Characters; shorter ones occur anywhere."""


def leaves(value: Any) -> Iterator[str]:
    """All texts in JSON data."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif isinstance(value, str) and len(value) >= _SHORTEST:
        yield value


def texts(sim: Simulator, policy: ColumnPolicy) -> tuple[set[str], set[str]]:
    """What may not be in the database, and what may."""
    barred: set[str] = set()
    free: set[str] = set()
    for name in TABLES:
        table = table_of(name)
        for key in sim.ids(name):
            item = sim.object(key)
            whole = row_of(table, item)
            for column, value in zip(table.columns, whole, strict=True):
                is_json = column.kind is ColumnKind.JSON or column.name == "_unfit"
                data = load_json(value) if is_json and value else value
                into = free if policy.may_pass(name, column) else barred
                into |= {*leaves(data)}
    return {each for each in barred if not any(each in other for other in free)}, free


async def everything(database: Database, folder: Path) -> bytes:
    """All that the database has, as SQL and the disk show it."""
    parts = []
    for name in (*TABLES, "booking_facts", "bookings_wide", "_oncehub_sync", "_oncehub_settings"):
        for row in await database.fetch(f"SELECT * FROM {database.dialect.table(name)}"):
            parts += [str(value).encode("utf-8", "replace") for value in row]
    parts += [each.read_bytes() for each in folder.rglob("*") if each.is_file()]
    return b"\n".join(parts)


async def in_the_log_of_writes(database: Database, texts: set[str]) -> set[str]:
    """Which texts stand in PostgreSQL's WAL, where the server is this machine's and may be read."""
    if database.dialect.name != "postgresql":
        return set()
    rows = await database.fetch("SELECT current_setting('data_directory')")
    try:
        files = sorted(Path(rows[0][0], "pg_wal").glob("0*"), key=lambda each: each.stat().st_mtime)
        written = b"".join(each.read_bytes() for each in files[-2:])
    except OSError:
        return set()
    return {each for each in texts if each.encode() in written}


async def test_no_personal_data(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Not a text of all that people typed, in any byte; what reports count is there."""
    policy = column_policy(no_personal_data=True)
    caplog.set_level(logging.DEBUG)
    account = attrs.evolve(ACCOUNT, seed=secrets.randbelow(2**30))  # other tests' data is not ours
    async with Simulator(account, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        barred, _ = texts(sim, policy)
        assert len(barred) > 500
        addresses = {*sorted(each for each in barred if "@" in each and " " not in each)[:60]}
        async with opened(database_url) as database:
            written_before = await in_the_log_of_writes(database, addresses)
        assert (await sync(oncehub, database_url, policy=policy)).complete
        async with opened(database_url) as database:
            assert await in_the_log_of_writes(database, addresses) <= written_before
            found = await everything(database, tmp_path)
            assert [each for each in barred if each.encode("utf-8", "replace") in found] == []
            assert [each for each in barred if "@" in each and each in caplog.text] == []
            rows = await rows_of(database, "bookings")
            assert len(rows) == 150
            assert all(row["status"] and row["creation_time"] for row in rows.values())
            assert any(row["utm_params_source"] for row in rows.values())


async def test_blocked_and_hashed_columns(database_url: str, tmp_path: Path) -> None:
    """The hash is HMAC-SHA256 with the user's key, the same in every table."""
    policy = column_policy(
        block=["contacts.last_name", "bookings.form-submission-name", "bookings.attendees"],
        hash=["contacts.email", "bookings.form_submission_email"],
        hash_key=KEY,
    )
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url, policy=policy)
        async with opened(database_url) as database:
            contacts = await rows_of(database, "contacts")
            for key, row in contacts.items():
                email = sim.object(key)["email"]
                assert row["email"] == (None if email is None else hashed(email))
                assert row["last_name"] is None
                assert row["unknown_fields"] is None
            table = database.dialect.table
            joined = await database.fetch(
                f"SELECT count(*) FROM {table('bookings')} b JOIN {table('contacts')} c "
                "ON b.form_submission_email = c.email"
            )
            assert joined[0][0] > 0
            found = await everything(database, tmp_path)
            assert KEY.encode() not in found
            # A contact's address also stands in a text message's recipient or a calendar's name.
            for key in sim.ids("contacts"):
                assert str(sim.object(key)["last_name"]) not in str(contacts[key]["email"])


def hashed(text: str) -> str:
    plain = text.strip().lower().encode()
    return hmac.new(KEY.encode(), plain, hashlib.sha256).hexdigest()


async def test_another_policy_needs_a_resync(database_url: str, tmp_path: Path) -> None:
    """Also another key; with it, what was there before is gone when the new rows are complete."""
    hashing = column_policy(hash=["contacts.email"], hash_key=KEY)
    block = column_policy(block=["contacts.email"])
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        gone = [*sim.ids("contacts")][5]
        sim.delete(gone)
        for other in (hashing, block):
            with pytest.raises(PolicyChangedError, match="--resync all"):
                await sync(oncehub, database_url, policy=other)
        with pytest.raises(PolicyChangedError):
            await sync(oncehub, database_url, policy=block, resync=["contacts"])
        assert (await sync(oncehub, database_url, policy=hashing, resync=["all"])).complete
        assert (await sync(oncehub, database_url, policy=hashing)).complete
        for other in (block, column_policy(hash=["contacts.email"], hash_key=KEY + "!")):
            with pytest.raises(PolicyChangedError):
                await sync(oncehub, database_url, policy=other)
        async with opened(database_url) as database:
            rows = await rows_of(database, "contacts")
            assert rows[gone]["email"] is None
            assert all("@" not in str(row["email"]) for row in rows.values())


async def test_who_was_deleted_before_a_resync_is_blanked_as_well(database_url: str) -> None:
    """Also where the resync itself finds that: nobody reads these rows again."""
    policy = column_policy(no_personal_data=True)
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        await sync(oncehub, database_url)
        gone = [*sim.ids("users")][-1]
        email = sim.object(gone)["email"]
        sim.delete(gone)
        assert (await sync(oncehub, database_url, policy=policy, resync=["all"])).complete
        async with opened(database_url) as database:
            row = (await rows_of(database, "users"))[gone]
            assert row["_deleted"]
            assert (row["email"], row["first_name"]) == (None, None)
            assert str(email) not in str(row)


async def test_under_the_same_policy_a_resync_leaves_hashes(database_url: str) -> None:
    """Of who has been deleted, too: they were let in."""
    policy = column_policy(hash=["users.email"], hash_key=KEY)
    async with Simulator(ACCOUNT, clock=FAST, limits=None) as sim, client(sim) as oncehub:
        gone = [*sim.ids("users")][-1]
        email = str(sim.object(gone)["email"])
        await sync(oncehub, database_url, policy=policy)
        sim.delete(gone)
        await sync(oncehub, database_url, policy=policy)
        await sync(oncehub, database_url, policy=policy, resync=["users"])
        async with opened(database_url) as database:
            row = (await rows_of(database, "users"))[gone]
            assert (row["_deleted"], row["email"]) == (True, hashed(email))


def test_unknown_fields_and_later_columns_do_not_pass() -> None:
    """A policy knows what there was when it was made."""
    table = table_of("contacts")
    policy = column_policy(block=["contacts.email"])
    contact = {"id": "CTC-1", "city": "Ulm", "shoe_size": 44, "phone": 7}
    row = dict(zip(table.names, row_of(table, contact, policy), strict=True))
    assert (row["city"], row["unknown_fields"], row["_unfit"]) == ("Ulm", None, None)
    kept = policy.as_text().replace('"contacts.city",', "")
    earlier = policy.going_on_from(kept)
    assert earlier is not None
    row = dict(zip(table.names, row_of(table, contact, earlier), strict=True))
    assert row["city"] is None


PERSONAL = {
    "bookings": {"subject", "attendees", "form_submission_note", "form_submission_guests",
                 "external_calendar_name", "custom_fields", "unknown_fields", "_unfit",
                 "cancel_reschedule_information_reason", "location_description"},
    "contacts": {"email", "first_name", "last_name", "mobile_phone", "street_address"},
    "users": {"email", "first_name"},
    "booking_calendars": {"name", "subject", "url"},
    "booking_pages": {"name", "label", "url"},
    "sms_notifications": {"details_delivered_to", "details_message_body"},
}  # fmt: skip


@pytest.mark.parametrize(("name", "columns"), PERSONAL.items())
def test_where_a_person_can_be(name: str, columns: set[str]) -> None:
    """Whatever isn't known to be impersonal is taken for personal, new columns as well."""
    personal = {each.name for each in table_of(name).columns if is_personal(name, each)}
    assert columns <= personal
    assert personal.isdisjoint({"id", "status", "creation_time", "owner", "in_trash"})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"block": ["contacts.emails"]}, "did you mean contacts.email"),
        ({"block": "contacts.email"}, "block: expected a list of columns"),
        ({"block": 5}, "block: expected a list of columns"),
        ({"block": [5]}, "block: expected text, got int"),
        ({"block": ["contacts.id"]}, "no column 'contacts.id'"),
        ({"block": ["email"]}, "did you mean"),
        ({"block": ["contacts.creation_time"]}, "the sync goes by it"),
        ({"block": ["bookings.last-updated-time"]}, "the sync goes by it"),
        ({"hash": ["bookings.custom_fields"], "hash_key": KEY}, "only texts"),
        ({"hash": ["bookings.creation_time"], "hash_key": KEY}, "only texts"),
        (
            {"hash": ["contacts.email"], "block": ["contacts.email"], "hash_key": KEY},
            "name it once",
        ),
        ({"hash": ["contacts.email"]}, "hash_key"),
        ({"hash": ["contacts.email"], "hash_key": "short"}, "16 characters"),
    ],
)
def test_slips_are_told(settings: Any, told: str) -> None:
    """In one line, before anything is done, and without the key."""
    with pytest.raises((InvalidParameterError, ConfigurationError), match=told) as error:
        column_policy(**settings)
    assert str(settings.get("hash_key")) not in str(error.value)


async def test_a_failure_of_the_database_shows_no_data(database_url: str) -> None:
    """Databases quote rows in their messages; ours don't."""
    database = database_of(database_url)
    await database.open()
    try:
        with pytest.raises(Exception, match=r"fail|Error") as error:
            await database.fetch("SELECT CAST('guest@mail.example' AS integer)")
        assert "guest@mail.example" not in repr(error.value) + str(error.value)
        assert error.value.__cause__ is None
    finally:
        await database.close()


async def test_neither_key_nor_password_is_shown(database_url: str) -> None:
    """In no repr."""
    async with Simulator(ACCOUNT, limits=None) as sim, client(sim) as oncehub:
        policy = column_policy(hash=["contacts.email"], hash_key=KEY)
        account = AccountSync(oncehub, "postgresql://me:pa55word@127.0.0.1:1/x", policy=policy)
        assert KEY not in repr(policy) + repr(account)
        assert "pa55word" not in account.database.shown + repr(vars(account.database))
