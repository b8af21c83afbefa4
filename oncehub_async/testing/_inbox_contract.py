"""The contract of `Inbox` as tests, for whoever writes one."""

import asyncio

import attrs

from ..webhooks import Inbox, Selection, Subscription
from ._claiming_contract import _ClaimingContract
from ._contract_basics import DONE, Inboxes, an_event, claimed, finish, in_a_loop
from ._model_contract import _ModelContract
from ._redo_contract import _RedoContract


def asks(handler: str, *types: str) -> Subscription:
    """A handler that asks for these types."""
    return Subscription(handler, frozenset(types or ("*",)))


class _RegisteringContract:
    """An inbox knows which handlers there are."""

    @in_a_loop
    async def test_work_of_no_living_handler_is_named(self, inboxes: Inboxes) -> None:
        """It waits: a handler was renamed, or will come back."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ("old name", "kept"))
        found = await inbox.register([asks("new name"), asks("kept")], 0.0)
        assert dict(found.orphaned) == {"old name": 1}
        assert found.others == frozenset()
        found = await inbox.register([asks("old name"), asks("kept")], 0.0)
        assert dict(found.orphaned) == {}
        assert {(each.name, each.is_there) for each in await inbox.handlers()} >= {
            ("old name", True),
            ("kept", True),
        }

    @in_a_loop
    async def test_work_of_a_type_that_is_no_longer_asked_for_is_released(
        self, inboxes: Inboxes
    ) -> None:
        """It holds up nothing, and is told of; what is done or dead stays, and other handlers'."""
        inbox = await inboxes.open()
        await inbox.register([asks("h", "booking"), asks("other", "*")], 0.0)
        await inbox.put(an_event("E1", "B", at=1.0), ("h", "other"))
        await inbox.put(an_event("E2", "B", at=2.0, type="booking.canceled"), ("h", "other"))
        await inbox.put(an_event("E3", "C", type="booking.canceled"), ("h", "other"))
        found = await inbox.register([asks("h", "booking.canceled"), asks("other", "*")], 0.0)
        assert dict(found.released) == {"h": 1}
        assert claimed(await inbox.claim(9, ("h",), 0.0)) == [("E2", ["h"]), ("E3", ["h"])]
        assert await inbox.waiting() == {"h": 2, "other": 3}

    @in_a_loop
    async def test_a_past_event_is_given_only_if_its_type_is_asked_for(
        self, inboxes: Inboxes
    ) -> None:
        """By the handler as it is registered."""
        inbox = await inboxes.open()
        await inbox.put(an_event("E1"), ())
        await inbox.put(an_event("E2", type="booking.canceled"), ())
        await inbox.register([asks("new", "booking.canceled")], 0.0)
        assert await inbox.redo(Selection(handler="new", missing=True), 0.0) == 1
        assert claimed(await inbox.claim(9, ("new",), 0.0)) == [("E2", ["new"])]


class _CatchingUpContract:
    """An inbox shows what came, and takes what says the same once."""

    @in_a_loop
    async def test_events_are_shown_in_the_order_in_which_they_came(self, inboxes: Inboxes) -> None:
        """Some at a time, from a moment on; what is put meanwhile comes last."""
        inbox = await inboxes.open()
        moments = {"E1": 5.0, "E2": 9.0, "E3": 7.0, "E4": 9.0}
        for name, moment in moments.items():
            event = an_event(name, at=100.0 - moment)
            await inbox.put(attrs.evolve(event, received=moment), ())
        first = await inbox.received(7.0, limit=2)
        assert [each.id for each in first] == ["E2", "E3"]
        assert [each.received for each in first] == [9.0, 7.0]
        await inbox.put(attrs.evolve(an_event("E0"), received=8.0), ("h",))
        rest = await inbox.received(7.0, after="E3")
        assert [each.id for each in rest] == ["E4", "E0"]
        assert rest[-1].body == an_event("E0").body
        assert await inbox.received(7.0, after="E0") == []
        everything = await inbox.received(0.0, after="forgotten by now")
        assert [each.id for each in everything] == [*moments, "E0"]

    @in_a_loop
    async def test_what_says_the_same_as_an_event_that_is_there_is_not_new(
        self, inboxes: Inboxes
    ) -> None:
        """It isn't kept; what says the same as one that isn't there is."""
        inbox = await inboxes.open()
        assert await inbox.put(an_event("CAUGHT-UP-1"), ("h",))
        late, other = (attrs.evolve(an_event(f"E{n}"), same_as=f"CAUGHT-UP-{n}") for n in (1, 2))
        puts = (inbox.put(late, ("h",)), inbox.put(other, ("h",)), inbox.put(late, ("h",)))
        assert list(await asyncio.gather(*puts)) == [False, True, False]
        assert await inbox.digest("E1") is None
        assert await inbox.waiting() == {"h": 2}
        assert not await inbox.put(other, ("h",))


class InboxContract(
    _ClaimingContract, _RegisteringContract, _CatchingUpContract, _RedoContract, _ModelContract
):
    """What holds for every inbox, as tests. Subclass it with a fixture `make_inbox`:

        class TestMyInbox(InboxContract):
            @pytest.fixture
            def make_inbox(self, tmp_path):
                return lambda: MyInbox(tmp_path / "inbox")

    It gives a function that makes an inbox, not opened yet, each time on the same storage, which
    is empty before each test. For an inbox that several processes share, take
    `SharedInboxContract`.
    """


