"""docs/catching-up.md says what is true: its blocks run."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import webhooks
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import DeliveryAnswer, WebhookLook

from .webhooks.missed_events import missing_events

PAGE = (Path(__file__).parent.parent / "docs" / "catching-up.md").read_text()
START, HANDLER, WATCH = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


async def test_the_blocks_run(tmp_path: Path) -> None:
    """A receiver that catches up, what its handler tells apart, and the watch."""
    printed: list[tuple[Any, ...]] = []
    async with missing_events(tmp_path) as account:
        receiver = account.receiver()
        names: dict[str, Any] = {
            **{name: getattr(webhooks, name) for name in webhooks.__all__},
            "receiver": receiver,
            "print": lambda *values: printed.append(values),
        }
        exec(HANDLER, names)
        exec(START, names)
        exec(WATCH, names)

        account.change(5, 1.0)
        async with receiver:
            caught = await receiver.catch_up(account.oncehub)
            assert caught.missing["booking.scheduled"] >= 1
            body = make_event("booking.scheduled")
            headers = {"Oncehub-Signature": sign(body, account.secret, account.time.now())}
            answer: DeliveryAnswer = await receiver.receive(headers, body)
            assert answer.status == 200
            await receiver.idle()
            told: list[WebhookLook] = []
            watching = names["watch"](receiver, account.oncehub, told.append)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(watching, 0.5)
        said = [values[0] for values in printed]
        assert "canceled, one way or another:" in said
        assert said.count("just now:") == 1
        assert len(printed[-1]) == 3
        account.deliver_to_nobody()
        await names["start"](receiver, account.sim_client())
        assert printed[-1][1] == "changed,"
