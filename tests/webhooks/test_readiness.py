"""Readiness follows the inbox: it goes when the inbox fails, and comes back by itself."""

import asyncio
import json
from typing import Any

from oncehub_async.webhooks import Event, InboxError, MemoryInbox

from .conftest import deliver
from .virtual_receiver import receiver, virtual


class FailingInbox(MemoryInbox):
    """Fails at what it is told to fail at."""

    fails_at = ""

    async def put(self, *arguments: Any) -> bool:
        if self.fails_at == "put":
            raise InboxError("the disk is full")
        return await super().put(*arguments)

    async def claim(self, *arguments: Any, **options: Any) -> Any:
        if self.fails_at == "claim":
            raise InboxError("the file is gone")
        return await super().claim(*arguments, **options)


@virtual
async def test_readiness_comes_back_without_a_delivery() -> None:
    """Whoever sends only to what is ready would otherwise never send again."""
    inbox = FailingInbox()
    subject = receiver(inbox=inbox)

    @subject.on("*")
    async def handler(event: Event) -> None: ...

    async with subject:
        inbox.fails_at = "put"
        assert (await deliver(subject, at=subject.clock.now())).status == 503
        await asyncio.sleep(2.0)  # claims that find nothing go well on a full disk too
        assert subject.readiness().status == 503
        inbox.fails_at = ""
        await asyncio.sleep(5.0)
        assert subject.readiness().status == 200


@virtual
async def test_claims_that_fail_are_no_readiness_either() -> None:
    """Until they go well; deliveries that are accepted meanwhile don't hide it."""
    inbox = FailingInbox()
    subject = receiver(inbox=inbox)

    @subject.on("*")
    async def handler(event: Event) -> None: ...

    async with subject:
        await asyncio.sleep(0.1)
        inbox.fails_at = "claim"
        await asyncio.sleep(2.0)
        assert (await deliver(subject, at=subject.clock.now())).status == 200
        assert subject.readiness().status == 503
        inbox.fails_at = ""
        await asyncio.sleep(40.0)
        assert subject.readiness().status == 200


@virtual
async def test_what_is_not_ready_says_why_in_words() -> None:
    """Each trouble has its own; those that are over are gone."""
    inbox = FailingInbox()
    subject = receiver(inbox=inbox)

    @subject.on("*")
    async def handler(event: Event) -> None: ...

    def told() -> dict[str, Any]:
        answer = subject.readiness(public=True)
        assert answer.status == 503
        said: dict[str, Any] = json.loads(answer.body)
        return said

    assert told() == {"ready": False, "reasons": ["receiver: isn't open"]}
    async with subject:
        inbox.fails_at = "put"
        await deliver(subject, at=subject.clock.now())
        assert told() == {"ready": False, "reasons": ["inbox: can't be written"]}
        inbox.fails_at = "claim"
        await asyncio.sleep(2.0)
        both = ["inbox: can't be written", "inbox: gives no work"]
        assert told() == {"ready": False, "reasons": both}
        inbox.fails_at = ""
        await asyncio.sleep(40.0)
        assert json.loads(subject.readiness().body) == {"status": "ready"}
    assert told()["reasons"] == ["receiver: isn't open"]
    await subject.open(accept=False)
    assert told()["reasons"] == ["receiver: only handles, and accepts nothing"]
    await subject.close()


def test_a_loop_that_has_ended_is_the_reason() -> None:
    """The receiver was opened in it, and not closed."""
    subject = receiver()
    loop = asyncio.new_event_loop()
    loop.run_until_complete(subject.open())
    answer = subject.readiness()
    reasons = ["event loop: has ended or stands still"]
    assert json.loads(answer.body) == {"ready": False, "reasons": reasons}
    loop.run_until_complete(subject.close())
    loop.close()
