"""The log of the library: its lines show what others wrote as `printable` does."""

import logging
from collections.abc import Mapping

from .._printable import printable

_NAMES = ("oncehub_async", "oncehub_async.webhooks", "oncehub_async.simulator")


def _make_printable(record: logging.LogRecord) -> bool:
    """A filter that lets every record through, once its arguments can be shown.

    The message stays, for tools count by it; what is ours in it may have several lines.
    """
    if isinstance(record.args, Mapping):
        record.args = {name: _shown(value) for name, value in record.args.items()}
    elif record.args:
        record.args = tuple(map(_shown, record.args))
    if record.exc_info and not record.exc_text:
        # Handlers print this where it is set; the error itself stays for those that look at it.
        text = logging.Formatter().formatException(record.exc_info)
        record.exc_text = printable(text, keep="\n")
    return True


def _shown(value: object) -> object:
    return value if isinstance(value, int | float) else printable(str(value), keep=_kept(value))


def fields(**values: object) -> dict[str, object]:
    """What a record tells beside its line, for those who log JSON: `extra=fields(event_id=...)`.

    The same thing has the same name everywhere; docs/webhooks.md lists them. Nothing about people
    is among them. What is None is left out.
    """
    return {name: _shown(value) for name, value in values.items() if value is not None}


class Lines(str):
    """A text of ours with several lines, which a log shows as they are."""

    __slots__ = ()


def _kept(value: object) -> str:
    return "\n" if isinstance(value, Lines) else ""


# A logger's filters see its own records only, not those of the loggers below it.
for _name in _NAMES:
    logging.getLogger(_name).addFilter(_make_printable)

logger = logging.getLogger(_NAMES[0])
