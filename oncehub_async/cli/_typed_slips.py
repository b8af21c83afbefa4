"""What was typed and is no usage of any command: empty words, parts of numbers, what is missing."""

import re
from collections.abc import Sequence
from typing import Any, get_args

from cyclopts import (
    Argument,
    CycloptsError,
    MissingArgumentError,
    Token,
    UnusedCliTokensError,
    convert,
)

from ..errors import InvalidParameterError

_EMPTY_FIELDS = "link"
"""A link can blank out a field that stands on it: `--name ""`."""
_MAY_BE_EMPTY = (("listen", "--path"),)
"""Where a receiver answers at the top of a host."""


def refuse_empty(arguments: Sequence[str]) -> None:
    """Raises `InvalidParameterError` for an empty word, such as a variable's that isn't set.

    As a path it would mean the current folder.
    """
    command = arguments[0] if arguments else ""
    if command == _EMPTY_FIELDS:
        return
    for place, word in enumerate(arguments):
        option, equals, value = word.partition("=")
        if not (option.startswith("--") and equals):
            before = arguments[place - 1] if place else ""
            option, value = before if re.match(r"--?[A-Za-z]", before) else "", word
        if (command, option) not in _MAY_BE_EMPTY:
            _refuse_blank(value, option)


def _refuse_blank(value: str, option: str) -> None:
    if not value.strip():
        what = option or "an argument"
        raise InvalidParameterError(what, "is empty; is a variable in it not set?")


def converted(kind: Any, words: Sequence[Token]) -> Any:
    """A typed word as a command's parameter; a whole number isn't made of 1.5 without a word."""
    if int in (kind, *get_args(kind)):
        for word in words:
            if not re.fullmatch(r"[+-]?[0-9_]+", word.value):
                raise ValueError(f"expected a whole number, got '{word.value}'")
    return convert(kind, words)


def usage_line(error: CycloptsError, arguments: Sequence[str]) -> str:
    """What is wrong with how a command was typed, and where it is told how to type it."""
    help_ = " ".join(("oncehub", *(error.command_chain or ()), "--help"))
    return f"{_told(error, arguments)} ({help_} shows what there is)"


def _told(error: CycloptsError, arguments: Sequence[str]) -> str:
    if isinstance(error, UnusedCliTokensError):
        # What was typed by mistake can be a key.
        return "there are more arguments than the command takes"
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        return _missing(error.argument, error.keyword, arguments)
    return " ".join(str(error).split())


def _missing(argument: Argument, keyword: str | None, arguments: Sequence[str]) -> str:
    if keyword is None:
        field = argument.field_info
        is_option = field.kind is field.KEYWORD_ONLY
        return f"{argument.name if is_option else field.name.upper()}: is missing"
    after = arguments.index(keyword) + 1 if keyword in arguments else len(arguments)
    told = f"{keyword}: needs a value behind it"
    return f"{told}, and none that begins with -" if after < len(arguments) else told
