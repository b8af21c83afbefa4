"""Arguments of another kind than what is asked for: refused at once, in one line that names them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from oncehub_async import Clock, ConfigurationError
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import (
    Backoff,
    Event,
    MemoryInbox,
    Receiver,
    ReceiverApp,
    Refusal,
    SignatureError,
    SQLiteInbox,
    WallClock,
    add_receiver,
    aiohttp_handler,
    construct_event,
    read_event,
    serve,
    verify_signature,
)

from .conftest import SECRET

BODY = make_event("booking.scheduled", event_id="EVNT-1")
GOOD = sign(BODY, SECRET)

SIGNED_AT = time.time()
pytestmark = pytest.mark.usefixtures("time_of_signing")


Anything = Any  # what a type checker would refuse


def shown(value: object) -> str:
    """The same in each process that runs the tests."""
    is_plain = isinstance(value, str | int | float) and GOOD not in str(value)
    return ascii(value) if is_plain and len(str(value)) < 40 else type(value).__name__


def receiver(**settings: Anything) -> Receiver:
    return Receiver(**{"signing_secret": SECRET, "inbox": MemoryInbox(), **settings})


_CLOCKS: list[Anything] = [Clock(), time.time, 1, WallClock, "utc"]
_INBOXES: list[Anything] = ["inbox.db", Path("inbox.db"), b"x", None, MemoryInbox, {}]
WRONG: list[tuple[str, Anything]] = [
    *(("clock", clock) for clock in _CLOCKS),
    *(("inbox", each) for each in _INBOXES),
    *(
        ("signing_secret", each)
        for each in (
            *(None, "", b"", "  ", " a", "a\n", "\ud800", [], [""], [None], ["a", None], [["a"]]),
            *({"production": "a"}, 5, True, Path("secret"), bytearray(b"a"), object(), {1, 2}),
        )
    ),
    *(("backoff", each) for each in (5, 2.0, "exponential", Backoff, {"attempts": 5})),
    *(("unsafe_accept_unsigned", each) for each in ("yes", "no", 1, 0, None)),
    *(("max_body", each) for each in ("1MB", 1.5, 0, None, True)),
    *(("concurrency", each) for each in ("4", 2.0, 0, None, True)),
    *(
        (name, each)
        for name in ("max_skew", "timeout", "drain", "read_timeout")
        for each in ("10", None, 0, -1, float("nan"), float("inf"), True, [5])
    ),
    *(("max_age", each) for each in ("1h", 0, float("inf"), True)),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=shown)
def test_a_setting_of_the_wrong_kind(name: str, value: Anything) -> None:
    """By its name, and without its value, which could be a secret."""
    with pytest.raises(ConfigurationError, match=name) as caught:
        receiver(**{name: value})
    assert "\n" not in str(caught.value)


class Called:
    async def __call__(self, event: Event) -> None: ...


async def _generator(event: Event) -> Anything:
    yield event


async def _takes_nothing() -> None: ...


async def _takes_three(event: Event, context: object, more: object) -> None: ...


@pytest.mark.parametrize(
    "function",
    [lambda event: None, print, _generator, Called, _takes_nothing, _takes_three, 5, None, "x"],
    ids=shown,
)
def test_a_handler_that_is_no_coroutine_function(function: Anything) -> None:
    """Or can't be called with an event."""
    with pytest.raises(ConfigurationError, match=r"async def|has to take"):
        receiver().on("booking.scheduled")(function)


async def test_callable_objects_can_be_handlers() -> None:
    """With a name that stays."""
    this = receiver()
    this.on("booking.scheduled", name="called")(Called())
    with pytest.raises(ConfigurationError, match="name="):
        this.on("booking.canceled")(Called())


@pytest.mark.parametrize("given", [None, "receiver", Receiver, object(), MemoryInbox()], ids=shown)
async def test_what_is_no_receiver(given: Anything) -> None:
    """Refused by all that take one."""
    takers: list[Callable[[Anything], object]] = [
        ReceiverApp,
        aiohttp_handler,
        lambda it: add_receiver(web.Application(), it),
    ]
    for take in takers:
        with pytest.raises(ConfigurationError, match="receiver: expected a Receiver"):
            take(given)
    with pytest.raises(ConfigurationError, match="receiver: expected a Receiver"):
        await serve(given)


@pytest.mark.parametrize(
    "app", [None, object(), ReceiverApp(receiver()), web.RouteTableDef()], ids=shown
)
def test_what_is_no_aiohttp_application(app: Anything) -> None:
    """Others have an adapter of their own."""
    with pytest.raises(ConfigurationError, match="ReceiverApp"):
        add_receiver(app, receiver())


PATHS: list[Anything] = [
    *("webhooks", "webhooks/oncehub", " /in", "https://me.example/in", "me.example/in"),
    *("/in?x=1", "/in#x", "/{tenant}/in", "/a//b", "//in", "/a/../b", "/./in", "/in\n", "/\x00"),
    *("/\ud800", "\\in", "/a\\b", None, 5, b"/in", Path("/in"), ["/in"]),
]


@pytest.mark.parametrize("path", PATHS, ids=shown)
async def test_a_path_that_no_url_leads_to(path: Anything) -> None:
    """In an application and alone."""
    with pytest.raises(ConfigurationError, match="path: "):
        add_receiver(web.Application(), receiver(), path)
    with pytest.raises(ConfigurationError, match="path: "):
        await serve(receiver(), path=path, port=0)


