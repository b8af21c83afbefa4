"""What changed while nobody listened comes as events after all, each once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from oncehub_async import InvalidParameterError
from oncehub_async.simulator import DeliveryFault, Fault
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    BookingEvent,
    InboxError,
    Receiver,
    SQLiteInbox,
    State,
    StoredEvent,
    WebhookLook,
    WebhookWatch,
)

from .missed_events import URL, missing_events

DAY = 86_400.0
QUARTER = 900.0


async def until(true: Callable[[], bool]) -> None:
    while not true():
        await asyncio.sleep(0.01)


async def test_three_days_off_with_two_thousand_changes(tmp_path: Path) -> None:
    """At most 25 requests, none missing, at most 1 % twice, in order."""
    async with missing_events(tmp_path) as account:
        before = await account.heard(40)
        known = account.handled_states()
        assert account.states(before) <= set(known)
        account.deliver_to_nobody()
        changed = account.change(2_000, 3 * DAY / 4_000)
        requests = account.requests
        async with account.receiver() as receiver:
            report = await receiver.catch_up(account.oncehub)
            assert account.requests - requests <= 25
            await receiver.idle()
            caught_up = [each for each in account.handled if each.caught_up]
            assert sum(report.missing.values()) == len(caught_up) == len(changed)
            assert await account.deliver_late(receiver) == {200}
            await receiver.idle()
            assert set(await receiver.inbox.counts()) == {State.DONE}
        handled = Counter(account.handled_states())
        assert account.states(changed | before) <= set(handled)
        assert account.in_order()
        twice = sum(count - 1 for count in handled.values())
        assert twice <= 0.01 * len(changed)


async def test_the_watch_tells_within_45_minutes_that_a_webhook_was_switched_off(
    tmp_path: Path,
) -> None:
    """By one request each quarter of an hour; while events come it says nothing."""
    async with missing_events(tmp_path) as account, account.receiver() as receiver:
        account.deliver_to(receiver)
        told: list[WebhookLook] = []
        watch = WebhookWatch(
            account.oncehub, receiver.inbox, on_silence=told.append, clock=account.time
        )
        off: float | None = None
        for quarter in range(16):
            if quarter == 8:
                account.sim.inject(DeliveryFault("switch_off"))
                off = account.time.now()
            account.change(3, 100.0)
            await account.sim.delivered()
            account.clock.move(QUARTER - 300.0)
            requests = account.requests
            look = await watch.look()
            if off is None:
                assert (look.is_silent, look.missing) == (False, 0)
                assert account.requests - requests == (quarter > 1)
                assert look.changed >= 3 * (quarter > 2)
            if look.is_silent:
                break
        assert off is not None
        assert account.sim.disabled_webhooks
        assert len(told) == 1
        assert told[0].missing > 0
        assert account.time.now() - off <= 45 * 60.0


async def test_the_original_that_comes_first_is_the_only_one(tmp_path: Path) -> None:
    """Before, while and after it is looked for: each state is handled once."""
    async with missing_events(tmp_path) as account, account.receiver() as receiver:
        account.deliver_to_nobody()
        changed = account.change(60, 60.0)
        await asyncio.wait_for(until(lambda: len(account.sent) >= len(changed)), 20.0)
        early, account.sent = account.sent[::2], account.sent[1::2]
        for headers, body in early:
            assert (await receiver.receive(headers, body)).status == 200

        before = await receiver.catch_up(account.oncehub, dry_run=True)
        report, answers = await asyncio.gather(
            receiver.catch_up(account.oncehub), account.deliver_late(receiver)
        )
        again = await receiver.catch_up(account.oncehub)
        await receiver.idle()
        assert answers == {200}
        assert sum(report.missing.values()) <= sum(before.missing.values())
        assert again.missing == {}
        handled = Counter(account.handled_states())
        assert account.states(changed) <= set(handled)
        assert set(handled.values()) == {1}
        assert account.in_order()


async def test_killed_in_the_middle_and_again(tmp_path: Path) -> None:
    """What was put is there once, and the rest comes with the next attempt."""
    async with missing_events(tmp_path) as account:
        account.deliver_to_nobody()
        changed = account.change(350, 60.0)
        async with account.receiver() as receiver:
            puts, put = 0, receiver.inbox.put

            async def dies(event: StoredEvent, handlers: Sequence[str]) -> bool:
                nonlocal puts
                puts += 1
                if puts > 150:
                    raise InboxError("the process is gone")
                return await put(event, handlers)

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(receiver.inbox, "put", dies)
                with pytest.raises(InboxError):
                    await receiver.catch_up(account.oncehub)
        async with account.receiver() as receiver:
            report = await receiver.catch_up(account.oncehub)
            assert 0 < sum(report.missing.values()) < len(changed)
            await receiver.idle()
        handled = Counter(account.handled_states())
        assert set(handled) == account.states(changed)
        assert set(handled.values()) == {1}


async def test_a_dry_run_puts_nothing(tmp_path: Path) -> None:
    """It tells the same as what is put then, by types, and what nobody asks for."""
    async with missing_events(tmp_path) as account:
        account.deliver_to_nobody()
        receiver = Receiver(
            signing_secret=account.secret, inbox=SQLiteInbox(account.file), clock=account.time
        )
        seen: list[BookingEvent] = []

        @receiver.on("booking.changed", "booking.scheduled")
        async def handle(event: BookingEvent) -> None:
            seen.append(event)

        since = account.sim.now()
        account.clock.move(1.0)
        scheduled = account.sim.happen("booking.scheduled")
        canceled = account.sim.happen("booking.canceled")
        account.sim.happen("booking.no_show")
        async with receiver:
            dry = await receiver.catch_up(account.oncehub, since=since, dry_run=True)
            assert await receiver.inbox.received(0.0) == []
            wet = await receiver.catch_up(account.oncehub, since=since)
            await receiver.idle()
        assert (dry.missing, dry.unhandled) == (wet.missing, wet.unhandled)
        assert wet.missing == {
            "booking.scheduled": 1,
            "booking.changed": 1,
            "booking.no_show": 1,
        }
        assert wet.unhandled == {"booking.no_show": 1}
        told = {event.type: event.data for event in seen}
        assert told["booking.scheduled"].id == scheduled
        assert (told["booking.changed"].id, told["booking.changed"].status) == (
            canceled,
            "canceled",
        )
        assert all(event.caught_up for event in seen)


async def test_what_the_inbox_has_forgotten_is_not_asked_for(tmp_path: Path) -> None:
    """It would be handled again; of an inbox that is empty anything may be."""
    async with missing_events(tmp_path) as account, account.receiver() as receiver:
        account.deliver_to(receiver)
        long_ago = account.sim.now() - timedelta(days=100)
        assert (await receiver.catch_up(account.oncehub, since=long_ago, dry_run=True)).changed
        account.sim.happen("booking.scheduled")
        await account.sim.delivered()
        with pytest.raises(InvalidParameterError, match="since: the inbox remembers 7 days"):
            await receiver.catch_up(account.oncehub, since=long_ago)
        recently = account.sim.now() - timedelta(days=6)
        await receiver.catch_up(account.oncehub, since=recently, dry_run=True)


async def test_a_watch_that_can_not_look_says_so_and_looks_again(tmp_path: Path) -> None:
    """It takes no silence for what it doesn't know; nor what no webhook is to tell of."""
    async with missing_events(tmp_path) as account, account.receiver() as receiver:
        account.deliver_to(receiver)
        account.change(2, 60.0)
        await account.sim.delivered()
        account.change(1, 60.0)
        await account.sim.delivered()
        watch = WebhookWatch(account.oncehub, receiver.inbox, clock=account.time)
        account.clock.move(3_600.0)
        account.sim.inject(Fault("server_error", "list-all-bookings", status=403))
        look = await watch.look()
        assert (look.is_silent, look.error is not None) == (False, True)
        account.sim.clear_faults()
        look = await watch.look()
        assert (look.is_silent, look.error, look.changed) == (False, None, 1)
        (webhook,) = account.sim.ids("webhooks")
        await account.oncehub.webhooks.delete(webhook)
        await account.oncehub.webhooks.create(name="2", url=URL, events=["booking.canceled"])
        account.sim.happen("booking.scheduled")
        account.clock.move(3_600.0)
        assert not (await watch.look()).is_silent
        account.sim.inject(DeliveryFault("switch_off"))
        account.sim.happen("booking.canceled")
        account.clock.move(3_600.0)
        assert (await watch.look()).is_silent
        account.clock.move(3_600.0)
        assert (await watch.look()).is_silent  # nothing has changed, and nothing come
        body = make_event("booking.scheduled")
        header = sign(body, account.secret, account.time.now())
        assert (await receiver.receive({"Oncehub-Signature": header}, body)).status == 200
        assert not (await watch.look()).is_silent


async def test_what_is_caught_up_takes_its_place_in_the_order(tmp_path: Path) -> None:
    """Originals of earlier states that come late, but before it is handled, are handled before."""
    async with missing_events(tmp_path) as account:
        account.deliver_to_nobody()
        bookings = [account.sim.happen("booking.scheduled") for _ in range(10)]
        for each in bookings:
            account.clock.move(60.0)
            account.sim.happen("booking.canceled", each)
        await asyncio.wait_for(until(lambda: len(account.sent) >= 20), 20.0)
        receiver = account.receiver()
        await receiver.open(handle=False)
        await receiver.catch_up(account.oncehub)
        assert await account.deliver_late(receiver) == {200}
        await receiver.close()
        async with account.receiver() as receiver:
            await receiver.idle()
        handled = [each for each in account.handled if each.raw["data"]["id"] in bookings]
        assert len(handled) == 20
        told = [each.type for each in handled if each.raw["data"]["id"] == bookings[0]]
        assert told == ["booking.scheduled", "booking.changed"]
        assert account.in_order()
        assert not any(account.superseded)
