"""Lines printed while something else goes on that must not wait for whoever reads them."""

import asyncio
import os
import queue
import sys
import threading

from .._ground import printable
from ._output import encoding_of, note


class LiveOutput:
    """Prints in a thread of its own, so that a reader who stops holds up nothing else.

    Not in asyncio's threads: those are waited for at the end of the program, and others need them.
    """

    def __init__(self) -> None:
        self._has_reader = True
        self._lines: queue.SimpleQueue[tuple[bytes, asyncio.Future[None]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    async def say(self, text: str) -> None:
        """Print a line; nothing, once nobody reads any more.

        Cancelled while it is being written, it is written all the same.
        """
        if not self._has_reader:
            return
        if sys.stdout is None:  # it was closed before the program began
            self._lose_reader()
            return
        if self._thread is None:
            # Past sys.stdout, whose lock a thread that waits would hold at the program's end.
            self._thread = threading.Thread(
                target=self._print, args=(sys.stdout.fileno(),), name="oncehub-output", daemon=True
            )
            self._thread.start()
        printed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line = f"{printable(text)}\n".encode(encoding_of(sys.stdout), "backslashreplace")
        self._lines.put((line, printed))
        try:
            await printed
        except BrokenPipeError:
            self._lose_reader()

    def _lose_reader(self) -> None:
        if self._has_reader:
            self._has_reader = False
            note("Nobody reads what is printed any more; events are kept all the same.")

    def _print(self, output: int) -> None:
        is_whole = True
        while True:
            line, printed = self._lines.get()
            if printed.cancelled():
                continue
            error: OSError | None = None
            # What a full disk broke off stays a line of its own.
            left = line if is_whole else b"\n" + line
            try:
                while left:
                    written = os.write(output, left)
                    is_whole = left[:written].endswith(b"\n") if written else is_whole
                    left = left[written:]
            except OSError as failure:
                error = failure
            try:
                printed.get_loop().call_soon_threadsafe(_tell, printed, error)
            except RuntimeError:  # the loop was closed under it
                return


def _tell(printed: "asyncio.Future[None]", error: OSError | None) -> None:
    if printed.done():
        return
    if error is None:
        printed.set_result(None)
    else:
        printed.set_exception(error)
