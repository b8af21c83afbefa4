"""A report says which columns the database's policy keeps empty that it would go by."""

from collections.abc import Sequence

import pytest

from oncehub_async.reports import report
from oncehub_async.simulator import Account, Simulator
from oncehub_async.sync import column_policy, facts_made_of, sync, table_of
from tests.sync.synced import client


async def synced(url: str, *block: str, everything: bool = False) -> None:
    """An account without these columns."""
    policy = column_policy(block=block, no_personal_data=everything)
    async with Simulator(Account(bookings=40, contacts=10), limits=None) as sim:
        async with client(sim) as oncehub:
            await sync(oncehub, url, policy=policy)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("activity", ["bookings.status"]),
        ("users", ["bookings.status", "users.email"]),
        ("cancellations", ["bookings.cancel_reschedule_information_reason", "bookings.status"]),
        ("lead-time", ["bookings.status"]),
        ("sources", ["bookings.status"]),
        ("account", ["users.email"]),
    ],
)
async def test_what_is_blocked_is_told(database_url: str, name: str, told: Sequence[str]) -> None:
    """Only what the report goes by."""
    await synced(
        database_url,
        "bookings.status",
        "bookings.cancel_reschedule_information_reason",
        "users.email",
        "contacts.state",
    )
    made = await report(database_url, name)
    assert made.notes == (
        f"The database's policy blocks {', '.join(told)}: "
        "what is made of them is empty or not counted.",
    )


async def test_without_personal_data(tmp_path: str) -> None:
    """What counts only is as it was; who the customers are can't be told, and is said to be so."""
    url = f"duckdb:///{tmp_path}/account.duckdb"
    await synced(url, everything=True)
    assert (await report(url, "activity")).notes == ()
    (note,) = (await report(url, "customers")).notes
    assert "bookings.form_submission_email" in note
    assert (await report(url, "activity", filters={"owner": "Jane"})).notes


def test_the_facts_are_made_of_columns_that_there_are() -> None:
    """Each of `booking_facts` of at least one."""
    for name, columns in facts_made_of().items():
        assert columns, name
        for each in columns:
            table, _, column = each.partition(".")
            assert column in table_of(table).names
