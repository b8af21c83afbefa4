"""How many values a JSON text can hold is told without reading it, and without its texts."""

import csv
import io
import json
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncehub_async._ground import OutsideQuotes, TooManyValuesError, ValueCount, load_json

SIGNS = '[]{},:"\\\u00e9\U0001f600 a1\n'
TEXTS = st.text(st.sampled_from(SIGNS), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=30,
)
WRITERS: tuple[Callable[[Any], bytes], ...] = (
    orjson.dumps,
    lambda data: json.dumps(data).encode(),
    lambda data: json.dumps(data, indent=1, ensure_ascii=False).encode(),
)


def values_in(data: Any) -> int:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(values_in, inner))


def in_pieces(text: bytes, cuts: list[int]) -> list[bytes]:
    ends = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    return [text[start:end] for start, end in pairwise(ends)]


@given(JSON, st.sampled_from(WRITERS), st.lists(st.integers(0, 10**6), max_size=8))
def test_no_text_holds_more_values_than_are_counted(
    data: Any, write: Callable[[Any], bytes], cuts: list[int]
) -> None:
    """Nor fewer by more than its empty lists, wherever it is cut into pieces."""
    text = write(data)
    counted = OutsideQuotes(b",[{", with_escapes=True)
    for piece in in_pieces(text, cuts):
        counted.add(piece)
    assert values_in(data) <= counted.count + 1
    without_texts = json.dumps(_blank(data))
    assert counted.count == sum(map(without_texts.count, ",[{"))


def _blank(data: Any) -> Any:
    if isinstance(data, dict):
        return {f"{number}": _blank(each) for number, each in enumerate(data.values())}
    if isinstance(data, list):
        return [_blank(each) for each in data]
    return "" if isinstance(data, str) else data


@given(st.lists(st.text(st.sampled_from(',"\n a;'), max_size=6), min_size=1, max_size=6))
def test_columns_of_csv_are_counted_as_a_reader_counts_them(cells: list[str]) -> None:
    """A quotation mark in quotes is doubled, and there are no escapes."""
    file = io.StringIO()
    csv.writer(file).writerow(cells)
    counted = OutsideQuotes(b",", with_escapes=False)
    for sign in file.getvalue().encode():
        counted.add(bytes([sign]))
    assert counted.count == len(cells) - 1


@pytest.mark.parametrize("count", [1, 9, 10, 11, 1_000])
@pytest.mark.parametrize("value", [b"[]", b"1", b'",,,"', b'{"a":[]}'])
def test_the_bound_is_where_it_is_said_to_be(count: int, value: bytes) -> None:
    """Read up to it, and not beyond."""
    text = b"[" + b",".join([value] * count) + b"]"
    held = values_in(json.loads(text))
    assert load_json(text, held + count) == json.loads(text)
    if len(text) >= 2 * (held // 2):
        with pytest.raises(TooManyValuesError, match=f"^holds more than {held // 2:,} values$"):
            load_json(text, held // 2)


def test_a_text_is_looked_at_as_it_grows() -> None:
    """Each part once."""
    count, text = ValueCount(1_000), bytearray(b"[")
    for _ in range(998):
        text += b'" ,[{\\" ",'
        count.look(text)
    text += b"1,1,1"
    with pytest.raises(TooManyValuesError):
        count.look(text)


@pytest.mark.parametrize("note", ["0" * 20 + "x", "e-000 ", "0" * 1_000, "1.", "-", '"', "\\", ","])
def test_what_somebody_wrote_takes_no_longer_than_other_texts(note: str) -> None:
    """Digits without end were looked at one by one, for minutes where others took a second."""

    def took(text: bytes) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            load_json(text, 1_000)
            times.append(time.perf_counter() - start)
        return min(times)

    size = 3_000_000
    letters = orjson.dumps({"note": "x" * size})
    assert took(orjson.dumps({"note": note * (size // len(note))})) < 40 * took(letters)
