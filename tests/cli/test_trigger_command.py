"""`oncehub trigger`: one event, as OnceHub posts it, and what its answer means."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from oncehub_async.cli import main
from oncehub_async.cli._field_values import set_fields
from oncehub_async.errors import InvalidParameterError
from oncehub_async.models import EventName
from oncehub_async.webhooks import (
    BookingEvent,
    ConversationEvent,
    Event,
    MemoryInbox,
    Receiver,
    add_receiver,
    read_event,
    verify_signature,
)

SECRET = "sekrit-of-the-webhook"
TYPES = [str(each) for each in EventName if each is not EventName.BOOKING]
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", f"{SECRET},an-older-one")


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def receiving(**settings: Any) -> AsyncIterator[tuple[str, list[Event]]]:
    """A receiver, and the events that its handler got."""
    app, seen = web.Application(), list[Event]()
    receiver = Receiver(**{"signing_secret": SECRET, "inbox": MemoryInbox(), **settings})

    @receiver.on("*")
    async def handler(event: Event) -> None:
        seen.append(event)

    add_receiver(app, receiver, "/hook")
    async with serving(app) as url:
        yield f"{url}/hook", seen
        if receiver.refusals == {}:
            await receiver.idle()


def answering(handle: Handle) -> web.Application:
    app = web.Application()
    app.router.add_post("/hook", handle)
    return app


async def trigger(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, list[str], list[str]]:
    """Exit code, lines of the result, and lines beside it."""
    code = await asyncio.to_thread(main, ["trigger", *arguments])
    out, err = capsys.readouterr()
    assert SECRET not in out + err
    return code, out.splitlines(), err.splitlines()


@pytest.mark.parametrize("kind", TYPES)
async def test_each_type_arrives(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Signed, with data that fits the model; the answer is shown."""
    async with receiving() as (url, seen):
        code, out, err = await trigger(capsys, kind, "--to", url)
    (event,) = seen
    assert isinstance(event, BookingEvent | ConversationEvent)
    assert event.type == kind
    assert (code, err) == (0, [])
    assert out[0].split() == ["-->", kind, event.id, event.data.id]
    assert out[1].split()[:4] == ["<--", "[200]", "POST", url]
    assert out[1].endswith(" ms")
    assert out[2].split() == ['{"status":"accepted"}']


