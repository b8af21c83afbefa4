"""The first hour of who wants the data: a table that is brought up to date twice, and queried.

What docs/export.md and docs/export-formats.md say, typed as it stands there.
"""

import json
import re
import shlex
from typing import Any
from urllib.request import Request, urlopen

import duckdb
import pytest

from ..documents import blocks
from .newcomer import Newcomer

PAGE = [block.code for block in blocks("docs/export-formats.md") if block.language == "python"]
(MERGE,) = (code for code in PAGE if "duckdb.connect" in code)
ONCE = "oncehub export users contacts --out x --once"
WIDTHS = [None, 60]


def ask(person: Newcomer, method: str, path: str, body: Any = None) -> Any:
    """What a colleague does meanwhile in the account."""
    request = Request(
        person.environment["ONCEHUB_BASE_URL"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "API-Key": person.environment["ONCEHUB_API_KEY"],
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def compact(text: str) -> str:
    """A text without the places where a narrow terminal breaks it."""
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("columns", WIDTHS)
def test_a_table_that_is_brought_up_to_date_twice(
    with_account: Newcomer, columns: int | None
) -> None:
    """Changed, deleted, merged as the page says, and asked."""
    person = with_account
    done = person.succeeds(ONCE, columns)
    told = done.out + done.err
    assert "oncehub verify x" in told
    assert "up to date: no changes" in told
    with (person.folder / "x/contacts.jsonl").open(encoding="utf-8") as lines:
        contacts = [json.loads(line)["id"] for line in lines]
    for place, name in enumerate(("Ada", "Grace"), 1):
        ask(person, "PATCH", f"/contacts/{contacts[0]}", {"first_name": name})
        ask(person, "PATCH", f"/contacts/{contacts[place]}", {"first_name": name})
        done = person.succeeds(ONCE, columns)
        assert "2 changes: contacts 2" in done.out
        assert compact("x/contacts.changes.*") in compact(done.out + done.err)
    assert "up to date: no changes" in person.succeeds(ONCE, columns).out
    person.succeeds("oncehub verify x", columns)
    code = MERGE.replace("users", "contacts").replace("'contacts.", "'x/contacts.")
    person.python(code)
    with duckdb.connect(str(person.folder / "account.duckdb")) as connection:
        names = dict(connection.execute("SELECT id, first_name FROM contacts").fetchall())
    assert len(names) == len(contacts)
    assert [names[each] for each in contacts[:3]] == ["Grace", "Ada", "Grace"]


def test_the_next_step_is_copied(with_account: Newcomer) -> None:
    """The lines that the end of a run names do what they say."""
    done = with_account.succeeds("oncehub export bookings --out x")
    verify, sql = re.findall(r"^ *((?:oncehub verify|duckdb -c) .*)$", done.err, re.MULTILINE)
    with_account.succeeds(verify)
    path = str(with_account.folder / "x")
    found = duckdb.execute(shlex.split(sql)[2].replace("'x", f"'{path}")).fetchall()
    assert sum(count for _, count in found) == 250


@pytest.mark.parametrize("columns", WIDTHS)
def test_slips_have_a_line_that_helps(with_account: Newcomer, columns: int | None) -> None:
    """Where files go, what is filtered, what an option is called, and a second plain export."""
    with_account.succeeds("oncehub export teams --out x")
    for command, text in (
        ("oncehub export teams --out s3://bucket/x", "s3"),
        ("oncehub export bookings --out y --filter status=schedule", "did you mean 'scheduled'"),
        ("oncehub export --nonsense", "oncehub export --help shows what there is"),
        ("oncehub export teams --out x", "bring it up to date with --once"),
    ):
        done = with_account.run(command, columns)
        assert done.code == 2, command
        assert compact(text) in compact(done.out + done.err)
