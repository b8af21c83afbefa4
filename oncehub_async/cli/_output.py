"""What the commands print, and how numbers and times read.

Everything that a command prints goes through here, and is made `printable` here: what it says of
people, services and errors was written by others.
"""

import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from shutil import get_terminal_size
from textwrap import fill
from typing import TextIO

from rich.console import Console

from .._ground import dump_json, printable, printable_json

_NARROWEST = 20


class NobodyReads(Exception):
    """The reader of the result has gone, as `head` does when it has enough."""


def say(*lines: str) -> None:
    """Lines of the result. A line feed inside one is shown as its escape: it forges no other."""
    _write(sys.stdout, _lines(sys.stdout, lines))


def say_block(text: str) -> None:
    """A text of several lines that others wrote, set in so that it is taken for nothing else."""
    say(*(f"  {line}" for line in text.split("\n")))


def say_document(text: str) -> None:
    """A result of several lines that is to be copied or put into a file, such as HTML."""
    _write(sys.stdout, f"{printable(text, keep=chr(10) + chr(9))}\n")


def say_drawn(text: str) -> None:
    """What rich has drawn of `printable` texts, with escape sequences of its own."""
    _write(sys.stdout, text)


def note(*lines: str) -> None:
    """Lines about the work, beside the result; nobody has to read them."""
    with suppress(NobodyReads, OSError):
        _write(sys.stderr, _lines(sys.stderr, lines))


def complain(text: str) -> None:
    """What went wrong, in one line."""
    note(f"oncehub: {text}")


def say_json(data: object) -> None:
    """The result as JSON."""
    text = dump_json(data, indent=True).decode()
    # Its line feeds are ours: in JSON's texts they stand as escapes.
    _write(sys.stdout, f"{printable_json(text, encoding_of(sys.stdout))}\n")


def say_json_line(data: object) -> None:
    """A part of the result as JSON, in one line."""
    say_document(json_line(dump_json(data)))


def json_line(data: bytes) -> str:
    """Somebody's JSON text in one line."""
    text = data.decode(errors="replace").replace("\n", " ")
    return printable_json(text, encoding_of(sys.stdout))


def _lines(stream: TextIO | None, lines: Iterable[str]) -> str:
    return "".join(f"{_wrapped(stream, printable(line))}\n" for line in lines)


def _wrapped(stream: TextIO | None, line: str) -> str:
    """A line as a terminal has room for it, between words; programs get it in one."""
    if stream is None or not stream.isatty():
        return line
    width = max(_NARROWEST, get_terminal_size().columns)
    if len(line) <= width:
        return line
    indent = " " * min(len(line) - len(line.lstrip()) + 2, _NARROWEST // 2)
    return fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def encoding_of(stream: TextIO | None) -> str:
    """How a stream encodes what is written to it."""
    return getattr(stream, "encoding", None) or "utf-8"


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # it was closed before the program began
        return
    try:
        stream.write(text)
        stream.flush()
    except UnicodeEncodeError:  # somebody's own stream; ours are set up by `terminal`
        encoding = encoding_of(stream)
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        _leave_pipe(stream)
        raise NobodyReads from None
    except OSError as error:  # the disk is full
        _leave_pipe(stream)
        raise OSError(error.errno, error.strerror, "what is printed can't be written") from None


class HelpConsole(Console):
    """What help is printed to; rich would end the program by itself, with another exit code."""

    def on_broken_pipe(self) -> None:
        """Tell it as all commands do."""
        _leave_pipe(sys.stdout)
        raise NobodyReads


def drop_unwritten() -> None:
    """Let go of what can't be written, which Python would try once more, and fail, at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            _leave_pipe(stream)
        except ValueError:
            pass  # somebody has closed it


def _leave_pipe(stream: TextIO) -> None:
    """What is still in the stream's buffer goes nowhere, instead of failing again at the end."""
    with suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


@contextmanager
def terminal() -> Iterator[None]:
    """Output as terminals and pipes can take it, whatever they are, while a command runs.

    What can't be encoded is escaped; warnings of the library and of others are made printable.
    """
    streams = [each for each in (sys.stdout, sys.stderr) if isinstance(each, TextIOWrapper)]
    handlings = [each.errors for each in streams]
    for each in streams:
        each.reconfigure(errors="backslashreplace")
    root = logging.getLogger()
    handler = _Notes(logging.WARNING)
    is_free = not root.handlers
    if is_free:
        root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for each, errors in zip(streams, handlings, strict=True):
            with suppress(ValueError):  # closed by now
                each.reconfigure(errors=errors)


class _Notes(logging.Handler):
    """What is logged, beside the result; once also what to do about 429s."""

    _said_how_to_share = False

    def emit(self, record: logging.LogRecord) -> None:
        first, *more = self.format(record).split("\n")
        note(first, *(f"  {line}" for line in more))
        if getattr(record, "status", None) == _REFUSED and not self._said_how_to_share:
            self._said_how_to_share = True
            note(f"  {_WITH_BUDGET if 'ONCEHUB_BUDGET' in os.environ else _WITHOUT_BUDGET}")


_REFUSED = 429
_WITHOUT_BUDGET = (
    "another program seems to use this account, or did so minutes ago; programs with the same "
    "ONCEHUB_BUDGET (the path of a file, or a redis:// URL) share its limits"
)
_WITH_BUDGET = (
    "another program seems to use this account without this ONCEHUB_BUDGET; with it they would "
    "share its limits"
)


def span(seconds: float) -> str:
    """A length of time: "12 s", "4 min 05 s", "2 h 10 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def several(count: int, noun: str) -> str:
    """A number with its noun: "1 page", "1,200 pages"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
