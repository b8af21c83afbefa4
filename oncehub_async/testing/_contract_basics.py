"""What the tests of an inbox's contract are made of."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from ..webhooks import Claim, Inbox, Outcome, State, StoredEvent

C = TypeVar("C")

MakeInbox = Callable[[], Inbox]
"""Gives an inbox, not opened yet; each of them on what the others of the same test keep."""

DONE = Outcome(state=State.DONE)
BOTH = ("first", "second")


class Inboxes:
    """Opens inboxes for a test, and closes them after it."""

    def __init__(self, make: MakeInbox) -> None:
        self._make = make
        self._open: list[Inbox] = []

    async def open(self) -> Inbox:
        """One more."""
        inbox = self._make()
        await inbox.open()
        self._open.append(inbox)
        return inbox

    async def another_life(self, inbox: Inbox) -> Inbox:
        """Close it, and open it again."""
        await inbox.close()
        await inbox.open()
        return inbox

    async def close(self) -> None:
        """Close all, a second time those that are closed."""
        for inbox in self._open:
            await inbox.close()


def in_a_loop(
    test: Callable[[C, Inboxes], Awaitable[None]],
) -> Callable[[C, MakeInbox], None]:
    """Run a test on an event loop of its own, whatever plugins there are."""

    def run(self: C, make_inbox: MakeInbox) -> None:
        async def main() -> None:
            inboxes = Inboxes(make_inbox)
            try:
                await test(self, inboxes)
            finally:
                await inboxes.close()

        asyncio.run(main())

    run.__name__, run.__doc__ = getattr(test, "__name__", ""), test.__doc__
    return run


def an_event(
    id: str,
    subject: str = "",
    at: float = 0.0,
    received: float = 0.0,
    type: str = "booking.scheduled",
) -> StoredEvent:
    """An event, of a subject of its own if none is named."""
    return StoredEvent(
        id=id,
        type=type,
        subject=subject or id,
        creation_time=at,
        received=received,
        body=b'{"id":"%s"}' % id.encode(),
    )


def claimed(claims: Sequence[Claim]) -> list[tuple[str, list[str]]]:
    """The events and handlers of what was claimed."""
    return [(claim.event.id, [work.handler for work in claim.work]) for claim in claims]


async def finish(inbox: Inbox, claims: Sequence[Claim], outcome: Outcome = DONE) -> None:
    """Settle all that was claimed."""
    for claim in claims:
        for work in claim.work:
            assert await inbox.settle(work, outcome, 0.0)
