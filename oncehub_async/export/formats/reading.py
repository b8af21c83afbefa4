"""What can be wrong with a file that is read back."""

from collections.abc import Iterator
from contextlib import contextmanager

from ...errors import OnceHubError


class BrokenFileError(OnceHubError, ValueError):
    """A file is not what was written: cut short, damaged, or of another format or resource.

    The text tells where, and shows nothing of the data.
    """


@contextmanager
def broken_by(*errors: type[Exception]) -> Iterator[None]:
    """Make one error of those that libraries raise for a damaged file."""
    try:
        yield
    except BrokenFileError:
        raise
    except errors as error:
        # A disk that can't be read gives an OSError with a number; a damaged file none.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        text = "is cut short" if isinstance(error, EOFError) else "is damaged"
        raise BrokenFileError(f"the file {text}") from error
