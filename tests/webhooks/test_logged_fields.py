"""What is logged can be searched: each record tells event, handler and attempt by field."""

import asyncio
import json
import logging
import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from oncehub_async._ground import fields
from oncehub_async.testing import ReceiverClient, make_event
from oncehub_async.webhooks import (
    Context,
    Event,
    GiveUp,
    MemoryInbox,
    Receiver,
    RetryLater,
    State,
    serve,
)

from ..documents import ROOT
from .conftest import SECRET

USUAL = set(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "asctime",
    "taskName",
}
FIELDS = {
    "attempt",
    "attempts",
    "count",
    "error_place",
    "error_type",
    "event_id",
    "event_type",
    "handler",
    "refusal",
    "retry_in",
    "state",
    "status",
    "url",
    "webhook_id",
}
PEOPLE = ("Carrie", "carrie", "Olivia", "olivia", "Product demo", SECRET)


class JSONLines(logging.Handler):
    """What a service that logs JSON writes: the line, and whatever a record has beside it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        beside = {name: value for name, value in vars(record).items() if name not in USUAL}
        told = {"level": record.levelname, "message": record.getMessage()} | beside
        self.lines.append(json.dumps(told, allow_nan=False))

    def records(self, **fields: Any) -> list[dict[str, Any]]:
        """Those that have all of these fields."""
        found = [json.loads(line) for line in self.lines]
        return [each for each in found if fields.items() <= each.items()]


@pytest.fixture
def log() -> Iterator[JSONLines]:
    logger = logging.getLogger("oncehub_async.webhooks")
    level, handler = logger.level, JSONLines()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(level)
    for line in handler.lines:
        told = json.loads(line)
        assert set(told) - {"level", "message"} <= FIELDS, line
        assert not any(each in line for each in PEOPLE), line


async def fail(event: Event, context: Context) -> None:
    if context.handler == "asks":
        raise RetryLater(60, f"about {event.data.form_submission.email}")
    if context.handler == "gives up":
        raise GiveUp(f"about {event.data.form_submission.email}")
    if context.handler == "fails":
        raise ConnectionError(event.data.form_submission.email)


async def test_what_becomes_of_an_event_is_found_by_its_id(log: JSONLines) -> None:
    """Accepted, done, asked for later, failed, given up: each with the handler and the attempt."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    for name in ("works", "asks", "gives up", "fails"):
        receiver.on("booking.canceled", name=name, attempts=2)(fail)
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        await oncehub.handled()
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        await oncehub.advance(4 * 3600.0)
    event = {"event_id": "EVNT-1", "event_type": "booking.canceled"}
    assert [each["message"] for each in log.records(**event, status=200)] == ["EVNT-1 is accepted"]
    found = {
        (each["handler"], each["attempt"]): each
        for each in log.records(**event)
        if "attempt" in each
    }
    assert {key: each["level"] for key, each in found.items()} == {
        ("works", 1): "DEBUG",
        ("asks", 1): "INFO",
        ("asks", 2): "ERROR",
        ("gives up", 1): "ERROR",
        ("fails", 1): "WARNING",
        ("fails", 2): "ERROR",
    }
    assert found["works", 1]["state"] == State.DONE
    assert found["fails", 1]["state"] == State.FAILED
    assert found["fails", 2]["state"] == State.DEAD
    assert found["fails", 1]["error_type"] == "ConnectionError"
    assert found["fails", 1]["error_place"].startswith("test_logged_fields.py:")
    assert (found["fails", 1]["attempts"], "retry_in" in found["fails", 2]) == (2, False)
    assert 0 < found["fails", 1]["retry_in"] <= 5
    assert 59 < found["asks", 1]["retry_in"] <= 60
    assert "failed" not in found["asks", 1]["message"]
    assert "RetryLater" not in found["asks", 1]["message"]


async def test_refusals_and_what_nobody_handles(log: JSONLines) -> None:
    """By what was answered, and by the type."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    async with ReceiverClient(receiver, secret="another") as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled"))
    (refused,) = log.records(status=401)
    assert (refused["refusal"], refused["count"]) == ("mismatch", 1)
    (unhandled,) = log.records(level="WARNING", event_type="booking.canceled")
    assert "no handler asks for booking.canceled" in unhandled["message"]


async def test_hooks_that_fail(log: JSONLines) -> None:
    """Are told with the event and the handler that they were told of."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    receiver.on("booking.canceled", name="gives up")(fail)

    async def broken(error: Exception, event: Event, context: Context) -> None:
        raise ValueError(event.data.form_submission.email)

    receiver.on_error(broken)
    receiver.on_dead_letter(broken)
    async with ReceiverClient(receiver) as oncehub:
        await oncehub.deliver(make_event("booking.canceled", event_id="EVNT-1"))
        await oncehub.handled()
    about = {"event_id": "EVNT-1", "event_type": "booking.canceled", "handler": "gives up"}
    told = log.records(**about, attempt=1, error_type="ValueError")
    assert [each["message"].split(" failed itself")[0] for each in told] == [
        "an error handler",
        "a dead letter's handler",
    ]


def test_what_others_wrote_forges_no_line() -> None:
    """Not with those either who log text: a field is as printable as the line."""
    told = fields(event_type="booking.new\nERROR all is lost", attempt=2, seconds=0.5, status=None)
    assert told == {
        "event_type": "booking.new\\nERROR all is lost",
        "attempt": 2,
        "seconds": 0.5,
    }


async def test_serve_says_when_it_listens_and_when_it_stops(log: JSONLines) -> None:
    """At level INFO, with the URL."""
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    stopped: list[str] = []

    def started(url: str) -> None:
        stopped.append(url)
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGTERM)

    await serve(receiver, port=0, on_start=started)
    (url,) = stopped
    told = [each["message"] for each in log.records(level="INFO", url=url)]
    assert [each.split()[0].rstrip(":") for each in told] == ["listening", "stopping", "stopped"]
    assert url in told[0]


async def test_serve_says_so_when_its_task_is_cancelled(log: JSONLines) -> None:
    """As it is ended in a thread."""
    started = asyncio.get_running_loop().create_future()
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox())
    serving = asyncio.create_task(serve(receiver, port=0, on_start=started.set_result))
    url = await started
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    told = [each["message"].split()[0].rstrip(":") for each in log.records(url=url)]
    assert told == ["listening", "stopping", "stopped"]


def test_the_page_lists_the_fields() -> None:
    """Whoever writes a query looks there."""
    page = (ROOT / "docs" / "webhooks.md").read_text()
    (log,) = re.findall("## The log\n(.*?)\n## ", page, re.DOTALL)
    assert {name for name in FIELDS if f"`{name}`" not in log} == set()
