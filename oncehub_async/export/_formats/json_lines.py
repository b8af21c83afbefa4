"""Objects as lines of JSON."""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from ..._ground import MOST_VALUES, TooManyValuesError, dump_json, load_json
from .compressed import BrokenFileError, lines_of


def line(data: Mapping[str, Any]) -> bytes:
    """The line of an object."""
    return dump_json(data) + b"\n"


def read_lines(text: BinaryIO) -> Iterator[dict[str, Any]]:
    """The objects in a file. Raises `BrokenFileError`."""
    for number, each in enumerate(lines_of(text), start=1):
        if not each.endswith(b"\n"):
            raise BrokenFileError(f"line {number} is cut short")
        try:
            data = load_json(each, MOST_VALUES)
        except TooManyValuesError as excess:
            raise BrokenFileError(f"line {number} {excess}") from None
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise BrokenFileError(f"line {number} is not a JSON object")
        yield data


def count_lines(text: BinaryIO) -> int:
    """How many objects there are in a file. Raises `BrokenFileError`."""
    return sum(1 for _ in read_lines(text))
