"""Parquet: real types, and one schema for every export of a resource."""

import json
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from oncehub_async.export import RESOURCES
from oncehub_async.export._formats import Compression, Format

from .samples import HOSTILE, simulated, written


def read(objects: Any, resource: str = "bookings") -> pa.Table:
    return pq.read_table(BytesIO(written(objects, resource, Format.PARQUET, Compression.ZSTD)))


def only(data: dict[str, Any]) -> dict[str, Any]:
    """What isn't null of the row of a booking."""
    (row,) = read([{"id": "X-1", **data}]).to_pylist()
    assert row.pop("id") == "X-1"
    return {name: value for name, value in row.items() if value is not None}


def hostile(resource: str) -> list[dict[str, Any]]:
    """The same wrong value in every field, one object for each value."""
    names = {name for each in simulated(resource) for name in each}
    values = [5, 2**80, 1.5, True, HOSTILE, [None], [5, "a"], [{"name": 5}, {"x": 1}], {}, {"a": 1}]
    return [dict.fromkeys(names, value) for value in values]


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_schema_is_always_the_same(resource: str) -> None:
    """With no object, with those that live accounts have, and with what nobody expects."""
    empty = read([], resource)
    full, wild = read(simulated(resource), resource), read(hostile(resource), resource)
    assert empty.num_rows == 0
    assert full.num_rows == len(simulated(resource))
    assert wild.num_rows == 10
    assert empty.schema.equals(full.schema, check_metadata=True)
    assert empty.schema.equals(wild.schema, check_metadata=True)


def test_files_of_several_exports_are_one_data_set() -> None:
    """They can be read together without conversion."""
    together = pa.concat_tables([read([]), read(simulated("bookings")), read(hostile("bookings"))])
    assert together.num_rows == len(simulated("bookings")) + 10


def test_types_are_real() -> None:
    """Times, numbers, booleans, lists and nested objects."""
    fields = {field.name: str(field.type) for field in read([]).schema}
    assert fields["creation_time"] == "timestamp[us, tz=UTC]"
    assert fields["in_trash"] == "bool"
    assert fields["duration_minutes"] == "int64"
    assert fields["attendees"] == "list<element: string>"
    assert fields["owner"] == fields["owner_expanded"] == "string"
    assert fields["payment_information"].startswith("struct<amount_charged: int64, ")
    assert fields["custom_fields"] == (
        "list<element: struct<name: string, value: string, value_json: string, "
        "unknown_fields: string>>"
    )
    assert fields["unknown_fields"] == "string"
    calendars = read([], "booking_calendars").schema
    assert calendars.field("duration_minutes").type == pa.float64()


def test_a_booking() -> None:
    """As it stands in the columns."""
    found = only(
        {
            "in_trash": False,
            "creation_time": "2026-11-01T12:00:00.123+02:00",
            "starting_time": "2026-11-02T09:00:00",
            "owner": {"id": "USR-1", "object": "user", "deleted": True},
            "contact": "CTC-1",
            "conversation": {"object": "conversation"},
            "duration_minutes": 30.0,
            "attendees": ["a@x.example", None],
            "virtual_conferencing": {},
            "utm_params": None,
            "payment_information": {"amount_charged": 1999, "fee": 5},
        }
    )
    assert found == {
        "in_trash": False,
        "creation_time": datetime(2026, 11, 1, 10, 0, 0, 123000, tzinfo=UTC),
        "starting_time": datetime(2026, 11, 2, 9, tzinfo=UTC),
        "owner": "USR-1",
        "owner_expanded": '{"id":"USR-1","object":"user","deleted":true}',
        "contact": "CTC-1",
        "conversation_expanded": '{"object":"conversation"}',
        "duration_minutes": 30,
        "attendees": ["a@x.example", None],
        "virtual_conferencing": {"join_url": None},
        "payment_information": {
            "amount_charged": 1999, "currency": None, "transaction_id": None
        },
        "unknown_fields": '{"payment_information":{"fee":5}}',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Head of IT", "Head of IT"),
        ("", ""),
        ("\ud83d", "\ufffd"),
        (19.95, "19.95"),
        (2**70, str(2**70)),
        (True, "true"),
        (["a", "b"], '["a","b"]'),
        ({"id": 7}, '{"id":7}'),
    ],
)
def test_custom_values_are_there_to_read_and_exactly(value: Any, text: str) -> None:
    """A text as it is, all else as JSON; and everything as JSON once more."""
    (field,) = only({"custom_fields": [{"name": "x", "value": value}]})["custom_fields"]
    assert field["value"] == text
    assert json.loads(field["value_json"]) == value
    assert field["unknown_fields"] is None


def test_what_is_new_in_a_custom_field_stays_beside_it() -> None:
    """It doesn't push the fields out of their column."""
    (field,) = only({"custom_fields": [{"name": 5, "type": "text"}]})["custom_fields"]
    assert field["name"] is None
    assert json.loads(field["unknown_fields"]) == {"name": 5, "type": "text"}


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("duration_minutes", "30", None),
        ("duration_minutes", 2**63, None),
        ("duration_minutes", -(2**63) - 1, None),
        ("duration_minutes", 1e300, None),
        ("creation_time", "soon", None),
        ("creation_time", "", None),
        ("creation_time", "0001-01-01T00:00:00+10:00", None),
        ("creation_time", "2026-11-01T10:00:00.1234567Z",
         datetime(2026, 11, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        ("subject", "half \ud83d", "half \ufffd"),
        ("subject", {"a": 1}, None),
        ("attendees", ["\ud83d", "a"], ["\ufffd", "a"]),
        ("attendees", [5], None),
        ("custom_fields", [None], None),
        ("custom_fields", {"a": 1}, None),
        ("form_submission", [], None),
        ("owner", 5, None),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_kept_as_it_came(field: str, value: Any, shown: Any) -> None:
    """The column has the nearest that it can hold."""
    found = only({field: value})
    assert json.loads(found.pop("unknown_fields")) == {field: value}
    assert found == ({} if shown is None else {field: shown})


def test_integers_at_the_ends_of_their_range_fit() -> None:
    """64 bits, signed."""
    for value in (2**63 - 1, -(2**63)):
        assert only({"duration_minutes": value}) == {"duration_minutes": value}
