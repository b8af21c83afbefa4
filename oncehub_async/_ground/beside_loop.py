"""What takes long with a large text is done in a thread, so that the event loop goes on."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

LARGE = 1024 * 1024
"""Bytes. A page of 100 expanded bookings has a third of that, and is read in two milliseconds: to
hand it over would take longer for nothing."""


async def off_loop(size: int, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work` gives, or raises: in a thread where it has a text of more than `LARGE` bytes.

    `size`: how many bytes it has.
    """
    if size <= LARGE:
        return work(*args, **kwargs)
    return await asyncio.to_thread(work, *args, **kwargs)
