"""An inbox in PostgreSQL that is opened twice, not at all, or closed when nobody answers."""

from collections.abc import Iterator

import pytest

from oncehub_async import ClientStateError
from oncehub_async.webhooks import Claim, InboxError, Outcome, PostgresInbox, State
from oncehub_async.webhooks._inbox import postgres_roll_call

from ..servers import new_name, postgres_url
from .postgres_schemas import ask, dropped, event

DONE = Outcome(state=State.DONE)


@pytest.fixture
def schema() -> Iterator[str]:
    postgres_url()
    with dropped(new_name("states")) as name:
        yield name


async def test_it_is_open_once_or_an_error_says_so(schema: str) -> None:
    """Before anything is asked of the server."""
    inbox = PostgresInbox(postgres_url(), schema=schema)
    with pytest.raises(ClientStateError, match="open the inbox first"):
        await inbox.put(event(1), ("h",))
    with pytest.raises(ClientStateError, match="open the inbox first"):
        await inbox.waiting()
    await inbox.open()
    with pytest.raises(ClientStateError, match="the inbox is open"):
        await inbox.open()
    assert await inbox.put(event(1), ("h",))
    await inbox.close()
    await inbox.close()
    with pytest.raises(ClientStateError, match="open the inbox first"):
        await inbox.put(event(2), ("h",))


def test_neither_user_nor_password_is_shown() -> None:
    """In a log or a traceback."""
    inbox = PostgresInbox("postgresql://someone:sekrit@db.internal/crm", schema="inbox")
    for text in (repr(inbox), inbox.shown):
        assert "db.internal" in text
        assert "crm" in text
        assert "sekrit" not in text
        assert "someone" not in text


async def test_what_an_unanswered_claim_took_is_given_back(
    schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was written down, and the answer was lost: it runs once, and not only when we end."""
    monkeypatch.setattr(postgres_roll_call, "_SECONDS_BETWEEN", 0.0)
    inbox = PostgresInbox(postgres_url(), schema=schema)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    submit = inbox._work.submit

    async def unanswered(job: object) -> object:
        await submit(job)
        raise InboxError("the connection was lost")

    monkeypatch.setattr(inbox._work, "submit", unanswered)
    with pytest.raises(InboxError):
        await inbox.claim(1, ("h",), 1.0)
    monkeypatch.undo()
    monkeypatch.setattr(postgres_roll_call, "_SECONDS_BETWEEN", 0.0)
    inbox._mine.held.clear()  # nobody was told of it
    claims: list[Claim] = []
    for _ in range(3):  # the first finds that it is there, and a later one has it
        claims += await inbox.claim(9, ("h",), 1.0)
    assert [(each.event.id, each.work[0].attempt) for each in claims] == [("E1", 1)]
    assert await inbox.settle(claims[0].work[0], DONE, 2.0)
    await inbox.close()


async def test_it_closes_though_the_server_has_lost_its_tables(schema: str) -> None:
    """What can't be given back then isn't told as an error: the program ends."""
    inbox = PostgresInbox(postgres_url(), schema=schema)
    await inbox.open()
    await inbox.put(event(1), ("h",))
    assert len(await inbox.claim(1, ("h",), 1.0)) == 1
    await ask(f'DROP SCHEMA "{schema}" CASCADE')
    await inbox.close()
    with pytest.raises(ClientStateError, match="open the inbox first"):
        await inbox.counts()
