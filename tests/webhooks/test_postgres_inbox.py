"""The inbox in PostgreSQL keeps the contract of `Inbox`."""

from collections.abc import Callable, Iterator

import pytest

from oncehub_async.testing import SharedInboxContract, TimekeepingInboxContract
from oncehub_async.webhooks import Inbox, PostgresInbox
from oncehub_async.webhooks._inbox import postgres_roll_call

from ..servers import new_name, postgres_url
from .postgres_schemas import dropped

# Each step of the runs beside a model is a transaction of its own.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def schema() -> Iterator[str]:
    postgres_url()
    with dropped(new_name("inbox")) as name:
        yield name


class TestPostgresInbox(SharedInboxContract, TimekeepingInboxContract):
    """By sessions."""

    @pytest.fixture
    def make_inbox(self, schema: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Inbox]:
        monkeypatch.setattr(postgres_roll_call, "_SECONDS_BETWEEN", 0.0)
        return lambda: PostgresInbox(postgres_url(), schema=schema)


class TestPostgresInboxBehindAPooler(SharedInboxContract, TimekeepingInboxContract):
    """By leases, without settings of a session or prepared statements."""

    @pytest.fixture
    def make_inbox(self, schema: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Inbox]:
        monkeypatch.setattr(postgres_roll_call, "_SECONDS_BETWEEN", 0.0)
        return lambda: PostgresInbox(postgres_url(), schema=schema, lease=20.0)
