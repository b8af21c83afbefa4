"""What changed while nobody listened comes as events after all, each once."""

from collections import Counter
from pathlib import Path

from oncehub_async.webhooks import State

from .missed_events import missing_events

DAY = 86_400.0


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
