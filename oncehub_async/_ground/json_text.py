"""The one way in and out of JSON text, without loss.

orjson does nearly all of it. What it would round, cut or refuse goes to slower functions:

- integers beyond 64 bits, and decimals that no float is equal to (1.0000000000000000001, 1e400).
  The latter become `decimal.Decimal`, and are written in their digits again;
- halves of surrogate pairs, from texts that were cut in the middle of an emoji;
- a byte order mark before the text.

NaN and infinity are no JSON, neither read nor written. Of a name that an object has twice the last
value counts. What JSON doesn't tell apart may come out otherwise than it came in: spaces, the
spelling of numbers (1.50, 15e-1) and of characters ("\\u00e9").
"""

import json
import math
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NoReturn

import orjson

from .outside_quotes import PIECE, OutsideQuotes

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# To search a text for such numbers takes three times as long as all of orjson's work. Looking at
# every fourth character, in a copy in which all digits look alike, finds those of 16 digits and
# more in a fraction of it, and few other places; fewer digits are exact in a float. What is too
# small for a float has an exponent with a minus. 1e400 orjson refuses by itself.
_ALIKE = bytes.maketrans(b"123456789.", b"0" * 10)
_EVERY, _IN_A_ROW = 4, b"0000"
_LONG_NUMBER = re.compile(rb"[\s:,\[-](?:\d{19,}|\d+(?:\.\d+)?[eE][+-]?\d+|\d+\.\d+)(?=[\s,\]}])")
_MINUS_IN_EXPONENT = re.compile(rb"-(?<=e-|E-)\d{3}")
_TINY_NUMBER = re.compile(rb"(?:\A|[\s:,\[-])[\d.]+[eE]-")
_LONGEST_SHORT = 16
_LONGEST_EXPONENT = 40
_DIGITS = re.compile(_IN_A_ROW + b"0*")
_MANY_LOOKS = 10_000
"""After so many the slower reader is the quicker way: somebody's text is all digits."""
_BEGIN_A_NUMBER = frozenset({b"-", *(b"%d" % digit for digit in range(10))})
_MOST_DIGITS = 4_000
"""Of an int. Python refuses to read and write integers of more than 4,300 digits."""


MOST_VALUES = 250_000
"""In what comes from elsewhere, be it an answer, a delivery or a line of a file: a page of 100
expanded bookings of the simulator has 9,300."""


_SIGNS = b",[{"
_SIGNS_APART = [b"%c" % sign for sign in _SIGNS]


class TooManyValuesError(ValueError):
    """More than any page or line holds."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    def __str__(self) -> str:
        return f"holds more than {self.most:,} values"


class ValueCount:
    """Watches a JSON text as it comes: it never holds more values than are counted.

    Two bytes, [], become sixty, and a few kilobytes can unpack to any number of them. What is in
    texts doesn't count: a guest's note may be nothing but commas.
    """

    def __init__(self, most: int = MOST_VALUES) -> None:
        self._most = most
        self._signs = OutsideQuotes(_SIGNS, with_escapes=True)
        self._seen = self._looked = self._at_most = 0

    def look(self, text: bytes | bytearray) -> None:
        """Look at what has come since. Raises `TooManyValuesError`."""
        if len(text) < 2 * self._most:  # as nearly all are: no room for as many
            return
        # Wherever they stand: a long text of letters, quotes or backslashes has few of them.
        for start in range(self._seen, len(text), PIECE):
            piece = bytes(text[start : start + PIECE])
            self._at_most += sum(map(piece.count, _SIGNS_APART))
        self._seen = len(text)
        if self._at_most < self._most:
            return
        for start in range(self._looked, len(text), PIECE):
            if self._signs.add(bytes(text[start : start + PIECE])) >= self._most:
                raise TooManyValuesError(self._most)
        self._looked = len(text)


def load_json(text: bytes | str, most: int | None = None) -> Any:
    """The data in a JSON text.

    Raises `ValueError`; with `most`, `TooManyValuesError` before it takes the memory for more
    values than that.
    """
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogatepass")
    if most is not None:
        ValueCount(most).look(text)
    if text.startswith(_BYTE_ORDER_MARK):
        text = text[len(_BYTE_ORDER_MARK) :]
    if _orjson_rounds(text):
        return _load_exactly(text)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _load_exactly(text)


def dump_json(data: Any, *, indent: bool = False, sort: bool = False) -> bytes:
    """The JSON text of data that came from JSON, in UTF-8.

    Raises `TypeError` for what JSON can't express. Of what came from elsewhere, use
    `dump_any_json`: this one doesn't look for NaN.
    """
    options = (orjson.OPT_INDENT_2 if indent else 0) | (orjson.OPT_SORT_KEYS if sort else 0)
    try:
        return orjson.dumps(data, option=options or None)
    except (orjson.JSONEncodeError, RecursionError):
        return "".join(_written(data, indent=indent, sort=sort)).encode()


def dump_any_json(data: Any) -> bytes:
    """The JSON text of any data. Raises `TypeError` for what JSON can't express, NaN included."""
    text = dump_json(data)
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left.extend(value.values())
        elif isinstance(value, list | tuple):
            left.extend(value)
        elif type(value) not in _PLAIN:
            _scalar(value)  # orjson writes NaN as null, and knows more types than JSON does
    return text


