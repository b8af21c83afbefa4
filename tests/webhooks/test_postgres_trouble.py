"""An inbox in PostgreSQL when the server, a session or a process goes away, and comes back."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from oncehub_async.errors import ConfigurationError
from oncehub_async.testing import make_event
from oncehub_async.webhooks import (
    InboxError,
    Outcome,
    PostgresInbox,
    Receiver,
    State,
    StoredEvent,
    opened_inbox,
)

from ..servers import new_name, postgres_url
from .postgres_schemas import ask, dropped, event

DONE = Outcome(state=State.DONE)


@pytest.fixture
def schema() -> Iterator[str]:
    postgres_url()
    with dropped(new_name("trouble")) as name:
        yield name


@pytest.fixture
def url(schema: str) -> str:
    return postgres_url()


async def end_sessions(url: str, schema: str) -> None:
    """Those that have used a schema: as a failover does."""
    await ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        "AND query LIKE '%' || $1 || '%' OR pid IN (SELECT pid FROM pg_locks "
        "JOIN pg_class c ON c.oid = relation JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1)",
        schema,
    )


async def test_sessions_that_end_lose_nothing_and_nobody_holds_the_same(
    url: str, schema: str
) -> None:
    """All of two processes, in the middle of load; both come back by themselves."""
    inboxes = [PostgresInbox(url, schema=schema) for _ in range(2)]
    for each in inboxes:
        await each.open()
    accepted: set[str] = set()
    runs: Counter[str] = Counter()
    running: set[str] = set()
    order: dict[str, list[int]] = {}
    ends = asyncio.Event()

    async def accept(inbox: PostgresInbox, numbers: range) -> None:
        for number in numbers:
            kept = event(number, f"B{number % 7}")
            while kept.id not in accepted:
                try:
                    await inbox.put(kept, ("h",))
                    accepted.add(kept.id)
                except InboxError:
                    await asyncio.sleep(0.02)

    async def work(inbox: PostgresInbox) -> None:
        while not ends.is_set():
            try:
                claims = await inbox.claim(3, ("h",), 1.0)
            except InboxError:
                await asyncio.sleep(0.02)
                continue
            for claim in claims:
                assert claim.event.subject not in running
                running.add(claim.event.subject)
            await asyncio.sleep(0.002)
            for claim in claims:
                running.discard(claim.event.subject)
                runs[claim.event.id] += 1
                order.setdefault(claim.event.subject, []).append(int(claim.event.id[1:]))
                settled = False
                while not settled:
                    try:
                        await inbox.settle(claim.work[0], DONE, 1.0)
                        settled = True
                    except InboxError:
                        await asyncio.sleep(0.02)
            await asyncio.sleep(0.002)

    async with asyncio.TaskGroup() as group:
        for each in inboxes:
            group.create_task(work(each))
        accepting = [
            asyncio.create_task(accept(each, range(place, 300, 2)))
            for place, each in enumerate(inboxes)
        ]
        for _ in range(4):
            await asyncio.sleep(0.15)
            await end_sessions(url, schema)
        await asyncio.gather(*accepting)
        while set(runs) != accepted:
            await asyncio.sleep(0.05)
        ends.set()
    assert len(accepted) == 300
    # Of the same booking, what came over the other host may be older; what ran, ran once.
    assert set(runs.values()) == {1}
    for each in inboxes:
        await each.close()


async def test_the_work_of_a_process_whose_session_ended_is_due_at_once(
    url: str, schema: str
) -> None:
    """Its lock is free; there is no time-out to wait for. And it can settle no more."""
    one, two = PostgresInbox(url, schema=schema), PostgresInbox(url, schema=schema)
    await one.open()
    await two.open()
    await one.put(event(1), ("h",))
    (claim,) = await one.claim(1, ("h",), 0.0)
    two._roll_call._last = float("-inf")
    assert await two.claim(1, ("h",), 0.0) == []
    one._owner._is_closed = True  # as if its process had died
    await one._owner._connection.close()
    two._roll_call._last = float("-inf")
    (again,) = await two.claim(1, ("h",), 0.0)
    assert (again.alone, again.work[0].attempt) == (True, 2)
    assert not await one.settle(claim.work[0], DONE, 0.0)
    assert await two.settle(again.work[0], DONE, 0.0)
    await one.close()
    await two.close()


async def test_who_arrives_while_all_sessions_have_ended_takes_nothing_of_the_living(
    url: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come back in some seconds, and end what they run; what nobody comes back for is due."""
    one, two = PostgresInbox(url, schema=schema), PostgresInbox(url, schema=schema)
    await one.open()
    for number in (1, 2):
        await one.put(event(number), ("h",))
    claims = await one.claim(2, ("h",), 0.0)
    assert len(claims) == 2
    connect, arrived = one._owner._connect, asyncio.Event()

    async def later() -> Any:
        await arrived.wait()
        return await connect()

    monkeypatch.setattr(one._owner, "_connect", later)
    await ask("SELECT pg_terminate_backend($1)", one._owner._connection.get_server_pid())
    while one._owner._connection is not None:
        await asyncio.sleep(0.01)
    await two.open()
    two._roll_call._last = float("-inf")
    assert await two.claim(2, ("h",), 0.0) == []
    arrived.set()
    while one._owner._connection is None:
        await asyncio.sleep(0.01)
    two._roll_call._last = two._roll_call._first_look = float("-inf")
    assert await two.claim(2, ("h",), 0.0) == []
    assert await one.settle(claims[0].work[0], DONE, 0.0)
    one._owner._is_closed = True  # as if its process had died
    await one._owner._connection.close()
    two._roll_call._last = float("-inf")
    (again,) = await two.claim(2, ("h",), 0.0)
    assert again.event.id == claims[1].event.id
    await one.close()
    await two.close()


