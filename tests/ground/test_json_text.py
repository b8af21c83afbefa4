"""JSON text comes in without loss, however long its integers are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async._ground.json_text import load_json

integers = st.integers(-(10**25), 10**25) | st.integers(2**63 - 2, 2**64 + 2)
data = st.recursive(
    integers | st.none() | st.booleans() | st.text("0123456789ab-:,[ ]", max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)
separators = st.tuples(
    st.sampled_from([",", ", ", " ,", ",\n", ",\t", "\r\n,"]),
    st.sampled_from([":", ": ", " :", ":\n", ":\t", ":\r\n"]),
)


@given(data, separators, st.sampled_from([None, 1]))
def test_integers_are_exact_wherever_they_stand(
    data: object, separators: tuple[str, str], indent: int | None
) -> None:
    """Also those beyond 64 bits, between any spaces, and beside texts that look like numbers."""
    assert load_json(json.dumps([data], separators=separators, indent=indent).encode()) == [data]


@pytest.mark.parametrize("text", ["[{}]", "[-{}]", '{{"a":{}}}', '{{"a": -{} }}', "[1,{},1]"])
@pytest.mark.parametrize("digits", [18, 19, 20, 21, 40])
def test_a_long_integer_is_not_rounded(text: str, digits: int) -> None:
    """In any place that an object or an array has for it."""
    written = text.format("9" * (digits - 1) + "7").encode()
    assert str(load_json(written)) == str(json.loads(written))