_PLAIN = frozenset({str, int, bool, type(None)})


def repeats_names(text: bytes) -> bool:
    """Whether an object has a name twice, so that a value in it isn't read. True as well where it
    is too deep to tell. Raises `ValueError` for what is no JSON.
    """
    repeats = False

    def note(pairs: list[tuple[str, Any]]) -> None:
        nonlocal repeats
        repeats = repeats or len({name for name, _ in pairs}) < len(pairs)

    try:
        json.loads(text, object_pairs_hook=note)
    except RecursionError:
        return True
    return repeats


def _orjson_rounds(text: bytes) -> bool:
    """Whether there may be a number in it that orjson changes without saying so."""
    seen = text[::_EVERY].translate(_ALIKE)
    if text[:1] in _BEGIN_A_NUMBER or (_IN_A_ROW in seen and _has_long_number(text, seen)):
        return True
    return _MINUS_IN_EXPONENT.search(text) is not None and _has_tiny_number(text)


def _has_long_number(text: bytes, seen: bytes) -> bool:
    for looked, digits in enumerate(_DIGITS.finditer(seen)):
        # Several numbers can look like one, if what parts them falls between.
        start, end = max(0, (digits.start() - 1) * _EVERY), digits.end() * _EVERY
        if _LONG_NUMBER.search(text, start, end + _LONGEST_EXPONENT) or looked == _MANY_LOOKS:
            return True
    return False


def _has_tiny_number(text: bytes) -> bool:
    for looked, minus in enumerate(_MINUS_IN_EXPONENT.finditer(text)):
        end = minus.start() + 1
        found = _TINY_NUMBER.search(text, max(0, end - _LONGEST_SHORT - 3), end)
        if found or looked == _MANY_LOOKS:
            return True
    return False


def _load_exactly(text: bytes) -> Any:
    try:
        return json.loads(
            text.decode("utf-8", "surrogatepass"),
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_refuse,
        )
    except RecursionError:
        return orjson.loads(text)  # hundreds of lists within each other: better rounded than lost


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _MOST_DIGITS else Decimal(text)


def _decimal(text: str) -> float | Decimal:
    near = float(text)
    try:
        exact = Decimal(text)
    except InvalidOperation:
        raise ValueError("a number's exponent is beyond all that can be kept") from None
    return near if math.isfinite(near) and Decimal(repr(near)) == exact else exact


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_CLOSING = {"{": "}", "[": "]"}


def _written(data: Any, *, indent: bool = False, sort: bool = False) -> Iterator[str]:
    """The parts of the text. As deep as it may be: what orjson read can be deeper than a stack."""
    open_ones: dict[int, tuple[str, Iterator[Any]]] = {}
    named, value = "", data
    while True:
        yield named + (" " if indent and named else "")
        is_open = isinstance(value, dict | list | tuple) and bool(value)
        if is_open:
            if id(value) in open_ones:
                raise TypeError("JSON can't express what holds itself")
            bracket = "{" if isinstance(value, dict) else "["
            open_ones[id(value)] = (_CLOSING[bracket], _members(value, sort=sort))
            yield bracket
        else:
            yield _scalar(value)
        while open_ones:
            closing, members = open_ones[next(reversed(open_ones))]
            following = next(members, None)
            if following is not None:
                break
            open_ones.popitem()
            yield _new_line(len(open_ones), indent) + closing
            is_open = False
        else:
            return
        yield ("" if is_open else ",") + _new_line(len(open_ones), indent)
        named, value = following


def _new_line(depth: int, indent: bool) -> str:
    return "\n" + "  " * depth if indent else ""


def _members(value: Any, *, sort: bool) -> Iterator[tuple[str, Any]]:
    """What is in an object or array, with what is to be written before each."""
    if not isinstance(value, dict):
        return (("", each) for each in value)
    items = sorted(value.items()) if sort else value.items()
    return ((f"{_text(name)}:", each) for name, each in items)


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value)
        case int():
            return int.__repr__(value)
        case float() if math.isfinite(value):
            return float.__repr__(value)
        case Decimal() if value.is_finite():
            return str(value)
        case dict() | list() | tuple():
            return "{}" if isinstance(value, dict) else "[]"
    raise TypeError(f"JSON can't express this {type(value).__name__}")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("the names in a JSON object are texts")
    try:
        value.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair can only be written in its escaped form.
        return encode_basestring_ascii(value)
    return encode_basestring(value)