@pytest.mark.parametrize(
    "address",
    [
        *({"port": each} for each in ("8080", "x", 8080.0, None, -1, 65_536, True)),
        *({"host": each} for each in (None, 5, b"127.0.0.1", ["127.0.0.1"])),
        *({"on_start": each} for each in ("print", 5)),
    ],
    ids=shown,
)
async def test_an_address_of_the_wrong_kind(address: dict[str, Anything]) -> None:
    """Before anything is opened."""
    this = receiver()
    with pytest.raises(ConfigurationError, match=f"{next(iter(address))}: expected"):
        await serve(this, **address)
    assert this.health().status == 200
    assert this.readiness().status == 503


PARTS = GOOD.split(",")

GOOD_HEADERS: list[Anything] = [
    *(GOOD, GOOD.encode(), bytearray(GOOD.encode()), memoryview(GOOD.encode())),
    *([GOOD], (GOOD,), [GOOD.encode()], PARTS, [None, GOOD]),
    [PARTS[0], f" {PARTS[1]}"],
]


@pytest.mark.parametrize("header", GOOD_HEADERS, ids=shown)
async def test_a_header_in_whatever_form_a_framework_gives_it(header: Anything) -> None:
    """A text, bytes, or the list of values: the same for functions and receiver."""
    verify_signature(BODY, header, SECRET)
    assert construct_event(BODY, header, SECRET).id == "EVNT-1"
    async with receiver() as this:
        for headers in ({"oncehub-signature": header}, [(b"Oncehub-Signature", header)]):
            answer = await this.receive(headers, BODY)
            assert answer.status == 200, this.refusals


@pytest.mark.parametrize(
    "header", [None, [], [None], "", [GOOD, GOOD], f"{GOOD},{GOOD}"], ids=shown
)
async def test_a_header_that_is_missing_or_came_twice(header: Anything) -> None:
    """Is no mistake of the application's, but a refusal."""
    with pytest.raises(SignatureError):
        verify_signature(BODY, header, SECRET)
    async with receiver() as this:
        assert (await this.receive({"Oncehub-Signature": header}, BODY)).status == 401


@pytest.mark.parametrize("header", [5, 1.0, object(), {"a": GOOD}, [5], [[5]]], ids=shown)
async def test_a_header_that_is_no_text(header: Anything, caplog: pytest.LogCaptureFixture) -> None:
    """Is one, and told as such."""
    with pytest.raises(ConfigurationError, match="header: expected the value of"):
        verify_signature(BODY, header, SECRET)
    async with receiver() as this:
        assert (await this.receive({"Oncehub-Signature": header}, BODY)).status == 503
        assert this.refusals == {Refusal.NOT_AS_IT_ARRIVED: 1}
    assert "receive(headers, body) takes" in caplog.text


@pytest.mark.parametrize("headers", [None, 5, "Oncehub-Signature: t=1", [1], [("a",)]], ids=shown)
async def test_what_are_no_headers(headers: Anything, caplog: pytest.LogCaptureFixture) -> None:
    """503, for it is the application's mistake: OnceHub tries again when it is put right."""
    async with receiver() as this:
        assert (await this.receive(headers, BODY)).status == 503
    assert "headers: expected a mapping" in caplog.text


@pytest.mark.parametrize("odd", [5, None, b"\xff", "", ("a", "b")], ids=shown)
async def test_other_headers_may_be_anything(odd: Anything) -> None:
    """Only the signature's is looked at."""
    async with receiver() as this:
        headers: Anything = {odd: odd, "x": odd, "oncehub-signature": [GOOD]}
        assert (await this.receive(headers, BODY)).status == 200


@pytest.mark.parametrize("body", [BODY, bytearray(BODY), memoryview(BODY)], ids=shown)
async def test_a_body_of_any_kind_of_bytes(body: Anything) -> None:
    """What is kept are bytes."""
    verify_signature(body, GOOD, SECRET)
    for event in (construct_event(body, GOOD, SECRET), read_event(body)):
        assert (event.id, event.body) == ("EVNT-1", BODY)
    async with receiver() as this:
        assert (await this.receive({"oncehub-signature": GOOD}, body)).status == 200


@pytest.mark.parametrize("body", [BODY.decode(), None, {"id": "EVNT-1"}, [BODY], 5, ""], ids=shown)
async def test_a_body_that_was_parsed(body: Anything, caplog: pytest.LogCaptureFixture) -> None:
    """Can't be verified any more; the line says what is needed, and quotes nothing of it."""
    for function in (verify_signature, construct_event):
        with pytest.raises(ConfigurationError, match="body: expected the bytes as they arrived"):
            function(body, GOOD, SECRET)
    async with receiver() as this:
        assert (await this.receive({"oncehub-signature": GOOD}, body)).status == 503
        assert this.refusals == {Refusal.NOT_AS_IT_ARRIVED: 1}
    assert "raw body as bytes" in caplog.text
    assert "EVNT-1" not in caplog.text


async def test_a_provider_that_is_not_async(tmp_path: Path) -> None:
    """Is refused when the receiver opens, and nothing stays open."""
    for provider in (lambda: SECRET, str):
        this = receiver(signing_secret=provider, inbox=SQLiteInbox(tmp_path / "inbox.db"))
        with pytest.raises(ConfigurationError, match="async def"):
            await this.open()
        assert this.readiness().status == 503
