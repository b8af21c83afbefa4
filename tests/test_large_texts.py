"""One long text in an answer or a delivery: the event loop goes on while it is read."""

import asyncio
import gzip
import json
import threading
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from oncehub_async import OnceHub, RetryPolicy, ServerError
from oncehub_async._ground import LARGE, OutsideQuotes, ValueCount, load_json, off_loop
from oncehub_async._http import call, response, transport
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import Event, MemoryInbox, Receiver, _event
from oncehub_async.webhooks._accepting import intake, signature_rules
from oncehub_async.webhooks._accepting.signature import check_signature
from oncehub_async.webhooks._envelope import read_envelope

from .loopback import answer, serving

SECRET = "sekrit-of-the-webhook"
LONG = 2 * LARGE
NOTES = [
    "x",
    "\\",
    '"',
    ",",
    "[{}],",
    "1234567890",
    "e-12 ",
    "\ud83d",
    "😀,",
    "1.0000000000000000001,",
]


class Gate:
    """Lets work go on only while the event loop turns: in the loop itself it would stand for ever."""

    def __init__(self) -> None:
        self.loop, self.passed = asyncio.get_running_loop(), 0

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def waits(*given: Any, **named: Any) -> Any:
            if _large(given):
                turned = threading.Event()
                self.loop.call_soon_threadsafe(turned.set)
                assert turned.wait(20.0), "the event loop stood still"
                self.passed += 1
            return work(*given, **named)

        return waits


def _large(given: tuple[Any, ...]) -> bool:
    texts = [each for each in given if isinstance(each, bytes | bytearray)]
    texts += [each.body for each in given if hasattr(each, "body") and each.body]
    return any(len(text) > LARGE for text in texts)


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("status", [200, 500])
async def test_an_answer_with_a_long_text_is_read_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch, status: int, is_packed: bool
) -> None:
    """Counted as it comes, and parsed; an error's too."""
    gate = Gate()
    monkeypatch.setattr(transport, "_excess", gate.around(transport._excess))
    monkeypatch.setattr(call, "read", gate.around(response.read))
    body = orjson.dumps({"id": "BKNG-1", "note": "x" * LONG, "message": "y" * LONG})
    sent = gzip.compress(body) if is_packed else body
    headers = {"Content-Encoding": "gzip"} if is_packed else {}
    async with (
        serving(answer(status, sent, headers)) as server,
        OnceHub("key", base_url=server.url, retry=RetryPolicy(attempts=1)) as oncehub,
    ):
        if status == 500:
            with pytest.raises(ServerError):
                await oncehub.bookings.get("BKNG-1")
        else:
            booking = await oncehub.bookings.get("BKNG-1")
            assert booking.unknown_fields["note"] == "x" * LONG
    assert gate.passed >= 2


async def test_a_large_delivery_is_read_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is accepted, and when it is handled; up to what the receiver lets in."""
    gate, seen = Gate(), list[str]()
    monkeypatch.setattr(intake, "read_envelope", gate.around(read_envelope))
    monkeypatch.setattr(_event, "kept_event", gate.around(_event.kept_event))
    monkeypatch.setattr(signature_rules, "check_signature", gate.around(check_signature))
    receiver = Receiver(signing_secret=SECRET, inbox=MemoryInbox(), max_body=4 * LONG)

    @receiver.on("*")
    async def handler(event: Event) -> None:
        seen.append(event.id)

    body = make_event("booking.canceled", event_id="EVNT-1", data={"note": "x" * LONG})
    async with receiver:
        told = await receiver.receive({"Oncehub-Signature": sign(body, SECRET)}, body)
        assert told.status == 200
        await receiver.idle()
    assert seen == ["EVNT-1"]
    assert gate.passed == 3


async def test_small_texts_are_read_at_once() -> None:
    """To hand them over would take longer."""
    here = threading.get_ident()
    assert await off_loop(LARGE, threading.get_ident) == here
    assert await off_loop(LARGE + 1, threading.get_ident) != here


@pytest.mark.parametrize("note", NOTES, ids=ascii)
def test_a_long_text_with_few_signs_is_not_looked_through_for_what_it_means(
    monkeypatch: pytest.MonkeyPatch, note: str
) -> None:
    """Whatever it is made of: in one of backslashes that took six times as long as parsing it."""
    looked = list[int]()
    add = OutsideQuotes.add

    def noted(self: OutsideQuotes, piece: bytes) -> int:
        looked.append(len(piece))
        return add(self, piece)

    monkeypatch.setattr(OutsideQuotes, "add", noted)
    text = json.dumps({"id": "X-1", "note": note * (12_000_000 // len(json.dumps(note)))}).encode()
    count, come = ValueCount(), bytearray()
    for start in range(0, len(text), 256 * 1024):
        come += text[start : start + 256 * 1024]
        count.look(come)
    has_signs = bool({*note} & {*",[{"})
    assert sum(looked) == (len(text) if has_signs else 0)
    assert load_json(text)["note"] == json.loads(text)["note"]
