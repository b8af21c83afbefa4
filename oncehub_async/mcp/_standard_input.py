"""Lines of the standard input, for which a wait can be given up."""

import asyncio
import os
import sys
import threading
from contextlib import suppress
from typing import BinaryIO

from ..errors import ConfigurationError


class StandardInput:
    """What an agent writes, line after line, as the server of the package `mcp` asks for it.

    That package's own reader waits in a thread that nothing ends but a line: Ctrl-C, too, would
    wait for it. These threads are left behind instead, and end with the program. Each reads one
    line, so that nobody can write more than the server takes.
    """

    def __init__(self) -> None:
        if sys.stdin is None or sys.stdin.closed:
            raise ConfigurationError("the standard input is closed, and agents write to it")
        # A file of its own: Python closes sys.stdin at its end, and would fail on one being read.
        self._file = os.fdopen(os.dup(sys.stdin.fileno()), "rb")

    def __aiter__(self) -> "StandardInput":
        return self

    async def __anext__(self) -> str:
        line: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        threading.Thread(target=_read_line, args=(self._file, line), daemon=True).start()
        text = (await line).decode(errors="replace")
        if not text:
            raise StopAsyncIteration
        return text


def _read_line(file: BinaryIO, line: "asyncio.Future[bytes]") -> None:
    try:
        text = file.readline()
    except OSError:  # the terminal is gone: nobody writes any more
        text = b""
    # Closed by the thread that reads: any other one would wait for it.
    if not text or line.done():
        file.close()
    with suppress(RuntimeError):  # the program has gone on without it, and has no loop any more
        line.get_loop().call_soon_threadsafe(_tell, line, text)


def _tell(line: "asyncio.Future[bytes]", text: bytes) -> None:
    if not line.done():
        line.set_result(text)
