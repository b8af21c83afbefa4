"""JSON text, read and written without loss.

orjson does nearly all of it. It turns integers beyond 64 bits into floats and refuses halves of
surrogate pairs (a text that was cut in the middle of an emoji), so that those rare texts go to the
standard library's slower module.
"""

import json
import re
from typing import Any, NoReturn

import orjson

_LONG_INTEGER = re.compile(rb"[\s:,\[]-?\d{19,}[\s,\]}]")
# That search takes three times as long as all of orjson's work. This one, on a text in which all
# digits look alike and so does what stands between values, takes a third of it and finds the same
# places, and rarely others.
_ALIKE = bytes.maketrans(b"123456789" + b" \t\r\n,[-", b"0" * 9 + b":" * 7)
_NINETEEN_DIGITS = b":" + b"0" * 19


def load_json(text: bytes) -> Any:
    """The data in a JSON text. Raises `ValueError`."""
    if not _has_long_integer(text):
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            if b"\\ud" not in text.lower():
                raise
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _has_long_integer(text: bytes) -> bool:
    return _NINETEEN_DIGITS in text.translate(_ALIKE) and _LONG_INTEGER.search(text) is not None


def dump_json(data: Any) -> bytes:
    """The JSON text of data, in UTF-8. Raises `TypeError` for what JSON can't express."""
    try:
        return orjson.dumps(data)
    except orjson.JSONEncodeError:
        return json.dumps(data, separators=(",", ":"), allow_nan=False).encode()


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
