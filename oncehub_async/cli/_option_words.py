"""Errors in the command line's words: `--out` where Python says `out=`."""

import inspect
import re
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from ..errors import ConfigurationError, InvalidParameterError

_OWN = {
    "resource": "RESOURCES",
    "report": "NAME",
    "api_key": "ONCEHUB_API_KEY",
    "budget": "ONCEHUB_BUDGET",
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
