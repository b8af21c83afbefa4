"""A file without a name: nobody else opens it, and nothing of it is left when its process ends."""

import mmap
import os
import tempfile
import weakref

_WRITTEN_AT_ONCE = 1024 * 1024


class BodyFile:
    """Made when something is written to it, and closed when nobody has it any more."""

    def __init__(self) -> None:
        self._descriptor = -1

    @property
    def is_there(self) -> bool:
        """Whether something was written."""
        return self._descriptor >= 0

    def write(self, part: bytes | bytearray) -> None:
        """Add to it. Raises `OSError`."""
        if not self.is_there:
            with tempfile.TemporaryFile() as file:
                self._descriptor = os.dup(file.fileno())
            weakref.finalize(self, os.close, self._descriptor)
        left = memoryview(part)
        while left:
            left = left[os.write(self._descriptor, left[:_WRITTEN_AT_ONCE]) :]

    def read(self) -> bytes:
        """All of it. Raises `OSError`."""
        if not os.fstat(self._descriptor).st_size:
            return b""
        with self.mapped() as all_of_it:
            return all_of_it[:]

    def mapped(self) -> mmap.mmap:
        """What was written, and not nothing, as if it were in memory. Raises `OSError`."""
        return mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)
