"""What a delivery is answered, and what the receiver needs to start."""

import asyncio
import functools
import json
import logging
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict, MultiDict

from oncehub_async import ConfigurationError
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    BookingEvent,
    Context,
    Event,
    InboxError,
    MemoryInbox,
    Receiver,
    SQLiteInbox,
)
from oncehub_async.webhooks._accepting.signature import RETRY_WINDOW, SHORT_AGE
from oncehub_async.webhooks._inbox import State

from .conftest import SECRET, MakeInbox, deliver


def receiver(**settings: Any) -> Receiver:
    return Receiver(**{"signing_secret": SECRET, "inbox": MemoryInbox(), **settings})


async def test_an_event_is_accepted_kept_and_handled_once(make_inbox: MakeInbox) -> None:
    """2xx when it is in the inbox; the same one again is 2xx too, and nothing more happens."""
    seen: list[str] = []
    subject = receiver(inbox=make_inbox())

    @subject.on("booking.scheduled")
    async def handler(event: BookingEvent, context: Context) -> None:
        assert event.data.id == "BKNG-1"
        assert (context.attempt, context.is_last_attempt) == (1, False)
        assert abs(context.received.timestamp() - time.time()) < 60
        seen.append(event.id)

    async with subject:
        body = make_event("booking.scheduled", event_id="EVNT-1", data={"id": "BKNG-1"})
        for expected in (b"accepted", b"accepted before"):
            answer = await deliver(subject, body)
            assert (answer.status, json.loads(answer.body)["status"].encode()) == (200, expected)
            await subject.idle()
        assert await subject.inbox.counts() == {State.DONE: 1}
    assert seen == ["EVNT-1"]


async def test_an_event_without_a_time_happened_when_it_arrived() -> None:
    """So that it goes after what happened before, and not before all."""
    inbox = MemoryInbox()
    async with receiver(inbox=inbox) as subject:
        subject._names["booking.scheduled"] = ("h",)
        data = json.loads(make_event("booking.scheduled"))
        del data["creation_time"]
        assert (await deliver(subject, json.dumps(data).encode())).status == 200
        (claim,) = await inbox.claim(1, ("h",), time.time())
        assert claim.event.creation_time == claim.event.received
        assert abs(claim.event.received - time.time()) < 60


async def test_a_slow_handler_does_not_hold_up_the_answer() -> None:
    """OnceHub never waits for a handler."""
    go = asyncio.Event()
    subject = receiver()

    @subject.on("*")
    async def slow(event: Event) -> None:
        await go.wait()

    async with subject:
        for _ in range(3):
            assert (await deliver(subject)).status == 200
        go.set()


