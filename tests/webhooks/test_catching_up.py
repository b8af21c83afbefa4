"""What changed while nobody listened comes as events after all, each once."""

from collections import Counter
from pathlib import Path

from oncehub_async.simulator import DeliveryFault
from oncehub_async.webhooks import State, WebhookLook, WebhookWatch

from .missed_events import missing_events

DAY = 86_400.0
QUARTER = 900.0


async def test_three_days_off_with_two_thousand_changes(tmp_path: Path) -> None:
    """At most 25 requests, none missing, at most 1 % twice, in order."""
    async with missing_events(tmp_path) as account:
        async with account.receiver() as receiver:
            account.deliver_to(receiver)
            before = account.change(40, 60.0)
            await account.sim.delivered()
            await receiver.idle()
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
