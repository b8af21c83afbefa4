"""JSON text comes in and goes out without loss, whatever its numbers and texts."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oncehub_async
from oncehub_async._ground import dump_any_json, dump_json, load_json, repeats_names
from oncehub_async.errors import InvalidParameterError
from oncehub_async.testing import make_event

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
digits = st.text("0123456789", min_size=1, max_size=25)
numbers = st.builds(
    lambda sign, whole, fraction, exponent: f"{sign}{whole.lstrip('0') or '0'}{fraction}{exponent}",
    st.sampled_from(["", "-"]),
    digits,
    st.just("") | digits.map(lambda each: f".{each}"),
    st.just("")
    | st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-"]), st.integers(0, 999)),
)  # fmt: skip
texts = st.text(st.characters(exclude_categories=()), max_size=10)
values = st.recursive(
    st.none() | st.booleans() | integers | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
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


@given(
    numbers, st.sampled_from(["{}", "[{}]", '{{"a":{}}}', '{{"a": [1,\n{} ]}}', '["1e-400",{}]'])
)
def test_any_number_is_read_kept_and_written_exactly(number: str, text: str) -> None:
    """1.0000000000000000001 and 1e400 as well: its value is what its digits say."""
    read = load_json(text.format(number).encode())
    written = dump_json(read).decode()
    assert json.loads(written, parse_int=Decimal, parse_float=Decimal) == json.loads(
        text.format(number), parse_int=Decimal, parse_float=Decimal
    )
    assert load_json(written) == read


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_a_float_holds_is_a_float(number: float) -> None:
    """Only what it can't hold is a Decimal."""
    assert type(load_json(json.dumps([number]))[0]) is float


@given(values)
def test_any_data_comes_back(value: object) -> None:
    """Halves of emojis, in names of fields too; both ways of writing agree."""
    once = load_json(json.dumps(value))  # joins two halves that come together
    assert load_json(dump_json(once)) == once
    assert load_json(dump_any_json(once)) == once
    assert load_json(dump_json(once, indent=True)) == once
    assert dump_json(once, sort=True) == dump_json(load_json(dump_json(once, sort=True)), sort=True)


def test_an_indented_text_looks_the_same_either_way() -> None:
    """With and without what orjson refuses."""
    plain = {"a": [1, {"b": [], "c": {}}, None], "d": {"e": 1.5}}
    odd = {**plain, "f": 2**64}
    assert (
        dump_json(odd, indent=True)
        == dump_json(plain, indent=True)[:-2] + b',\n  "f": %d\n}' % 2**64
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf["\\ud83d"]', ["\ud83d"]),
        (b'["\xed\xa0\xbd"]', ["\ud83d"]),
        (b'["\\ud83d\\ude00"]', ["\U0001f600"]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": 1, "a": 1e400}', {"a": Decimal("1e400")}),
        ("[\ud83d]".replace("[", '["').replace("]", '"]'), ["\ud83d"]),
        (b"[" + b"9" * 6_000 + b"]", [Decimal("9" * 6_000)]),
    ],
)
def test_odd_texts_are_read(text: Any, read: object) -> None:
    """A byte order mark, half an emoji, a name twice (the last one counts), any length."""
    assert load_json(text) == read


@pytest.mark.parametrize(
    "text",
    [b"", b"NaN", b"[Infinity]", b'{"a": -Infinity}', b'["\xff"]', b"[1,]", b"[01]", b"[.5]", b"{",
     b"[" * 100_000, b"\xff\xfe[\x00]\x00", b"[1e99999999999999999999]", b'["\n"]'],
)  # fmt: skip
def test_what_is_no_json_is_refused(text: bytes) -> None:
    """In one way, with a reason."""
    with pytest.raises(ValueError, match=r"\w"):
        load_json(text)


def holding_itself() -> list[Any]:
    """What no text can express."""
    data: list[Any] = []
    data.append({"again": data})
    return data


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), Decimal("NaN"), b"x", {1: 2}, {"a": {None}}, object(), holding_itself()],
)  # fmt: skip
def test_what_json_cannot_express_is_refused(value: object) -> None:
    """NaN would be null, and clear a field."""
    with pytest.raises(TypeError, match="JSON"):
        dump_any_json({"x": [value]})
    with pytest.raises(InvalidParameterError, match="data: "):
        make_event("booking.scheduled", data={"new": value})


def test_what_is_shared_is_written_twice() -> None:
    """Only what holds itself can't be."""
    shared = [2**70]
    assert load_json(dump_json([shared, {"a": shared}])) == [shared, {"a": shared}]


@pytest.mark.parametrize("depth", [250, 1_000])
def test_what_was_read_can_be_written_at_any_depth(depth: int) -> None:
    """Also deeper than a function could call itself, and beside what orjson refuses."""
    text = b"[" * depth + b'"\xc3\xa9"' + b"]" * depth
    read = load_json(text)
    assert dump_json(read) == text
    assert dump_json([read, 2**70]) == b"[" + text + b",%d]" % 2**70


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        (b'{"a":1,"a":2}', True),
        (b'[{"b":{"a":1,"\\u0061":2}}]', True),
        (b"[" * 100_000 + b"]" * 100_000, True),
        (b'{"a":{"a":1},"b":[{"a":1},{"a":2}]}', False),
        (b"1", False),
    ],
)
def test_names_that_come_twice_are_noticed(text: bytes, repeats: bool) -> None:
    """Of the first one's value nothing is read."""
    assert repeats_names(text) is repeats


PACKAGE = Path(oncehub_async.__file__).parent


def test_json_goes_one_way() -> None:
    """Any other way would round, cut or refuse something."""
    other = re.compile(
        r"^\s*(import|from) (json|orjson)\b|\bor?json\.(loads|dumps)\(", re.MULTILINE
    )
    found = {file.name for file in PACKAGE.rglob("*.py") if other.search(file.read_text("utf-8"))}
    assert found == {"json_text.py"}
