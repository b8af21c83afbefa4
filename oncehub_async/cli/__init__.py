"""The command line, `oncehub`. It needs the extra `cli`; the library doesn't."""

import sys
from collections.abc import Sequence

COMPLETE = 0
FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    try:
        from ._app import run
    except ModuleNotFoundError as error:
        if error.name not in ("cyclopts", "rich"):
            raise
        print(
            "oncehub: the command line needs more packages: pip install 'oncehub-async[cli]'",
            file=sys.stderr,
        )
        return WRONG_USAGE
    return run(sys.argv[1:] if arguments is None else arguments)
