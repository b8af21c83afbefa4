"""What was typed wrongly, told in the command line's words.

Some is no usage of any command: empty words, parts of numbers, what is missing. What the library
refuses is told with the options' names: `--out` where Python says `out=`.
"""

import inspect
import re
from collections.abc import Sequence
from typing import Any, get_args

from cyclopts import (
    App,
    Argument,
    CycloptsError,
    MissingArgumentError,
    Token,
    UnusedCliTokensError,
    convert,
)

from ..errors import ConfigurationError, InvalidParameterError

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


_OWN = {
    "resource": "RESOURCES",
    "report": "NAME",
    "api_key": "ONCEHUB_API_KEY",
    "budget": "ONCEHUB_BUDGET",
    "records": "--database",
    "signing_secret": "--secret-file",
    "duration_minutes": "--duration",
    "co_hosts": "--co-host",
    "guests": "--guest",
}
"""Parameters of Python that stand for something else on every command line."""
_BARE = ("since", "until")
_OF_A_FIELD = re.compile(r"(?:questions|fields)\.")
_CLASSES = re.compile(
    r"; use (Booking|Classic|Calendar|RoutingForm|Chatbot)(?:Link|Embed)(?: for it)?"
)
_NO_KEY = re.compile(r"no API key; pass .* or set (\w+)")


def told_in_options(
    error: ConfigurationError | InvalidParameterError, app: App, arguments: Sequence[str]
) -> str:
    """What an error says, in terms of the command that was called."""
    names = _names(app, arguments)
    param, colon, text = str(error).partition(": ")
    text = re.sub(r"\butm=UtmParams\((\w+)=\.\.\.\)", r"--utm-\1", text)
    if colon and _OF_A_FIELD.match(param):
        return f"--field: {text}"
    if not colon or not re.fullmatch(r"\w+", param):
        param, text = "", str(error)
    text = _CLASSES.sub(
        lambda m: f"; {'add' if m[1] == 'Classic' else 'leave out'} --classic", text
    )
    text = _NO_KEY.sub(r"no API key is set: export \1=...", text)
    text = re.sub(r" \((\w+)=True\)", lambda m: "" if m[1] in names else m[0], text)
    text = re.sub(
        r"\b(\w+)=True\b|\b(\w+)(?==\.\.\.)",
        lambda m: names.get(m[1] or m[2], m[0]),
        text,
    )
    text = re.sub(
        r"\b(\w+)='([^']*)'", lambda m: f"{names[m[1]]} {m[2]}" if m[1] in names else m[0], text
    )
    for bare in _BARE:
        if bare in names:
            text = re.sub(rf"(?<![-\w]){bare}\b(?! it| you| OnceHub)", names[bare], text)
    return f"{names.get(param, _OWN.get(param, param))}: {text}" if param else text


def _names(app: App, arguments: Sequence[str]) -> dict[str, str]:
    """How each parameter of the command reads on its line."""
    try:
        command = app.parse_commands(list(arguments))[1][-1].default_command
    except (CycloptsError, KeyError):
        return {}
    if command is None:
        return {}
    return {
        name: f"--{name.replace('_', '-')}"
        if each.kind is inspect.Parameter.KEYWORD_ONLY
        else name.upper()
        for name, each in inspect.signature(command).parameters.items()
    }
