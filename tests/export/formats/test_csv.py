"""CSV: what a row looks like."""

import csv
from io import StringIO
from typing import Any

import pytest

from oncehub_async.export import RESOURCES
from oncehub_async.export._formats import Format, plain_text

from .restored import csv_rows
from .samples import simulated, written


def row(data: dict[str, Any], resource: str = "bookings") -> dict[str, str]:
    (only,) = csv_rows(written([data], resource, Format.CSV))
    return only


def raw(data: dict[str, Any], resource: str) -> str:
    text = written([data], resource, Format.CSV).decode("utf-8-sig")
    return text.partition("\r\n")[2]


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_header_is_always_the_same(resource: str) -> None:
    """With nothing under it, with everything, and with what nobody expects."""
    empty = written([], resource, Format.CSV)
    assert written(simulated(resource), resource, Format.CSV).startswith(empty)
    assert written([{"id": 5, "new": {"a": 1}}], resource, Format.CSV).startswith(empty)
    assert empty.startswith(b"\xef\xbb\xbfid,object,")
    assert empty.endswith(b",unknown_fields\r\n")


def test_names_of_columns_are_unique() -> None:
    """A nested field never meets another."""
    for resource in RESOURCES:
        (names,) = csv.reader(StringIO(written([], resource, Format.CSV).decode("utf-8-sig")))
        assert len(names) == len(set(names))


def test_a_booking() -> None:
    """Nested fields have columns of their own, custom fields one with JSON."""
    cells = row(
        {
            "id": "BKNG-1",
            "in_trash": False,
            "creation_time": "2026-11-01T10:00:00.5Z",
            "owner": {"id": "USR-1", "object": "user", "deleted": True},
            "contact": "CTC-1",
            "duration_minutes": 30,
            "attendees": ["a@x.example", "b@x.example"],
            "form_submission": {
                "name": 'Zoë, „quoted"',
                "note": "one\ntwo",
                "guests": [],
                "custom_fields": [{"name": "budget; maybe", "value": -12}],
            },
            "payment_information": {"amount_charged": 1999, "currency": "USD"},
            "utm_params": {"source": "news"},
            "external_calendar": None,
            "ai_summary": None,
        }
    )
    assert {name: cell for name, cell in cells.items() if cell} == {
        "id": "BKNG-1",
        "in_trash": "false",
        "creation_time": "2026-11-01T10:00:00.5Z",
        "owner": "USR-1",
        "owner_expanded": '{"id":"USR-1","object":"user","deleted":true}',
        "contact": "CTC-1",
        "duration_minutes": "30",
        "attendees": '["a@x.example","b@x.example"]',
        "form_submission.name": 'Zoë, „quoted"',
        "form_submission.note": "one\ntwo",
        "form_submission.guests": "[]",
        "form_submission.custom_fields": '[{"name":"budget\\u003b maybe","value":-12}]',
        "payment_information.amount_charged": "1999",
        "payment_information.currency": "USD",
        "utm_params.source": "news",
        "unknown_fields": '{"ai_summary":null}',
    }


def test_an_empty_text_is_not_a_null() -> None:
    """Quotes tell them apart, for readers that look; missing is like null."""
    assert raw({"id": "TM-1", "name": ""}, "teams") == 'TM-1,,"",\r\n'
    assert raw({"id": "TM-1", "name": None}, "teams") == "TM-1,,,\r\n"
    assert raw({"id": "TM-1"}, "teams") == "TM-1,,,\r\n"


def test_quotes_stand_where_they_are_needed() -> None:
    """By RFC 4180, and around what a reader may trim or part."""
    for text in ("a,b", 'a"b', "a\nb", "a\rb", "a;b", "a\tb", " a", "a ", "\xa0a", ",", '"'):
        expected = '"' + text.replace('"', '""') + '"'
        assert raw({"id": "TM-1", "name": text}, "teams") == f"TM-1,,{expected},\r\n"
    for text in ("a b", "a'b", "a/b", "ä", "a\u2028b", "a\0b"):
        assert raw({"id": "TM-1", "name": text}, "teams") == f"TM-1,,{text},\r\n"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", 5),
        ("subject", ["a"]),
        ("in_trash", "false"),
        ("in_trash", 0),
        ("duration_minutes", "30"),
        ("duration_minutes", 30.5),
        ("duration_minutes", True),
        ("duration_minutes", 2**63),
        ("creation_time", ""),
        ("creation_time", "yesterday"),
        ("creation_time", 1793527200),
        ("attendees", "a@x.example"),
        ("attendees", [1]),
        ("custom_fields", {"budget": 5}),
        ("form_submission", "none"),
        ("owner", 5),
    ],
)
def test_what_does_not_fit_is_kept_as_it_came(field: str, value: Any) -> None:
    """Its own column stays empty."""
    from oncehub_async._ground.json_text import load_json

    cells = {name: cell for name, cell in row({"id": "X-1", field: value}).items() if cell}
    assert load_json(cells.pop("unknown_fields").encode()) == {field: value}
    assert cells == {"id": "X-1"}


def test_half_an_emoji_is_shown_and_kept() -> None:
    """The column has the rest of the text, the unknown fields all of it."""
    cells = row({"id": "X-1", "form_submission": {"note": "Hi \ud83d"}})
    assert cells["form_submission.note"] == "Hi \ufffd"
    assert cells["unknown_fields"] == '{"form_submission":{"note":"Hi \\ud83d"}}'


def test_plain_text_gives_back_what_was_guarded() -> None:
    """In a cell that a CSV reader read."""
    cells = row({"id": "X-1", "subject": "=1+1", "location_description": "'=1+1"})
    assert cells["subject"] == "'=1+1"
    assert plain_text(cells["subject"]) == "=1+1"
    assert cells["location_description"] == "''=1+1"
    assert plain_text(cells["location_description"]) == "'=1+1"
