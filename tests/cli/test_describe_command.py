"""`oncehub describe`: what fields and columns mean."""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from oncehub_async.cli import COMPLETE, WRONG_USAGE, main
from oncehub_async.export import RESOURCES
from oncehub_async.export._formats.csv_format import header
from oncehub_async.models import LISTED, BookingStatus, meanings_of
from oncehub_async.sync import table_of
from tests.typed_command import run

from ..documents import blocks

PAGE = "docs/data-dictionary.md"


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it needs one."""
    monkeypatch.delenv("ONCEHUB_API_KEY", raising=False)
    monkeypatch.setenv("ONCEHUB_BASE_URL", "http://127.0.0.1:1/v2")


def names_in(fields: list[dict[str, Any]]) -> Iterator[str]:
    for each in fields:
        yield each["name"]
        yield from names_in(each["fields"])


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_field_of_every_object_is_described(
    resource: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a line each, and as JSON, in the model's order."""
    code, out, err = run(capsys, "describe", resource.replace("_", "-"))
    assert code == COMPLETE
    about, empty, *lines = out.splitlines()
    assert (about, empty) == (table_of(resource).comment, "")
    described = dict(re.findall(r"^([\w.]+) \([\w, ]+\): (.+)$", "\n".join(lines), re.MULTILINE))
    fields = meanings_of(LISTED[resource])
    assert [name for name in described if "." not in name] == [each.name for each in fields]
    assert all(described[each.name] == each.meaning for each in fields)
    assert f"oncehub describe {resource} FIELD" in err
    told = json.loads(run(capsys, "describe", resource, "--json")[1])
    assert (told["resource"], told["meaning"]) == (resource, about)
    assert list(names_in(told["fields"])) == list(described)


def test_what_can_be_described(capsys: pytest.CaptureFixture[str]) -> None:
    """All objects that can be listed, in a line each."""
    _, out, _ = run(capsys, "describe")
    names = [line.partition(":")[0].replace("-", "_") for line in out.splitlines()]
    assert names == list(RESOURCES)
    told = json.loads(run(capsys, "describe", "--json")[1])
    assert [each["resource"] for each in told] == list(RESOURCES)


def test_the_values_of_a_field(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with what it means, in text and JSON."""
    _, out, _ = run(capsys, "describe", "bookings", "status")
    first, *values = out.splitlines()
    assert first.startswith("status (text): ")
    assert [line.split(":")[0].strip() for line in values] == list(BookingStatus)
    told = json.loads(run(capsys, "describe", "bookings", "status", "--json")[1])
    assert [f"  {each['value']}: {each['meaning']}" for each in told["values"]] == values


def test_what_an_expandable_field_leads_to(capsys: pytest.CaptureFixture[str]) -> None:
    """To a resource of its own, or to the fields that nothing else describes."""
    _, out, _ = run(capsys, "describe", "sms-notifications", "recipient")
    assert "`oncehub describe contacts` or `oncehub describe users`" in out
    _, out, _ = run(capsys, "describe", "sms-notifications", "recipient.id")
    assert "The contact's id" in out  # the first of the two
    _, out, _ = run(capsys, "describe", "bookings", "conversation")
    assert "\nconversation.answers.question (text): " in out
    assert "  abandoned: " in out
    _, out, _ = run(capsys, "describe", "bookings")
    assert "conversation.answers" not in out
    told = json.loads(run(capsys, "describe", "bookings", "owner", "--json")[1])
    assert (told["expandable"], told["expands_to"]) == (True, ["users"])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("form_submission.email", "form_submission.email"),
        ("form_submission_email", "form_submission.email"),
        ("Starting-Time", "starting_time"),
        ("owner_expanded", "owner"),
        ("owner.email", "owner.email"),
        ("conversation.contact.email", "conversation.contact.email"),
        ("custom_fields.value_json", "custom_fields.value"),
        ("_deleted", "_deleted"),
        ("unknown_fields", "unknown_fields"),
    ],
)
def test_a_field_is_found_by_its_columns_names(
    written: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the API, CSV, Parquet and databases have them."""
    code, out, _ = run(capsys, "describe", "bookings", written)
    assert (code, out.split(" (")[0]) == (COMPLETE, name)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_column_that_somebody_can_meet_is_described(
    resource: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of CSV, and of a synced database: each is a field of its own."""
    for column in {*header(resource), *table_of(resource).names}:
        code, out, err = run(capsys, "describe", resource, column)
        assert (code, err) == (COMPLETE, "")
        assert ": " in out
    for each in table_of(resource).columns:
        name = run(capsys, "describe", resource, each.name)[1].split(" (")[0]
        assert name == (".".join(each.path) or each.name)


SLIPS: Mapping[tuple[str, ...], str] = {
    ("bookngs",): "RESOURCE: there is none called 'bookngs'; did you mean 'bookings'?",
    ("bookings", "statsu"): "FIELD: bookings have none called 'statsu'; did you mean 'status'?",
    ("bookings", "form_submision.emial"): "did you mean 'form_submission.email'?",
    ("teams", "xyzzy"): "FIELD: teams have none called 'xyzzy'; they are id, object, name",
    ("bookings", "status", "more"): "more arguments than the command takes",
}


@pytest.mark.parametrize("typed", SLIPS, ids=" ".join)
def test_slips_are_told_with_the_likely_name(
    typed: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, exit code 2."""
    code, out, err = run(capsys, "describe", *typed)
    assert (code, out, len(err.splitlines())) == (WRONG_USAGE, "", 1)
    assert SLIPS[typed] in err


def test_lines_are_wrapped_at_a_terminals_width(
    capsys: pytest.CaptureFixture[str], on_terminal: Callable[[int], None]
) -> None:
    """Between words, and what a program reads isn't."""
    _, whole, _ = run(capsys, "describe", "bookings")
    assert max(map(len, whole.splitlines())) > 200
    on_terminal(60)
    _, wrapped, _ = run(capsys, "describe", "bookings")
    assert max(map(len, wrapped.splitlines())) <= 60
    assert " ".join(wrapped.split()) == " ".join(whole.split())


def test_the_page_about_it_shows_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command prints what stands below it."""
    (session,) = (block.code for block in blocks(PAGE) if block.language == "console")
    commands = re.findall(r"^\$ oncehub (.*)\n((?:(?!\$).*\n)*)", session, re.MULTILINE)
    assert len(commands) == session.count("$ ") > 2
    for command, output in commands:
        assert main(shlex.split(command)) == COMPLETE
        assert capsys.readouterr().out == output
