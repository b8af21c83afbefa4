"""The command line, `oncehub`. It needs the extra `cli`; the library doesn't."""

import sys as _sys
from collections.abc import Sequence as _Sequence

__all__ = [
    "COMPLETE",
    "FAILED",
    "INTERRUPTED",
    "NOT_THERE",
    "READER_GONE",
    "SILENT",
    "WRONG_USAGE",
    "main",
]

COMPLETE = 0
FAILED = 1
WRONG_USAGE = 2
NOT_THERE = 3
"""What was named is not there, or needs nothing done to it; what else was named was done."""
SILENT = 4
"""OnceHub's events don't come."""
INTERRUPTED = 130
READER_GONE = 141
"""Whoever read the output has stopped, as `head` does; as if by SIGPIPE, as is the custom."""


def main(arguments: _Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    try:
        from ._app import run
    except ModuleNotFoundError as error:
        if error.name not in ("cyclopts", "rich"):
            raise
        print(
            "oncehub: the command line needs more packages: pip install 'oncehub-async[cli]'",
            file=_sys.stderr,
        )
        return WRONG_USAGE
    return run(_sys.argv[1:] if arguments is None else arguments)
