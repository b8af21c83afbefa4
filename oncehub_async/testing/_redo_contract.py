"""What holds for every inbox: looking into it, doing work again, deleting it."""

from typing import Any

from ..webhooks import Inbox, Outcome, Selection, State, Work
from ._contract_basics import BOTH, DONE, Inboxes, an_event, claimed, finish, in_a_loop

FAILED = Outcome(state=State.FAILED, due=1e9, error="the CRM is down")
DEAD = Outcome(state=State.DEAD, error="never")


async def handle(inbox: Inbox, outcome: Outcome, *handlers: str, now: float = 0.0) -> None:
    """Claim all that is due, and settle it."""
    while claims := await inbox.claim(10, handlers, now):
        await finish(inbox, claims, outcome)


class _RedoContract:
    """What was done, failed or never given is done when somebody asks for it, and he knows."""

    @in_a_loop
    async def test_failed_work_is_due_now(self, inboxes: Inboxes) -> None:
        """Its failures counted anew; it may have been done in part, as before."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("h",))
        await handle(inbox, FAILED, "h")
        assert await inbox.redo(Selection(states=[State.DONE, State.DEAD]), 5.0) == 0
        assert await inbox.redo(Selection(states=[State.FAILED]), 5.0) == 1
        assert await inbox.claim(10, ("h",), 4.0) == []
        (claim,) = await inbox.claim(10, ("h",), 5.0)
        assert claim.work == (Work("E1", "h", 2, error="the CRM is down"),)

    @in_a_loop
    async def test_dead_and_done_work_is_done_again(self, inboxes: Inboxes) -> None:
        """As a replay, its attempts counted anew; and never by itself a third time."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("h",))
        await inbox.put(an_event("E2"), ("h",))
        (one, two) = await inbox.claim(10, ("h",), 0.0)
        await finish(inbox, [one])
        await finish(inbox, [two], DEAD)
        assert await inbox.redo(Selection(states=[State.DONE, State.DEAD]), 5.0) == 2
        assert await inbox.counts() == {State.PENDING: 2}
        claims = await inbox.claim(10, ("h",), 5.0)
        assert [claim.work for claim in claims] == [
            (Work("E1", "h", 1, replay=True),),
            (Work("E2", "h", 1, error="never", replay=True),),
        ]
        await finish(inbox, claims)
        assert await inbox.claim(10, ("h",), 1e9) == []
        assert await inbox.counts() == {State.DONE: 2}

    @in_a_loop
    async def test_a_replay_survives_failures_and_crashes(self, inboxes: Inboxes) -> None:
        """It stays one until it is done or dead."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("h",))
        await handle(inbox, DONE, "h")
        await inbox.redo(Selection(states=[State.DONE]), 0.0)
        (claim,) = await inbox.claim(10, ("h",), 0.0)
        await finish(inbox, [claim], FAILED)
        (claim,) = await inbox.claim(10, ("h",), 1e9)
        assert claim.work[0].replay
        inbox = await inboxes.another_life(inbox)
        (claim,) = await inbox.claim(10, ("h",), 1e9)
        assert (claim.work[0].replay, claim.work[0].attempt) == (True, 3)

    @in_a_loop
    async def test_an_old_event_knows_that_a_newer_one_was_handled(self, inboxes: Inboxes) -> None:
        """By the same handler; a replay, a dead letter, and one that comes late."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0), ("h", "other"))
        await handle(inbox, DEAD, "h")
        await inbox.put(an_event("E2", "B", at=2.0), ("h",))
        await inbox.put(an_event("E9", "elsewhere", at=9.0), ("h",))
        await handle(inbox, DONE, "h")
        await inbox.redo(Selection(states=[State.DEAD, State.DONE]), 0.0)
        await inbox.put(an_event("E0", "B", at=0.0), ("h",))
        known: dict[tuple[str, str], bool] = {}
        while claims := await inbox.claim(10, ("h", "other"), 0.0):
            known |= {
                (work.event_id, work.handler): work.superseded
                for claim in claims
                for work in claim.work
            }
            await finish(inbox, claims)
        assert known == {
            ("E0", "h"): True,
            ("E1", "h"): True,
            ("E1", "other"): False,
            ("E2", "h"): False,
            ("E9", "h"): False,
        }

    @in_a_loop
    async def test_of_the_same_moment_the_one_that_came_later_is_newer(
        self, inboxes: Inboxes
    ) -> None:
        """As in their order."""
        inbox = await inboxes.open()
        for name in ("E1", "E2"):
            await inbox.put(an_event(name, "B", at=1.0), ("h",))
        await handle(inbox, DONE, "h")
        await inbox.redo(Selection(states=[State.DONE]), 0.0)
        (claim,) = await inbox.claim(10, ("h",), 0.0)
        assert (claim.event.id, claim.work[0].superseded) == ("E1", True)
        await finish(inbox, [claim])
        (claim,) = await inbox.claim(10, ("h",), 0.0)
        assert (claim.event.id, claim.work[0].superseded) == ("E2", False)

    @in_a_loop
    async def test_that_a_newer_one_was_handled_is_known_when_it_is_forgotten(
        self, inboxes: Inboxes
    ) -> None:
        """A dead letter outlives what was done."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0, received=1e9), ("h",))
        await handle(inbox, DEAD, "h", now=1e9)
        await inbox.put(an_event("E2", "B", at=2.0, received=0.0), ("h",))
        await handle(inbox, DONE, "h", now=1e9)
        assert await inbox.forget(1.0, 1e9) == 1
        assert await inbox.event("E2") is None
        await inbox.redo(Selection(states=[State.DEAD]), 1e9)
        (claim,) = await inbox.claim(10, ("h",), 1e9)
        assert claim.work[0].superseded

    @in_a_loop
    async def test_a_handler_gets_what_it_never_got(self, inboxes: Inboxes) -> None:
        """Of the types that it asks for; in the order of the bookings; not what it had."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0), ("old", "new"))
        await inbox.put(an_event("E3", "B", at=3.0), ("old",))
        await inbox.put(an_event("E2", "B", at=2.0), ())
        await inbox.put(an_event("E4", "B", at=4.0, type="conversation.closed"), ("old",))
        await handle(inbox, DONE, "old", "new")
        past = Selection(handler="new", missing=True, types="booking")
        assert await inbox.tally(past) == {("new", None): 2}
        assert [(each.event_id, each.state) for each in await inbox.entries(past, 9)] == [
            ("E2", None),
            ("E3", None),
        ]
        assert await inbox.redo(past, 5.0) == 2
        assert await inbox.redo(past, 5.0) == 0
        seen = []
        while claims := await inbox.claim(10, ("old", "new"), 5.0):
            seen += claimed(claims)
            assert claims[0].work[0].replay
            await finish(inbox, claims)
        assert seen == [("E2", ["new"]), ("E3", ["new"])]

    @in_a_loop
    async def test_what_runs_is_left_alone(self, inboxes: Inboxes) -> None:
        """Whatever is selected."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("h",))
        (claim,) = await inbox.claim(10, ("h",), 0.0)
        everything = Selection(states=State)
        assert await inbox.redo(everything, 0.0) == 0
        assert await inbox.drop(everything) == 0
        assert await inbox.settle(claim.work[0], DONE, 0.0)

    @in_a_loop
    async def test_work_is_selected_by_all_that_is_said(self, inboxes: Inboxes) -> None:
        """Events, handlers, types and families of them, and when they were received."""
        inbox = await inboxes.open()
        kinds = ("booking.scheduled", "booking.canceled", "conversation.closed", "new.thing")
        for number, kind in enumerate(kinds):
            await inbox.put(an_event(f"E{number}", received=number, type=kind), BOTH)
        await handle(inbox, DONE, *BOTH)

        async def selected(**how: Any) -> str:
            selection = Selection(states=[State.DONE], handler="first", **how)
            found = await inbox.entries(selection, 9)
            assert sum((await inbox.tally(selection)).values()) == len(found)
            return " ".join(entry.event_id for entry in found)

        assert await selected() == "E3 E2 E1 E0"
        assert await selected(events=["E2", "E0", "E9"]) == "E2 E0"
        assert await selected(types=["booking", "new.thing"]) == "E3 E1 E0"
        assert await selected(types=["conversation.closed"]) == "E2"
        assert await selected(types=["*"]) == "E3 E2 E1 E0"
        assert await selected(types=["book", "new.thin", "new.thing.more"]) == ""
        assert await selected(since=1.0, until=3.0) == "E2 E1"
        assert await selected(since=1.0, types="booking", events=["E0", "E1"]) == "E1"
        assert len(await inbox.entries(Selection(states=[State.DONE]), 3)) == 3
        assert await inbox.tally(Selection(states=State)) == {
            (name, State.DONE): 4 for name in BOTH
        }
        assert await inbox.redo(Selection(states=State, handler="first", since=2.0), 0.0) == 2
        assert await inbox.waiting() == {"first": 2}

    @in_a_loop
    async def test_what_is_done_again_goes_before_what_happened_later(
        self, inboxes: Inboxes
    ) -> None:
        """Of the same booking and handler, if that has not been handled yet."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0), ("h",))
        await handle(inbox, DONE, "h")
        await inbox.put(an_event("E2", "B", at=2.0), ("h",))
        await inbox.redo(Selection(states=[State.DONE]), 5.0)
        seen = []
        while claims := await inbox.claim(10, ("h",), 5.0):
            seen += [(claim.event.id, claim.work[0].superseded) for claim in claims]
            await finish(inbox, claims)
        assert seen == [("E1", False), ("E2", False)]

    @in_a_loop
    async def test_dropped_work_holds_up_nothing(self, inboxes: Inboxes) -> None:
        """And its event is still known."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0), BOTH)
        (claim,) = await inbox.claim(10, BOTH, 0.0)
        await finish(inbox, [claim], FAILED)
        await inbox.put(an_event("E2", "B", at=2.0), ("first",))
        assert await inbox.claim(10, BOTH, 0.0) == []
        assert await inbox.drop(Selection(states=[State.FAILED], handler="first")) == 1
        assert claimed(await inbox.claim(10, BOTH, 0.0)) == [("E2", ["first"])]
        assert not await inbox.put(an_event("E1", "B", at=1.0), BOTH)
        assert await inbox.waiting() == {"first": 1, "second": 1}

    @in_a_loop
    async def test_it_shows_what_it_keeps(self, inboxes: Inboxes) -> None:
        """Events as they were put, work with its last error."""
        inbox = await inboxes.open()
        kept = an_event("E1", "B", at=1.0, received=2.0)
        await inbox.put(kept, ("h",))
        await handle(inbox, FAILED, "h")
        assert await inbox.event("E1") == kept
        assert await inbox.event("E2") is None
        (entry,) = await inbox.entries(Selection(states=State), 9)
        assert (entry.event_id, entry.type, entry.subject) == ("E1", "booking.scheduled", "B")
        assert (entry.handler, entry.state, entry.attempts) == ("h", State.FAILED, 1)
        assert (entry.received, entry.due, entry.finished) == (2.0, 1e9, None)
        assert entry.error == "the CRM is down"
        (handler,) = await inbox.handlers()
        assert (handler.name, handler.types, handler.waiting) == ("h", None, 1)
        assert not handler.is_there