class SharedInboxContract(InboxContract):
    """What holds for an inbox that several processes have open at once, beside all the rest."""

    @in_a_loop
    async def test_what_one_holds_no_other_gets(self, inboxes: Inboxes) -> None:
        """Nor can it settle, begin or keep it; when that one closes, it is due."""
        one, two = await inboxes.open(), await inboxes.open()
        await one.put(an_event("E1"), ("h",))
        assert not await two.put(an_event("E1"), ("h",))
        (claim,) = await one.claim(9, ("h",), 0.0)
        (work,) = claim.work
        assert await two.claim(9, ("h",), 0.0) == []
        assert not await two.begin(work)
        assert list(await two.renew([work])) == [work]
        assert not await two.settle(work, DONE, 0.0)
        await two.release(work, began=False)
        assert await two.claim(9, ("h",), 0.0) == []
        await one.close()
        (claim,) = await two.claim(9, ("h",), 0.0)
        assert (claim.alone, claim.work[0].attempt) == (True, 2)

    @in_a_loop
    async def test_an_event_gets_the_handlers_of_all(self, inboxes: Inboxes) -> None:
        """Whoever accepts it, in a rolling deployment: old and new ones, each once."""
        old, new = await inboxes.open(), await inboxes.open()
        await old.register([asks("kept"), asks("removed")], 0.0)
        found = await new.register([asks("kept"), asks("added", "booking.scheduled")], 0.0)
        assert found.others == {"removed"}
        assert dict(found.orphaned) == {}
        await old.put(an_event("E1"), ("kept", "removed"))
        await new.put(an_event("E2"), ("kept", "added"))
        await old.put(an_event("E3", type="booking.canceled"), ("kept", "removed"))
        assert await old.waiting() == {"kept": 3, "removed": 3, "added": 2}
        claims = await new.claim(9, ("added",), 0.0)
        assert sorted(claimed(claims)) == [("E1", ["added"]), ("E2", ["added"])]
        await finish(new, claims)
        await finish_all(old, "kept", "removed")
        await old.close()
        await new.put(an_event("E4"), ("kept", "added"))
        assert "removed" not in await new.waiting()

    @in_a_loop
    async def test_work_of_anothers_handler_is_never_purged(self, inboxes: Inboxes) -> None:
        """However old it is, as long as that one lives; what nobody has is, in the end."""
        one, two = await inboxes.open(), await inboxes.open()
        await one.register([asks("one")], 0.0)
        await two.register([asks("two")], 0.0)
        await one.put(an_event("E1", received=0.0), ("one",))
        await finish_all(one, "one")
        assert await one.purge(("one",), 1e9) == 0
        assert await one.waiting() == {"two": 1}
        await two.close()
        assert await one.purge(("one",), 1e9) == 1

    @in_a_loop
    async def test_what_an_old_version_left_is_named(self, inboxes: Inboxes) -> None:
        """Not while it lives and will do it."""
        old, new = await inboxes.open(), await inboxes.open()
        await old.register([asks("old name")], 0.0)
        await old.put(an_event("E1"), ("old name",))
        assert dict((await new.register([asks("new name")], 0.0)).orphaned) == {}
        await old.close()
        assert dict((await new.register([asks("new name")], 1.0)).orphaned) == {"old name": 1}

    @in_a_loop
    async def test_a_handler_that_was_away_gets_what_came_meanwhile(self, inboxes: Inboxes) -> None:
        """If that was for a short while: it was restarted. Else since when is told."""
        one, two = await inboxes.open(), await inboxes.open()
        await one.register([asks("one")], 1_000.0)
        await two.register([asks("two", "booking")], 1_000.0)
        await one.put(an_event("E0", received=500.0), ("one",))
        await finish_all(two, "two")
        await two.close()
        await one.put(an_event("E1", received=1_100.0), ("one",))
        await one.put(an_event("E2", received=1_100.0, type="conversation.closed"), ("one",))
        three = await inboxes.open()
        found = await three.register([asks("two", "booking")], 1_200.0)
        assert dict(found.caught_up) == {"two": 1}
        (claim,) = await three.claim(9, ("two",), 2_000.0)
        assert (claim.event.id, claim.work[0].replay) == ("E1", False)
        await finish(three, [claim])
        assert dict((await three.register([asks("two", "booking")], 1_300.0)).caught_up) == {}
        await three.close()
        await one.put(an_event("E3", received=1_400.0), ("one",))
        four = await inboxes.open()
        found = await four.register([asks("two", "booking")], 9_000.0)
        assert dict(found.caught_up) == {}
        assert list(found.away) == ["two"]
        assert await four.claim(9, ("two",), 9_000.0) == []

    @in_a_loop
    async def test_a_type_that_only_an_old_version_asks_for_waits_for_it(
        self, inboxes: Inboxes
    ) -> None:
        """The same handler asks for less in the new one; when the old one ends, it is released."""
        old, new = await inboxes.open(), await inboxes.open()
        await old.register([asks("h", "booking")], 0.0)
        await new.register([asks("h", "booking.scheduled")], 0.0)
        await new.put(an_event("E1"), ("h",))
        await new.put(an_event("E2", type="booking.canceled"), ())
        await new.put(an_event("E3", type="booking.canceled"), ())
        assert claimed(await new.claim(9, ("h",), 0.0)) == [("E1", ["h"])]
        (claim,) = await old.claim(1, ("h",), 0.0)
        assert claim.event.id == "E2"
        await finish(old, [claim])
        await old.close()
        found = await new.register([asks("h", "booking.scheduled")], 0.0)
        assert dict(found.released) == {"h": 1}


async def finish_all(inbox: Inbox, *handlers: str) -> None:
    """Do all that these handlers have to do."""
    while claims := await inbox.claim(9, handlers, 1e9):
        await finish(inbox, claims)