HEADERS: list[Any] = [
    {},
    {"Oncehub-Signature": ""},
    {"Oncehub-Signature": "t=1,s=00"},
    {"Oncehub-Signature": "\udcff\x00"},
    {"Other": "x"},
    [],
    [(b"oncehub-signature", b"\xff")],
    [("oncehub-signature", "t=1"), ("Oncehub-Signature", "s=2")],
]


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[" * 100_000, b"x" * 2_000_000])
async def test_whatever_is_not_signed_is_a_4xx_with_one_line(
    headers: Any, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Before the body is even looked at."""
    async with receiver() as subject:
        caplog.clear()
        answer = await subject.receive(headers, body)
    assert answer.status == (413 if len(body) > 1_000_000 else 401)
    assert len(caplog.records) <= 1
    assert all("\n" not in each.getMessage() for each in caplog.records)


UNREADABLE = [
    b"",
    b"[]",
    b"nobody@example.com",
    b"[" * 100_000,
    b"\xff",
    b"{}",
    b"NaN",
    b'{"id": 17, "type": "booking.scheduled"}',
    b'{"id": "EVNT-\xc3\xa9", "type": "booking.scheduled"}',
    b'{"id": "' + b"x" * 300 + b'", "type": "booking.scheduled"}',
    b'{"id": "EVNT-1"}',
]


@pytest.mark.parametrize("body", UNREADABLE)
async def test_what_is_signed_and_unreadable_is_kept_as_it_came(
    body: bytes, make_inbox: MakeInbox, caplog: pytest.LogCaptureFixture
) -> None:
    """2xx, for OnceHub would switch the webhook off; handlers of everything get it, once."""
    subject, seen = receiver(inbox=make_inbox()), list[Event]()

    @subject.on("*")
    async def everything(event: Event) -> None:
        seen.append(event)

    @subject.on("booking")
    async def bookings(event: Event) -> None:
        raise AssertionError("it isn't known to be one")

    async with subject:
        caplog.clear()
        for _ in range(2):
            assert (await deliver(subject, body)).status == 200
            await subject.idle()
            assert isinstance(seen[0].raw, dict)
        (event,) = seen
        assert (event.type, event.body) == ("unreadable", body)
        for line in caplog.messages:
            assert "kept as UNREADABLE-" in line
            assert "nobody" not in line


async def test_headers_of_every_framework() -> None:
    """Mappings and pairs, text and bytes, in any case; twice is refused."""
    body = make_event("booking.scheduled")
    value = sign(body, SECRET)
    forms: list[Any] = [
        {"oncehub-signature": value},
        {"ONCEHUB-SIGNATURE": value},
        [("Oncehub-Signature", value), ("x", "y")],
        [(b"oncehub-signature", value.encode())],
        MultiDict([("oncehub-signature", value)]),
        CIMultiDict([("ONCEHUB-signature", value)]),
    ]
    async with receiver() as subject:
        for headers in forms:
            assert (await subject.receive(headers, body)).status == 200
        twice = [("Oncehub-Signature", value)] * 2
        for several in (twice, MultiDict(twice), CIMultiDict(twice)):
            assert (await subject.receive(several, body)).status == 401


async def test_the_age_limit_follows_from_what_the_inbox_remembers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The retry window where events are remembered as long, minutes where not; told once."""
    now = time.time()
    kept = receiver(inbox=SQLiteInbox(tmp_path / "inbox.db"))
    async with kept:
        assert not caplog.records
        assert (await deliver(kept, at=now - RETRY_WINDOW + 60)).status == 200
        assert (await deliver(kept, at=now - RETRY_WINDOW - 60)).status == 401
        assert (await deliver(kept, at=now + 400)).status == 401
    caplog.clear()
    short = SQLiteInbox(tmp_path / "short.db", keep=86_400.0)
    for inbox, memory in ((MemoryInbox(), "until the process ends"), (short, "for 24 hours")):
        caplog.clear()
        async with receiver(inbox=inbox) as subject:
            told = [each for each in caplog.records if "signatures older than" in each.message]
            assert len(told) == 1
            assert memory in told[0].message
            assert (await deliver(subject, at=now - SHORT_AGE + 60)).status == 200
            assert (await deliver(subject, at=now - SHORT_AGE - 60)).status == 401
    async with receiver(max_age=3_600, max_skew=10) as subject:
        assert (await deliver(subject, at=now - 3_500)).status == 200
        assert (await deliver(subject, at=now + 60)).status == 401


async def test_an_age_limit_beyond_the_inboxs_memory_is_refused(tmp_path: Path) -> None:
    """Replays would be handled again."""
    subject = receiver(inbox=SQLiteInbox(tmp_path / "inbox.db", keep=3_600.0), max_age=3_600)
    with pytest.raises(ConfigurationError, match=r"keep: .*3900 s"):
        await subject.open()


@pytest.mark.parametrize("keep", [60.0, 599.0])
async def test_an_inbox_that_forgets_within_minutes_is_refused(tmp_path: Path, keep: float) -> None:
    """Also where no age limit was given: the short one is longer than that."""
    subject = receiver(inbox=SQLiteInbox(tmp_path / "inbox.db", keep=keep))
    with pytest.raises(ConfigurationError, match=r"keep: .*600 s"):
        await subject.open()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"signing_secret": None}, "unsafe_accept_unsigned"),
        ({"signing_secret": ""}, "signing_secret"),
        ({"signing_secret": []}, "signing_secret"),
        ({"max_age": 0}, "max_age"),
        ({"max_skew": 0}, "max_skew"),
        ({"concurrency": 0}, "concurrency"),
        ({"timeout": 0}, "timeout"),
        ({"drain": -1}, "drain"),
        ({"max_body": 0}, "max_body"),
        ({"read_timeout": 0}, "read_timeout"),
    ],
)
def test_settings_that_can_not_work(settings: dict[str, Any], text: str) -> None:
    """Are refused before it starts, by name."""
    with pytest.raises(ConfigurationError, match=text):
        receiver(**settings)


