"""What holds for every inbox: putting, claiming, settling."""

import asyncio

import attrs

from ..webhooks import Outcome, State, Work
from ._contract_basics import BOTH, DONE, Inboxes, an_event, claimed, finish, in_a_loop

DEAD = Outcome(state=State.DEAD, error="never")


class _ClaimingContract:
    """Events are kept once and handed out once, in the order of their subjects."""

    @in_a_loop
    async def test_an_event_is_claimed_once_with_all_its_handlers_in_order(
        self, inboxes: Inboxes
    ) -> None:
        """And comes back as it was put."""
        inbox = await inboxes.open()
        put = an_event("E1", "BKNG-1", at=5.0)
        assert await inbox.put(put, BOTH)
        (claim,) = await inbox.claim(10, BOTH, 0.0)
        assert claim.event == put
        assert claim.work == (Work("E1", "first", 1), Work("E1", "second", 1))
        assert await inbox.claim(10, BOTH, 0.0) == []
        await finish(inbox, [claim])
        assert await inbox.counts() == {State.DONE: 2}
        assert await inbox.waiting() == {}

    @in_a_loop
    async def test_the_trace_of_an_event_is_kept(self, inboxes: Inboxes) -> None:
        """For whoever handles it, in whichever process; none where there was none."""
        inbox = await inboxes.open()
        context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 vendor=1, other=2"
        traced = attrs.evolve(an_event("E1", received=1.0), trace_context=context)
        await inbox.put(traced, BOTH)
        await inbox.put(an_event("E2", received=2.0), BOTH)
        claims = await inbox.claim(10, BOTH, 9.0)
        assert [claim.event.trace_context for claim in claims] == [context, None]
        assert await inbox.event("E1") == traced
        assert [each.trace_context for each in await inbox.received(0.0)] == [context, None]

    @in_a_loop
    async def test_what_waits_longest_is_known_of_each_handler(self, inboxes: Inboxes) -> None:
        """Since when; what runs or is tried again is waited for, what is done or dead isn't."""
        inbox = await inboxes.open()
        assert await inbox.oldest() == {}
        await inbox.put(an_event("E1", at=9.0, received=1.0), BOTH)
        await inbox.put(an_event("E2", at=1.0, received=2.0), BOTH)
        assert await inbox.oldest() == {"first": 1.0, "second": 1.0}
        (claim,) = await inbox.claim(1, ("first",), 9.0)
        assert await inbox.oldest() == {"first": 1.0, "second": 1.0}
        await finish(inbox, [claim])
        assert await inbox.oldest() == {"first": 2.0, "second": 1.0}
        await finish(inbox, await inbox.claim(1, ("first",), 9.0), DEAD)
        (claim,) = await inbox.claim(1, ("second",), 9.0)
        await finish(inbox, [claim], Outcome(state=State.FAILED, due=99.0, error="no"))
        assert await inbox.oldest() == {"second": 1.0}

    @in_a_loop
    async def test_an_event_that_comes_twice_is_kept_once(self, inboxes: Inboxes) -> None:
        """Also after it was done, and also when both come at the same time."""
        inbox = await inboxes.open()
        assert await inbox.put(an_event("E1"), BOTH)
        assert not await inbox.put(an_event("E1"), BOTH)
        await finish(inbox, await inbox.claim(10, BOTH, 0.0))
        assert not await inbox.put(an_event("E1"), BOTH)
        assert await inbox.claim(10, BOTH, 0.0) == []
        together = await asyncio.gather(*(inbox.put(an_event("E2"), BOTH) for _ in range(5)))
        assert sorted(together) == [False] * 4 + [True]

    @in_a_loop
    async def test_not_more_than_the_limit_is_claimed(self, inboxes: Inboxes) -> None:
        """So many events, the oldest first."""
        inbox = await inboxes.open()
        for number in range(5):
            await inbox.put(an_event(f"E{number}", received=number), BOTH)
        assert claimed(await inbox.claim(2, BOTH, 9.0)) == [("E0", list(BOTH)), ("E1", list(BOTH))]
        assert claimed(await inbox.claim(2, BOTH, 9.0)) == [("E2", list(BOTH)), ("E3", list(BOTH))]

    @in_a_loop
    async def test_a_handler_gets_no_more_than_it_has_room_for(self, inboxes: Inboxes) -> None:
        """The others get what they are due, of the same events too."""
        inbox = await inboxes.open()
        for number in range(4):
            await inbox.put(an_event(f"E{number}", received=number), BOTH)
        claims = await inbox.claim(3, BOTH, 9.0, rooms={"first": 1})
        assert claimed(claims) == [("E0", list(BOTH)), ("E1", ["second"]), ("E2", ["second"])]
        await finish(inbox, claims)
        assert claimed(await inbox.claim(9, BOTH, 9.0, rooms={"first": 0})) == [("E3", ["second"])]

    @in_a_loop
    async def test_only_registered_handlers_work_is_claimed(self, inboxes: Inboxes) -> None:
        """Other work waits, is told of, and holds up nobody."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0), ("gone", "here"))
        await inbox.put(an_event("E2", "B", at=2.0), ("here",))
        claims = await inbox.claim(10, ("here",), 0.0)
        assert claimed(claims) == [("E1", ["here"])]
        await finish(inbox, claims)
        assert claimed(await inbox.claim(10, ("here",), 0.0)) == [("E2", ["here"])]
        assert await inbox.waiting() == {"gone": 1, "here": 1}

    @in_a_loop
    async def test_events_of_a_subject_go_one_after_the_other_by_creation_time(
        self, inboxes: Inboxes
    ) -> None:
        """As far as they have arrived; those of the same moment as they arrived."""
        inbox = await inboxes.open()
        await inbox.put(an_event("late", "B", at=3.0), ("h",))
        await inbox.put(an_event("early", "B", at=1.0), ("h",))
        await inbox.put(an_event("same-1", "B", at=2.0), ("h",))
        await inbox.put(an_event("same-2", "B", at=2.0), ("h",))
        await inbox.put(an_event("other", "C", at=9.0), ("h",))
        seen = []
        for _ in range(4):
            claims = await inbox.claim(10, ("h",), 0.0)
            seen += [claim.event.id for claim in claims]
            assert sum(claim.event.subject == "B" for claim in claims) == 1
            await finish(inbox, claims)
        assert [each for each in seen if each != "other"] == ["early", "same-1", "same-2", "late"]

    @in_a_loop
    async def test_a_handler_that_failed_holds_up_its_own_later_work_only(
        self, inboxes: Inboxes
    ) -> None:
        """Order for each handler and subject; the others go on."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0), BOTH)
        await inbox.put(an_event("E2", "B", at=2.0), BOTH)
        (claim,) = await inbox.claim(10, BOTH, 0.0)
        await inbox.settle(claim.work[0], Outcome(state=State.FAILED, due=100.0, error="x"), 0.0)
        assert await inbox.claim(10, BOTH, 0.0) == []  # the second handler of E1 still runs
        await inbox.settle(claim.work[1], DONE, 0.0)
        claims = await inbox.claim(10, BOTH, 0.0)
        assert claimed(claims) == [("E2", ["second"])]
        await finish(inbox, claims)
        assert await inbox.claim(10, BOTH, 99.0) == []
        claims = await inbox.claim(10, BOTH, 100.0)
        assert claimed(claims) == [("E1", ["first"])]
        assert claims[0].work[0].attempt == 2
        await inbox.settle(claims[0].work[0], Outcome(state=State.DEAD, error="y"), 0.0)
        assert claimed(await inbox.claim(10, BOTH, 100.0)) == [("E2", ["first"])]
        assert await inbox.counts() == {State.DONE: 2, State.DEAD: 1, State.RUNNING: 1}

    @in_a_loop
    async def test_of_the_same_moment_the_one_that_arrived_before_goes_first(
        self, inboxes: Inboxes
    ) -> None:
        """Also while that one waits to be tried again."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", "B", at=1.0), ("h",))
        await inbox.put(an_event("E2", "B", at=1.0), ("h",))
        (claim,) = await inbox.claim(10, ("h",), 0.0)
        assert claim.event.id == "E1"
        await inbox.settle(claim.work[0], Outcome(state=State.FAILED, due=100.0, error="x"), 0.0)
        assert await inbox.claim(10, ("h",), 99.0) == []
        claims = await inbox.claim(10, ("h",), 100.0)
        assert claimed(claims) == [("E1", ["h"])]
        await finish(inbox, claims)
        assert claimed(await inbox.claim(10, ("h",), 100.0)) == [("E2", ["h"])]

    @in_a_loop
    async def test_a_clock_that_stepped_back_holds_up_no_an_event(self, inboxes: Inboxes) -> None:
        """Neither a new one nor one that was given back: they wait for no moment."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1", received=5_000.0), ("h",))
        (claim,) = await inbox.claim(10, ("h",), 1_000.0)
        await inbox.release(claim.work[0], began=False)
        (claim,) = await inbox.claim(10, ("h",), 900.0)
        assert claim.event.received == 5_000.0

    @in_a_loop
    async def test_running_work_is_not_purged(self, inboxes: Inboxes) -> None:
        """Even of a handler that this process doesn't have, and however old it is."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("another's",))
        (claim,) = await inbox.claim(10, ("another's",), 0.0)
        assert await inbox.purge(("h",), 1e9) == 0
        assert await inbox.settle(claim.work[0], DONE, 1e9)

    @in_a_loop
    async def test_released_work_is_due_again_and_its_attempt_does_not_count(
        self, inboxes: Inboxes
    ) -> None:
        """As if it had not been claimed."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), BOTH)
        (claim,) = await inbox.claim(10, BOTH, 0.0)
        await inbox.release(claim.work[1], began=False)
        assert await inbox.claim(10, BOTH, 0.0) == []  # the first handler still runs
        await inbox.settle(claim.work[0], DONE, 0.0)
        (again,) = await inbox.claim(10, BOTH, 0.0)
        assert again.work == (Work("E1", "second", 1),)

    @in_a_loop
    async def test_what_is_not_claimed_can_not_be_settled(self, inboxes: Inboxes) -> None:
        """Nor an attempt that is over."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("h",))
        assert not await inbox.settle(Work("E1", "h", 1), DONE, 0.0)
        (claim,) = await inbox.claim(10, ("h",), 0.0)
        assert not await inbox.settle(Work("E1", "h", 2), DONE, 0.0)
        assert not await inbox.settle(Work("E1", "other", 1), DONE, 0.0)
        assert not await inbox.settle(Work("E2", "h", 1), DONE, 0.0)
        assert await inbox.settle(claim.work[0], DONE, 0.0)
        assert not await inbox.settle(claim.work[0], DONE, 0.0)

    @in_a_loop
    async def test_purge_forgets_what_is_old_and_finished(self, inboxes: Inboxes) -> None:
        """Work that is not finished stays, however old; so does what is young."""
        inbox = await inboxes.open()
        week, day = 7 * 86_400.0, 86_400.0
        for name, received in (("old", 0.0), ("open", 0.0), ("none", 0.0), ("young", week)):
            await inbox.put(an_event(name, received=received), ("h",) if name != "none" else ())
        claims = await inbox.claim(10, ("h",), week)
        await finish(inbox, [claim for claim in claims if claim.event.id != "open"])
        assert await inbox.purge(("h",), week + day) == 2
        assert await inbox.purge(("h",), week + day) == 0
        assert await inbox.put(an_event("old"), ())
        assert not await inbox.put(an_event("open"), ())
        assert not await inbox.put(an_event("young"), ())

    @in_a_loop
    async def test_many_at_once(self, inboxes: Inboxes) -> None:
        """Nothing is lost or claimed twice when all is put and claimed at the same time."""
        inbox = await inboxes.open()
        events = [an_event(f"E{number}", f"B{number % 40}", at=number) for number in range(300)]
        await asyncio.gather(*(inbox.put(each, BOTH) for each in events))
        seen: list[str] = []
        while claims := await inbox.claim(7, BOTH, 0.0):
            seen += [claim.event.id for claim in claims]
            assert len({claim.event.subject for claim in claims}) == len(claims)
            await asyncio.gather(*(finish(inbox, [claim]) for claim in claims))
        assert sorted(seen) == sorted(each.id for each in events)
        for subject in range(40):
            mine = [int(each[1:]) for each in seen if int(each[1:]) % 40 == subject]
            assert mine == sorted(mine)

    @in_a_loop
    async def test_what_had_begun_is_run_again_alone(self, inboxes: Inboxes) -> None:
        """The first of a claim, and what was said to begin; the others were not attempted."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("a", "b", "c"))
        (claim,) = await inbox.claim(10, ("a", "b", "c"), 0.0)
        await inbox.settle(claim.work[0], DONE, 0.0)
        assert await inbox.begin(claim.work[1])
        inbox = await inboxes.another_life(inbox)
        (again,) = await inbox.claim(10, ("a", "b", "c"), 0.0)
        assert (again.alone, again.work) == (True, (Work("E1", "b", 2),))
        await inbox.settle(again.work[0], DONE, 0.0)
        (again,) = await inbox.claim(10, ("a", "b", "c"), 0.0)
        assert (again.alone, again.work) == (False, (Work("E1", "c", 1),))

    @in_a_loop
    async def test_what_is_no_longer_ours_is_told_of(self, inboxes: Inboxes) -> None:
        """By `renew`, of all that is held; and it can't begin."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), BOTH)
        (claim,) = await inbox.claim(10, BOTH, 0.0)
        assert list(await inbox.renew(claim.work)) == []
        await inbox.release(claim.work[1], began=False)
        assert list(await inbox.renew(claim.work)) == [claim.work[1]]
        assert await inbox.begin(claim.work[0])
        assert not await inbox.begin(claim.work[1])
        assert list(await inbox.renew([])) == []
        assert list(await inbox.renew([Work("E9", "first", 1)])) == [Work("E9", "first", 1)]
