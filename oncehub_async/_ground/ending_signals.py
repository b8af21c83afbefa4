"""Signals that ask a program to end: Ctrl-C's, and a service manager's."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def on_ending_signals(call: Callable[[], object]) -> Iterator[None]:
    """Have SIGINT and SIGTERM call it instead of ending the process.

    They reach the main thread only; in another one a cancellation ends what runs. Loops of Windows
    take no handlers: Ctrl-C interrupts there as ever.
    """
    is_told = sys.platform != "win32" and threading.current_thread() is threading.main_thread()
    caught = (signal.SIGTERM, signal.SIGINT) if is_told else ()
    loop = asyncio.get_running_loop()
    for each in caught:
        loop.add_signal_handler(each, call)
    try:
        yield
    finally:
        for each in caught:
            loop.remove_signal_handler(each)
