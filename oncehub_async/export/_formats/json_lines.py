"""Objects as lines of JSON."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from ..._ground import dump_json, load_json
from .compressed import BrokenFileError


def line(data: Mapping[str, Any]) -> bytes:
    """The line of an object."""
    return dump_json(data) + b"\n"


def count_lines(text: BinaryIO) -> int:
    """How many objects there are in a file. Raises `BrokenFileError`."""
    count = 0
    for each in text:
        count += 1
        if not each.endswith(b"\n"):
            raise BrokenFileError(f"line {count} is cut short")
        try:
            is_object = isinstance(load_json(each), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise BrokenFileError(f"line {count} is not a JSON object")
    return count
