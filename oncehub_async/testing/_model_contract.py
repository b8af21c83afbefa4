"""Every inbox hands out what the contract says, however it finds it."""

import random
from collections.abc import Sequence

import attrs

from ..webhooks import Claim, Inbox, Outcome, State, StoredEvent, Work
from ._contract_basics import Inboxes, in_a_loop

HANDLERS = ("a", "b", "c")
RUNS = 25
ACTIONS = ("put", "put", "put", "claim", "claim", "claim", "begin", *["end"] * 4, "crash")


@attrs.define(eq=False)
class _Item:
    """One handler's work for one event, as the model keeps it."""

    number: int
    event: StoredEvent
    position: int
    handler: str
    due: float = 0.0
    attempt: int = 0
    open: bool = True
    runs: bool = False
    began: bool = False
    suspected: bool = False

    @property
    def work(self) -> Work:
        return Work(self.event.id, self.handler, self.attempt)

    @property
    def order(self) -> tuple[float, int]:
        return self.event.creation_time, self.number


@attrs.define
class _Model:
    """The contract of `Inbox.claim`, word for word and as slow as that is."""

    items: list[_Item] = attrs.Factory(list)
    events: int = 0

    def put(self, event: StoredEvent, handlers: Sequence[str]) -> None:
        self.events += 1
        self.items += [_Item(self.events, event, i, name) for i, name in enumerate(handlers)]

    def check(
        self, claims: Sequence[Claim], limit: int, handlers: Sequence[str], now: float, idle: bool
    ) -> None:
        """Whether all that is claimed may run, and as much is as can be; then it runs."""
        can = [each for each in self.items if each.handler in handlers and self.may_run(each, now)]
        begun = [(claim, self.of(claim)) for claim in claims]
        assert all(item in can for _, items in begun for item in items)
        if any(each.suspected for each in can):
            assert len(claims) == idle
            for claim, items in begun:
                assert claim.alone
                assert [each.suspected for each in items] == [True]
        else:
            assert len(claims) == min(limit, len({each.event.subject for each in can}))
            assert not any(claim.alone for claim in claims)
        assert len({claim.event.subject for claim in claims}) == len(claims)
        for claim, items in begun:
            assert [each.position for each in items] == sorted(each.position for each in items)
            for each, work in zip(items, claim.work, strict=True):
                each.runs, each.began = True, each is items[0]
                each.attempt += 1
                assert work.attempt == each.attempt

    def of(self, claim: Claim) -> list[_Item]:
        names = {(each.event.id, each.handler): each for each in self.items}
        return [names[work.event_id, work.handler] for work in claim.work]

    def may_run(self, item: _Item, now: float) -> bool:
        mine = [each for each in self.items if each.event.subject == item.event.subject]
        return (
            item.open
            and item.due <= now
            and not any(each.runs for each in mine)
            and not any(
                each.open and each.handler == item.handler and each.order < item.order
                for each in mine
            )
        )

    def running(self) -> list[_Item]:
        return [each for each in self.items if each.runs]


class _ModelContract:
    """An inbox does what its contract says, however it finds it."""

    @in_a_loop
    async def test_it_hands_out_the_same_as_a_model(self, inboxes: Inboxes) -> None:
        """Puts in any order, claims for any handlers, ends of all kinds, crashes."""
        for seed in range(RUNS):
            await _steps(inboxes, seed)


async def _steps(inboxes: Inboxes, seed: int) -> None:
    chance, model, now = random.Random(seed), _Model(), 0.0
    inbox = await inboxes.open()
    for step in range(120):
        now += chance.random()
        what = chance.choice(ACTIONS)
        if what == "put":
            event = StoredEvent(
                id=f"E{seed}-{step}",
                type="booking.scheduled",
                subject=f"B{seed}-{chance.randrange(4)}",
                creation_time=float(chance.randrange(6)),
                received=now,
                body=b"{}",
            )
            handlers = chance.sample(HANDLERS, chance.randrange(1, 4))
            handlers = [f"{each}{seed}" for each in handlers]
            await inbox.put(event, handlers)
            model.put(event, handlers)
        elif what == "claim":
            limit, idle = chance.randrange(1, 4), chance.random() < 0.7
            handlers = chance.sample(HANDLERS, chance.randrange(1, 4))
            handlers = [f"{each}{seed}" for each in handlers]
            claims = await inbox.claim(limit, handlers, now, idle=idle)
            model.check(claims, limit, handlers, now, idle)
        elif what == "begin" and model.running():
            item = chance.choice(model.running())
            item.began = True
            assert await inbox.begin(item.work)
        elif what == "end" and model.running():
            await _end(chance.choice(model.running()), inbox, chance, now)
        elif what == "crash" and chance.random() < 0.3:
            inbox = await inboxes.another_life(inbox)
            _crash(model)
    await inbox.close()


async def _end(item: _Item, inbox: Inbox, chance: random.Random, now: float) -> None:
    work = item.work
    item.runs = False
    kind = chance.choice(("done", "failed", "released", "not begun"))
    if kind == "done":
        assert await inbox.settle(work, Outcome(state=State.DONE), now)
        item.open = item.suspected = False
    elif kind == "failed":
        item.due = now + chance.random() * 5
        assert await inbox.settle(work, Outcome(state=State.FAILED, due=item.due, error="x"), now)
        item.suspected = False
    else:
        await inbox.release(work, began=kind == "released")
        item.due = 0.0
        item.attempt -= kind == "not begun"


def _crash(model: _Model) -> None:
    for each in model.running():
        each.runs, each.due = False, 0.0
        each.attempt -= not each.began
        each.suspected = each.suspected or each.began