async def test_unsigned_deliveries_need_an_argument_that_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With a secret too, one that is signed has to be signed well."""
    body = make_event("booking.scheduled")
    async with receiver(signing_secret=None, unsafe_accept_unsigned=True) as subject:
        assert "whoever finds the URL" in caplog.text
        assert (await subject.receive({}, body)).status == 200
        assert (await subject.receive({}, b"[]")).status == 400
    async with receiver(unsafe_accept_unsigned=True) as subject:
        assert (await subject.receive({}, body)).status == 200
        assert (await subject.receive({"Oncehub-Signature": "t=1,s=0"}, body)).status == 401


class FailingInbox(MemoryInbox):
    """Fails as it is told to."""

    trouble: Exception | None = None

    async def put(self, event: Any, handlers: Any) -> bool:
        if self.trouble is not None:
            raise self.trouble
        return await super().put(event, handlers)


@pytest.mark.parametrize(
    "trouble", [InboxError("disk full"), ConnectionError("nobody@example.com")]
)
async def test_trouble_of_the_inbox_is_a_503_and_ends_by_itself(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """A line when it begins and one when it ends; not ready meanwhile."""
    inbox = FailingInbox()
    async with receiver(inbox=inbox) as subject:
        caplog.clear()
        inbox.trouble = trouble
        for _ in range(3):
            assert (await deliver(subject)).status == 503
        assert subject.readiness().status == 503
        inbox.trouble = None
        assert (await deliver(subject)).status == 200
        assert subject.readiness().status == 200
    lines = [each.getMessage() for each in caplog.records if "handler asks" not in each.message]
    assert len(lines) == 2
    assert "503" in lines[0]
    assert "works again" in lines[1]
    assert "nobody" not in caplog.text


async def test_services_reach_the_handlers_and_outlive_them() -> None:
    """An object, or a context manager entered before the first handler and left after the last."""
    order: list[str] = []

    @asynccontextmanager
    async def services() -> AsyncIterator[str]:
        order.append("entered")
        yield "pool"
        order.append("left")

    subject = receiver(services=functools.partial(services))

    @subject.on("*")
    async def handler(event: Event, context: Context) -> None:
        await asyncio.sleep(0.01)
        order.append(context.services)

    async with subject:
        await deliver(subject)
        await asyncio.sleep(0.005)
    assert order == ["entered", "pool", "left"]
    await_idle = receiver(services={"key": 1})
    got: list[Any] = []

    @await_idle.on("*")
    async def second(event: Event, context: Context) -> None:
        got.append(context.services)

    async with await_idle:
        await deliver(await_idle)
        await await_idle.idle()
    assert got == [{"key": 1}]

    async def no_manager() -> None: ...

    with pytest.raises(ConfigurationError, match="asynccontextmanager"):
        await receiver(services=lambda: 5).open()


async def test_work_of_a_renamed_handler_is_told_of(
    make_inbox: MakeInbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And done once it has its old name back."""
    path = tmp_path / "inbox.db"
    first = receiver(inbox=SQLiteInbox(path))

    @first.on("*", name="old name")
    async def failing(event: Event) -> None:
        raise ValueError

    async with first:
        await deliver(first)
        await first.idle()
    caplog.clear()
    async with receiver(inbox=SQLiteInbox(path)):
        assert "1 events wait for 'old name'" in caplog.text


async def test_a_body_changed_at_random_never_raises() -> None:
    """Signed or not, it is answered: 200 for an event, else 4xx, never 500.

    ONCEHUB_FUZZ sets how many are tried; the test of record tries a million.
    """
    chance = random.Random(11)
    good = make_event("booking.scheduled", event_id="EVNT-1")
    logging.getLogger("oncehub_async.webhooks").setLevel(logging.CRITICAL)
    try:
        async with receiver() as subject:
            for _ in range(int(os.environ.get("ONCEHUB_FUZZ", "1500"))):
                body = bytearray(good)
                for _ in range(chance.randint(1, 4)):
                    place = chance.randrange(len(body))
                    body[place : place + chance.randrange(3)] = chance.randbytes(
                        chance.randrange(4)
                    )
                signed = chance.random() < 0.7
                signature = sign(bytes(body) if signed else good, SECRET)
                answer = await subject.receive({"Oncehub-Signature": signature}, bytes(body))
                assert answer.status in ((200, 400) if signed or body == good else (401,))
    finally:
        logging.getLogger("oncehub_async.webhooks").setLevel(logging.NOTSET)
