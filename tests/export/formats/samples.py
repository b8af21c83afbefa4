"""Objects to write: as the simulated service sends them, and as nobody should."""

import json
from collections.abc import Mapping
from functools import cache
from io import BytesIO
from typing import Any

from hypothesis import strategies as st

from oncehub_async._ground import load_json
from oncehub_async.export._formats import Compression, Format, open_writer
from oncehub_async.export._formats.fields import Field, FieldKind, fields_of
from oncehub_async.simulator import Account, Simulator
from oncehub_async.simulator._expansion import BOOKING, SMS_NOTIFICATION, expand, paths

_EXPANDABLE = {"bookings": BOOKING, "sms_notifications": SMS_NOTIFICATION}
_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe63\u2212"
HOSTILE = _SIGNS + ";,\t\r\n\"'| a1.\0\\\ud83d\udc00\xa0\ufeffß\u2028\U0001f600"


@cache
def simulator() -> Simulator:
    """An account with quirks, some of whose objects are deleted."""
    sim = Simulator(
        Account(bookings=300, contacts=60, users=9, sms_notifications=60, webhooks=4, seed=3)
    )
    for resource in ("users", "contacts"):
        sim.delete(next(sim.ids(resource)))
    return sim


@cache
def simulated(resource: str) -> tuple[dict[str, Any], ...]:
    """A resource's objects, every other one of them expanded as far as can be."""
    sim = simulator()
    bodies = [sim.object(each) for each in sim.ids(resource)]
    everything = paths(
        ",".join(_EXPANDABLE.get(resource, ())),
        _EXPANDABLE.get(resource, frozenset()),
        in_list=True,
    )
    for body in bodies:
        body.pop("secret", None)  # the export leaves keys out
    return tuple(
        expand(sim.state, body, everything) if index % 2 else body
        for index, body in enumerate(bodies)
    )


def written(
    objects: Any, resource: str, format: Format, compression: Compression = Compression.NONE
) -> bytes:
    """The file of these objects."""
    file = BytesIO()
    writer = open_writer(file, resource, format, compression)
    writer.write(objects)
    writer.close()
    return file.getvalue()


# Through JSON, which joins two halves of a surrogate pair that come together.
TEXT = st.one_of(
    st.text(st.sampled_from(HOSTILE), max_size=12), st.text(st.characters(exclude_categories=()))
).map(lambda text: json.loads(json.dumps(text)))
DECIMALS = st.sampled_from(
    ["1.0000000000000000001", "1e400", "-1e-400", "9" * 5_000, "30.0000000000000000000"]
).map(load_json)
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        DECIMALS,
        TEXT,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=5,
)
_TIMES = st.one_of(
    st.datetimes().map(lambda time: time.isoformat() + "Z"),
    st.sampled_from(
        ["", "2026-11-01", "2026-11-01T10:00:00.1234567Z", "0001-01-01T00:00:00+10:00", "soon",
         "9999-12-31T23:59:59-12:00", "9999-12-31T24:00:00Z", "2026-11-01T24:00:00Z",
         "2026-11-01T23:59:60Z", "2026-11-01t10:00:00z",
         "2026-11-01=10:00", "2026-11-01T10:00:00.123+02:00", "2026-11-01\ud83d10:00"]
    ),
)  # fmt: skip
_FITTING: Mapping[FieldKind, st.SearchStrategy[Any]] = {
    FieldKind.TEXT: TEXT,
    FieldKind.INTEGER: st.integers(-(2**64), 2**64) | st.integers(-9, 9).map(float) | DECIMALS,
    FieldKind.NUMBER: st.floats(allow_nan=False, allow_infinity=False) | st.integers() | DECIMALS,
    FieldKind.BOOLEAN: st.booleans(),
    FieldKind.TIME: _TIMES,
    FieldKind.TEXTS: st.lists(TEXT | st.none(), max_size=3),
    FieldKind.ID: TEXT | st.dictionaries(st.sampled_from(["id", "object", "x"]), JSON),
    FieldKind.ANY_TEXT: JSON,
}


def objects(resource: str) -> st.SearchStrategy[dict[str, Any]]:
    """Any objects with an id, as the resource's fields have them and otherwise."""
    return _objects(fields_of(resource)).map(lambda data: {**data, "id": "X-1"})


def _objects(fields: tuple[Field, ...]) -> st.SearchStrategy[dict[str, Any]]:
    known = {
        field.source: st.one_of(_fitting(field), JSON)
        for field in fields
        if field.kind not in (FieldKind.EXPANDED, FieldKind.ANY_JSON)
    }
    return st.builds(
        lambda own, other: {**other, **own},
        st.fixed_dictionaries({}, optional=known),
        st.dictionaries(TEXT, JSON, max_size=2),
    )


def _fitting(field: Field) -> st.SearchStrategy[Any]:
    if field.kind is FieldKind.OBJECT:
        return _objects(field.fields)
    if field.kind is FieldKind.OBJECTS:
        return st.lists(_objects(field.fields), max_size=2)
    return _FITTING[field.kind]