async def test_a_lease_that_is_over_frees_the_work(url: str, schema: str) -> None:
    """Behind a pooler, where no session tells; as long as it is renewed, it is kept."""
    one = PostgresInbox(url, schema=schema, lease=0.6)
    two = PostgresInbox(url, schema=schema, lease=0.6)
    await one.open()
    await two.open()
    await one.put(event(1), ("h",))
    (claim,) = await one.claim(1, ("h",), 0.0)
    for _ in range(4):
        await asyncio.sleep(0.2)
        assert list(await one.renew(claim.work)) == []
        two._roll_call._last = float("-inf")
        assert await two.claim(1, ("h",), 0.0) == []
    await asyncio.sleep(0.8)
    two._roll_call._last = float("-inf")
    (again,) = await two.claim(1, ("h",), 0.0)
    assert list(await one.renew(claim.work)) == list(claim.work)
    assert not await one.settle(claim.work[0], DONE, 0.0)
    assert await two.settle(again.work[0], DONE, 0.0)
    await one.close()
    await two.close()


async def test_a_full_disk_is_answered_503_and_gets_better(
    url: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver says so, and accepts again once there is room."""
    receiver = Receiver(inbox=PostgresInbox(url, schema=schema), unsafe_accept_unsigned=True)
    async with receiver:
        inbox: Any = receiver.inbox
        right = inbox._puts._run

        async def full(connection: Any, asked: Any) -> Any:
            await connection.execute(
                "DO $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"
            )

        inbox._puts._run = full
        body = make_event("booking.scheduled", event_id="EVNT-1")
        assert (await receiver.receive({}, body)).status == 503
        inbox._puts._run = right
        assert (await receiver.receive({}, body)).status == 200
        assert await inbox.event("EVNT-1") is not None


async def test_tables_from_before_the_time_was_kept_go_on_from_their_newest_event(
    url: str, schema: str
) -> None:
    """They have the version that they had: the program of before can take them up again."""
    inbox = PostgresInbox(url, schema=schema)
    await inbox.open()
    await inbox.put(attrs.evolve(event(1), received=77.0), ())
    await inbox.close()
    before = await ask(f'SELECT version FROM "{schema}".settings')
    await ask(f'DROP TABLE "{schema}".known_time')
    await inbox.open()
    assert (await inbox.known_time()).least == 77.0
    await inbox.keep_purge_time(78.0)
    assert (await inbox.known_time()).least == 78.0
    await inbox.close()
    assert await ask(f'SELECT version FROM "{schema}".settings') == before


async def test_tables_of_a_newer_version_are_refused(url: str, schema: str) -> None:
    """With both versions; and nothing is made where there is none to look into."""
    place = f"{url}?schema={schema}"
    with pytest.raises(ConfigurationError, match="there is no such inbox"):
        async with opened_inbox(place):
            pass
    inbox = PostgresInbox(url, schema=schema)
    await inbox.open()
    await inbox.close()
    await ask(f'UPDATE "{schema}".settings SET version = 99')
    with pytest.raises(ConfigurationError, match="version 99; this program knows version 2"):
        await inbox.open()


async def test_tables_of_the_same_names_of_another_program(url: str, schema: str) -> None:
    """Nothing is made beside them, and it is said what to do."""
    await ask(f'CREATE SCHEMA "{schema}"')
    await ask(f'CREATE TABLE "{schema}".settings (version text)')
    await ask(f'CREATE SEQUENCE "{schema}".event_numbers')
    with pytest.raises(ConfigurationError, match="another program's tables; name one of its own"):
        await PostgresInbox(url, schema=schema).open()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("sslmode=nonsense", "an option of the URL can't be used, such as sslmode"),
        ("sslmode=require", "rejected SSL upgrade"),
        ("frobnicate=1", 'unrecognized configuration parameter "frobnicate"'),
    ],
)
async def test_options_that_cannot_be_are_told(url: str, options: str, told: str) -> None:
    """In words, and not only by the name of an error."""
    if options == "sslmode=require" and (await ask("SHOW ssl"))[0][0] == "on":
        told = "there is no such inbox"
    with pytest.raises((InboxError, ConfigurationError), match=told):
        async with opened_inbox(f"{url}?{options}&schema=no_such_inbox"):
            pass


def test_a_schema_of_the_servers_own_is_refused() -> None:
    """PostgreSQL keeps those that begin with pg_ for itself."""
    with pytest.raises(ConfigurationError, match="and not pg_ in front"):
        PostgresInbox("postgresql:///test", schema="pg_inbox")


async def test_tables_of_version_1_are_taken_over(url: str, schema: str) -> None:
    """With what waits in them; it belongs to no trace."""
    inbox = PostgresInbox(url, schema=schema)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    await inbox.close()
    await ask(f'ALTER TABLE "{schema}".events DROP COLUMN trace_context')
    await ask(f'UPDATE "{schema}".settings SET version = 1')
    await inbox.open()
    await inbox.put(attrs.evolve(event(2), trace_context="00-a-b-01"), ("h",))
    claims = await inbox.claim(9, ("h",), 100.0)
    assert {claim.event.id: claim.event.trace_context for claim in claims} == {
        "E1": None,
        "E2": "00-a-b-01",
    }
    await inbox.close()


async def test_several_may_make_the_tables_at_once(url: str, schema: str) -> None:
    """One does, the others wait."""
    inboxes = [PostgresInbox(url, schema=schema) for _ in range(4)]
    await asyncio.gather(*(each.open() for each in inboxes))
    await asyncio.gather(*(each.close() for each in inboxes))


async def test_what_waits_costs_a_claim_little(url: str, schema: str) -> None:
    """Rows that a claim reads are counted by the server: as many beside 3,000 as beside 30."""
    inbox = PostgresInbox(url, schema=schema)
    await inbox.open()

    async def read_by_a_claim() -> int:
        async def counted(connection: Any) -> int:
            seen = await connection.fetchval(
                "SELECT sum(pg_stat_get_xact_tuples_fetched(c.oid) + "
                "pg_stat_get_xact_tuples_returned(c.oid))::bigint FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1",
                schema,
            )
            return int(seen)

        run, found = inbox._work._run, []

        async def watched(connection: Any, asked: Any) -> Any:
            before = await counted(connection)
            results = await run(connection, asked)
            found.append(await counted(connection) - before)
            return results

        inbox._work._run = watched
        (claim,) = await inbox.claim(1, ("down", "up"), 0.0)
        inbox._work._run = run
        assert await inbox.settle(claim.work[0], DONE, 0.0)
        return found[0]

    async def fill(numbers: range) -> None:
        await asyncio.gather(*(inbox.put(event(n), ("down",)) for n in numbers))
        failed = Outcome(state=State.FAILED, due=1e9, error="down")
        while claims := await inbox.claim(500, ("down",), 0.0):
            await asyncio.gather(*(inbox.settle(e.work[0], failed, 0.0) for e in claims))

    await fill(range(30))
    await asyncio.gather(*(inbox.put(event(n), ("up",)) for n in range(9_000, 9_020)))
    before = await read_by_a_claim()
    await fill(range(100, 3_100))
    assert await read_by_a_claim() < 3 * before + 60
    await inbox.close()


SERVICE = """
import asyncio, json, os, random, sys
from oncehub_async.webhooks import Backoff, PostgresInbox, Receiver, work

url, schema, log = sys.argv[1:]
receiver = Receiver(
    inbox=PostgresInbox(url, schema=schema), unsafe_accept_unsigned=True, concurrency=8,
    backoff=Backoff(attempts=50, first=0.05, longest=0.2),
)
file = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

@receiver.on("booking", name="h")
async def handler(event, context):
    about = event.raw["data"]["id"]
    os.write(file, json.dumps(["began", event.id, about]).encode() + b"\\n")
    await asyncio.sleep(random.random() * 0.02)
    os.write(file, json.dumps(["ended", event.id, about]).encode() + b"\\n")

print("on", flush=True)
asyncio.run(work(receiver))
"""


@pytest.mark.timeout(90)
async def test_kills_among_three_processes_lose_nothing_and_keep_the_order(
    url: str, schema: str, tmp_path: Path
) -> None:
    """What is done never begins again; of a booking the earlier event is over before the next."""
    log = tmp_path / "log"
    inbox = PostgresInbox(url, schema=schema)
    await inbox.open()
    bodies = [
        make_event("booking.scheduled", event_id=f"E{n}", data={"id": f"B{n % 40}"})
        for n in range(400)
    ]
    await asyncio.gather(
        *(
            inbox.put(
                StoredEvent(
                    id=f"E{n}",
                    type="booking.scheduled",
                    subject=f"B{n % 40}",
                    creation_time=float(n),
                    received=0.0,
                    body=body,
                ),
                ("h",),
            )
            for n, body in enumerate(bodies)
        )
    )

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", SERVICE, url, schema, str(log)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    processes = [start() for _ in range(3)]
    done_at: list[tuple[int, set[str]]] = []
    try:
        for kill in range(3):
            while not log.exists() or log.stat().st_size < 2_000 * (kill + 1):
                await asyncio.sleep(0.02)
            victim = processes[kill]
            victim.send_signal(signal.SIGKILL)
            victim.communicate()
            # First what is done: what the others begin meanwhile is none of it.
            done = await _done(url, schema)
            done_at.append((log.stat().st_size, done))
            processes[kill] = start()
        while (await inbox.counts()).get(State.DONE, 0) < 400:
            await asyncio.sleep(0.1)
    finally:
        for each in processes:
            each.kill()
            each.communicate()
    lines = log.read_bytes().splitlines()
    began: dict[str, list[int]] = {}
    for place, line in enumerate(map(json.loads, lines)):
        if line[0] == "began":
            began.setdefault(line[1], []).append(place)
    assert len(began) == 400
    for size, done in done_at:
        after = log.read_bytes()[size:].splitlines()
        assert not done & {each[1] for each in map(json.loads, after[1:]) if each[0] == "began"}
    for number in range(360):
        assert max(began[f"E{number}"]) < min(began[f"E{number + 40}"])
    assert os.path.exists(log)
    await inbox.close()


async def _done(url: str, schema: str) -> set[str]:
    rows = await ask(
        f'SELECT e.id FROM "{schema}".work w JOIN "{schema}".events e ON e.seq = w.event '
        "WHERE w.state = 'done'",
    )
    return {row["id"] for row in rows}
