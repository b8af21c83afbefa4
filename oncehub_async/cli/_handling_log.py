"""What a handler wrote down while its process was killed, and what was run again."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from ..webhooks import Selection, State, opened_inbox

_UNFINISHED = (State.PENDING, State.RUNNING, State.FAILED)
_SECONDS_BETWEEN_LOOKS = 0.2


class Line(NamedTuple):
    """`word` is "began", "failed" or "ended"; `process` is the id of the one in which it was."""

    word: str
    event: str
    process: str


def read_lines(path: Path, start: int = 0, end: int | None = None) -> list[Line]:
    """What was written between two places in the file."""
    with path.open("rb") as file:
        file.seek(start)
        text = file.read() if end is None else file.read(end - start)
    return [Line(*line.split()) for line in text.decode().splitlines()]


def running(lines: Iterable[Line]) -> set[str]:
    """Events whose handler ran, or had ended a moment before it could be marked done."""
    last = {line.event: line.word for line in lines}
    return {event for event, word in last.items() if word in ("began", "ended")}


def begun_though_done(lines: Iterable[Line], done: Collection[str]) -> set[str]:
    """Events that began after they were marked done."""
    return {line.event for line in lines if line.word == "began" and line.event in done}


def begun_again(lines: Iterable[Line]) -> Counter[str]:
    """How often events began again that had ended, in whichever process.

    Tries that follow a run which began so, and failed, are not counted as well.
    """
    ended: set[str] = set()
    again: Counter[str] = Counter()
    for line in lines:
        if line.word == "ended":
            ended.add(line.event)
        elif line.word == "began" and line.event in ended:
            again[line.event] += 1
            ended.discard(line.event)
    return again


def begun_again_in_one_life(lines: Iterable[Line]) -> set[str]:
    """Events that began again in the process in which they had ended: no kill excuses that."""
    ended: set[tuple[str, str]] = set()
    again: set[str] = set()
    for word, event, process in lines:
        if word == "ended":
            ended.add((event, process))
        elif word == "began" and (event, process) in ended:
            again.add(event)
    return again


def out_of_order(lines: Iterable[Line], pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Events that began before the last word on one that was there first: `pairs` of that and it.

    That one's handler may fail, be killed and run again: the other waits for it all the same.
    """
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for place, line in enumerate(lines):
        first.setdefault(line.event, place)
        last[line.event] = place
    return {
        after
        for before, after in pairs
        if before in last and after in first and first[after] < last[before]
    }


async def done_in(place: str | Path, events: Collection[str] | None = None) -> set[str]:
    """The events, or those of these, that an inbox (a file, or a URL) calls done."""
    async with opened_inbox(place) as inbox:
        done = await inbox.entries(Selection(states=[State.DONE], events=events))
    return {entry.event_id for entry in done}


async def wait_until_finished(
    place: str | Path, seconds: float, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> bool:
    """Wait until an inbox holds nothing unfinished, `seconds` at most; whether it came to that."""
    for _ in range(int(seconds / _SECONDS_BETWEEN_LOOKS)):
        async with opened_inbox(place) as inbox:
            counts = await inbox.counts()
        if not any(counts.get(state, 0) for state in _UNFINISHED):
            return True
        await sleep(_SECONDS_BETWEEN_LOOKS)
    return False