async def test_fields_can_be_set(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON or text, at any depth, also where an object is to be made first."""
    async with receiving() as (url, seen):
        settings = (
            "id=EVNT-1",
            "data.id=BKNG-7",
            "data.status=canceled",
            "data.subject=7",
            "data.duration_minutes=45",
            "data.in_trash=true",
            "data.form_submission.email=ann@example.com",
            "data.attendees.2=ann@example.com",
            "data.cancel_reschedule_information.reason=a = b",
            "data.cancel_reschedule_information.actioned_by=null",
            "data.contact=CTC-1",
            'data.custom_fields=[{"name": "x", "value": 1.5}]',
        )
        options = [each for setting in settings for each in ("--set", setting)]
        code, out, err = await trigger(capsys, "booking.scheduled", "--to", url, *options)
        assert (code, err, out[0]) == (0, [], "--> booking.scheduled EVNT-1 BKNG-7")
    (event,) = seen
    assert isinstance(event, BookingEvent)
    booking, form = event.data, event.data.form_submission
    assert (event.id, booking.status, booking.subject) == ("EVNT-1", "canceled", "7")
    assert (booking.duration_minutes, booking.in_trash) == (45, True)
    assert form is not None
    assert form.email == "ann@example.com"
    assert booking.attendees is not None
    assert booking.attendees[2] == "ann@example.com"
    assert event.raw["data"]["cancel_reschedule_information"] == {
        "reason": "a = b",
        "actioned_by": None,
    }
    assert event.raw["data"]["custom_fields"] == [{"name": "x", "value": 1.5}]


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        ((), ("TYPE", "booking.scheduled", "conversation.closed")),
        (("booking",), ("TYPE", "booking.no_show")),
        (("*",), ("TYPE", "booking.scheduled")),
        (("booking.rescheduledd",), ("did you mean 'booking.rescheduled'?", "--unlisted")),
        (("canceled",), ("did you mean 'booking.canceled'?",)),
        (("conversation.close",), ("did you mean 'conversation.closed'?",)),
        (("booking.canceled", "--set", "data.statuss=x"), ("--set", "'status'", "--unlisted")),
        (("booking.canceled", "--set", "dat.status=x"), ("--set", "'data'")),
        (("booking.canceled", "--set", "data.owner.emial=x"), ("--set", "'email'")),
        (("booking.canceled", "--set", "data.status=cancelled"), ("did you mean 'canceled'?",)),
        (("booking.canceled", "--set", "data.starting_time=soon"), ("starting_time", "is no time")),
        (("booking.canceled", "--set", "data.status"), ("--set", "data.status=canceled")),
        (("booking.canceled", "--set", "=x"), ("--set", "FIELD=VALUE")),
        (("booking.canceled", "--set", "data..id=x"), ("--set", "FIELD=VALUE")),
        (("booking.canceled", "--set", "data.status.x=y"), ("--set", "data.status is no object")),
        (("booking.canceled", "--set", "data.attendees.9=y"), ("--set", "there are 2")),
        (("booking.canceled", "--set", "data.attendees.x=y"), ("--set", "by its number")),
        (("booking.canceled", "--to", "localhost:8080/hook"), ("--to", "http://localhost")),
        (("booking.canceled", "--to", "ftp://localhost/hook"), ("--to", "http://localhost")),
        (("booking.canceled", "--to", "http://[::1"), ("--to", "http://localhost")),
        (("booking.canceled", "--secret-env", "NONE"), ("NONE", "--unsigned")),
    ],
)
async def test_slips_are_told_before_anything_is_sent(
    arguments: tuple[str, ...], texts: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, with what to write instead."""
    code, out, err = await trigger(capsys, *arguments)
    assert (code, out, len(err)) == (2, [], 1)
    for text in texts:
        assert text in err[0]


async def test_what_is_newer_than_this_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--unlisted insists, for types and for fields."""
    async with receiving() as (url, seen):
        options = ("--unlisted", "--set", "data.price.amount=3", "--to", url)
        code, _, err = await trigger(capsys, "booking.paid", *options)
        assert (code, err) == (0, [])
    assert [each.type for each in seen] == ["booking.paid"]
    assert seen[0].raw["data"]["price"] == {"amount": 3}


async def test_a_wrong_secret_says_where_to_look(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And an event without a signature, too."""
    monkeypatch.setenv("OTHER", "another-secret")
    async with receiving() as (url, _):
        code, out, err = await trigger(
            capsys, "booking.canceled", "--to", url, "--secret-env", "OTHER"
        )
        assert (code, out[1].split()[1], len(err)) == (1, "[401]", 1)
        assert "does OTHER hold the secret that the receiver has?" in err[0]
        code, out, err = await trigger(capsys, "booking.canceled", "--to", url, "--unsigned")
        assert (code, out[1].split()[1]) == (1, "[401]")
        assert "signature, and this had none" in err[0]
        code, out, err = await trigger(capsys, "booking.canceled", "--to", url + "/other")
        assert (code, out[1].split()[1]) == (1, "[404]")
        assert "is the path the one" in err[0]
    async with receiving(signing_secret=None, unsafe_accept_unsigned=True) as (url, _):
        code, _, err = await trigger(capsys, "booking.canceled", "--to", url, "--unsigned")
        assert (code, err) == (0, [])


@pytest.mark.parametrize(
    ("status", "headers", "text"),
    [
        (301, {"Location": "/hook/"}, "a redirect (to /hook/) is a failure for OnceHub"),
        (302, {}, "a redirect is a failure"),
        (400, {}, "no event"),
        (403, {}, "the signature was refused"),
        (405, {}, "POST"),
        (422, {}, "2xx"),
        (500, {}, "its log says why"),
        (503, {}, "its log says why"),
    ],
)
async def test_each_refusal_says_where_to_look(
    status: int, headers: dict[str, str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever answers: no page fills the terminal, and none writes to it what it likes."""

    async def handle(request: web.Request) -> web.Response:
        body = await request.read()
        verify_signature(body, request.headers.get("Oncehub-Signature"), SECRET)
        return web.Response(status=status, text="\x1b[31m" + "x" * 9_000, headers=headers)

    async with serving(answering(handle)) as url:
        code, out, err = await trigger(capsys, "booking.canceled", "--to", f"{url}/hook?key=pass")
    assert (code, len(err)) == (1, 1)
    assert text in err[0]
    assert out[1].startswith(f"<-- [{status}] POST {url}/hook?... in ")
    assert len("".join(out)) < 2_500
    assert "\x1b" not in "".join(out)
    assert "pass" not in "".join((*out, *err))


async def test_where_nothing_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing listens, no such host, no https, and one that hangs up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def hang_up(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with serving(answering(hang_up)) as url:
        for to, text in (
            (f"http://127.0.0.1:{port}/hook", f"nothing listens at 127.0.0.1:{port}"),
            ("http://no-such-host.invalid/hook", "no host no-such-host.invalid"),
            (url.replace("http", "https") + "/hook", "is it http?"),
            (f"{url}/hook", "broke off"),
        ):
            code, out, err = await trigger(capsys, "booking.canceled", "--to", to)
            assert (code, len(out), len(err)) == (1, 1, 1)
            assert text in err[0]


async def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The event that was sent, and the answer."""
    async with receiving() as (url, seen):
        await asyncio.to_thread(main, ["trigger", "booking.canceled", "--to", url, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["answer"]["status"] == 200
    assert json.loads(told["answer"]["body"]) == {"status": "accepted"}
    assert told["answer"]["milliseconds"] > 0
    assert told["event"] == seen[0].raw


@pytest.mark.parametrize("kind", ["booking.canceled", "conversation.closed"])
def test_every_field_of_the_models_can_be_set(kind: str) -> None:
    """Also those that a sample happens to lack; others of the same length can't."""
    from oncehub_async.models import Booking, Conversation
    from oncehub_async.testing import make_event

    event = read_event(make_event(kind))
    model = type(event.data)
    assert model in (Booking, Conversation)
    raw = event.raw
    for field in model.__attrs_attrs__:
        if field.name != "unknown_fields":
            set_fields(raw, [f"data.{field.name}=null"], unlisted=False)
            with pytest.raises(InvalidParameterError):
                set_fields(raw, [f"data.{field.name}_=null"], unlisted=False)
