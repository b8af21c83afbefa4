"""What was written can be read back, whatever the service sent."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncehub_async._ground.json_text import load_json
from oncehub_async.export import RESOURCES
from oncehub_async.export._formats import Format

from .restored import canonical, comparable, restored
from .samples import objects, simulated, written

COLUMNS = [Format.CSV, Format.PARQUET]


def assert_restored(data: list[dict[str, Any]], resource: str, format: Format) -> None:
    found = restored(written(data, resource, format), resource, format)
    expected = [comparable(each, resource, format) for each in data]
    assert list(map(canonical, found)) == list(map(canonical, expected))


@pytest.mark.parametrize("format", COLUMNS)
@pytest.mark.parametrize("resource", RESOURCES)
def test_simulated_objects(resource: str, format: Format) -> None:
    """Expanded or not, with all the quirks of live accounts."""
    assert_restored(list(simulated(resource)), resource, format)


@pytest.mark.parametrize("format", COLUMNS)
@pytest.mark.parametrize("resource", ["bookings", "booking_calendars", "contacts"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_objects(resource: str, format: Format, data: st.DataObject) -> None:
    """Any JSON in any field, and fields that nobody documented."""
    assert_restored(data.draw(st.lists(objects(resource), max_size=3)), resource, format)


@settings(max_examples=30, deadline=None)
@given(st.lists(objects("contacts"), max_size=3))
def test_json_lines_are_exact(data: list[dict[str, Any]]) -> None:
    """Each line is the object as it came."""
    lines = written(data, "contacts", Format.JSONL).splitlines()
    assert list(map(load_json, lines)) == data
