"""Any path that somebody may choose: what is announced is what answers, or it is refused at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from starlette.applications import Starlette
from starlette.routing import Route
from yarl import URL

from oncehub_async import ConfigurationError
from oncehub_async.cli import _listen
from oncehub_async.testing import make_event, sign
from oncehub_async.webhooks import MemoryInbox, Receiver, ReceiverApp, add_receiver, serve
from oncehub_async.webhooks._serving.delivery_path import delivery_path

from ..typed_command import run
from .conftest import SECRET
from .test_adapters import _aiohttp_runs, _lifespan, _uvicorn_runs

LONG = "/" + "a" * 1_999
ANSWERED = [
    *("/", "", "/hook", "/hook/", "/a/b/c", "/Hook", "/health", "/ready", "/x/ready/", "/..."),
    *("/a b", "/a ", "/ ", "/a%20b", "/a%2Fb", "/a%2fb", "/%2F", "/%2F%2F", "/a%2F/", "/%5C"),
    *("/%", "/%zz", "/100%", "/%25", "/%2525", "/a%00b", "/a%0Ab", "/%F6", "/%ff%fe", "/%2B"),
    *(
        "/ö",
        "/%C3%B6",
        "/%c3%b6",
        "/日本",
        "/😀",
        "/e\u0301",
        "/é",
        "/ﬁ",
        "/İ",
        "/a..b",
        "/%2e%2ea",
    ),
    *(
        "/%3Fa",
        "/%23a",
        "/a;b=1",
        "/a%3Bb",
        "/a,b",
        "/a+b",
        "/a&b=c",
        "/a=b",
        "/a@b",
        "/@x",
        "/a:b",
    ),
    *("/:80", "/~a", "/a*", "/*", "/$x", "/a'b", '/a"b', "/a<b>", "/a|b", "/a^b", "/a`b", "/[x]"),
    *("/a!b(c)", LONG, "/" + "ö" * 333),
]
REFUSED = [
    *("hook", "hook/in", " /hook", "http://me.example/hook", "//me.example/hook", "C:/hook", "\\a"),
    *("//", "///x", "/hook//", "/a//b", "/..", "/.", "/a/../b", "/a/./b", "/%2e%2e/x", "/%2E"),
    *("/a/%2e%2E", "/.%2e/b", "/{x}", "/a{", "/}", "/{x:.*}", "/%7Bx%7D", "/%7b", "/a%7D", "/?a=1"),
    *("/a?", "/a#b", "/a\\b", "/\ta", "/a\n", "/a\x00", "/a\u202eb", "/\ud800", "/a\u00a0b"),
    *(LONG + "a", "/" + "a" * 70_000, "/" + "ö" * 334),
]
PREFIXES = ["/in{}", "/a/b{}/", "/A;x+{}"]


def short(path: object) -> str:
    return ascii(path)[:24]


answered = pytest.mark.parametrize("path", ANSWERED, ids=short)
refused = pytest.mark.parametrize("path", REFUSED, ids=short)


def make_receiver() -> Receiver:
    return Receiver(signing_secret=SECRET, inbox=MemoryInbox(), drain=0.1)


@asynccontextmanager
async def serving(path: str) -> AsyncIterator[str]:
    """The URL that it announces."""
    started: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        serve(make_receiver(), port=0, path=path, on_start=started.set_result)
    )
    either: set[asyncio.Future[Any]] = {task, started}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    yield started.result()
    task.cancel()
    await asyncio.wait({task})


async def statuses(url: str) -> list[int]:
    """Of a signed delivery to a URL as it stands, and as a client writes it that encodes anew."""
    body = make_event("booking.scheduled")
    headers = {"Oncehub-Signature": sign(body, SECRET)}
    found = [await _by_hand(url, headers, body)]
    async with aiohttp.ClientSession() as session:
        for form in (URL(url, encoded=True), URL(url)):
            async with session.post(form, data=body, headers=headers) as response:
                found.append(response.status)
    return found


async def _by_hand(url: str, headers: dict[str, str], body: bytes) -> int:
    """Byte for byte."""
    port = URL(url).port
    target = url.partition(f":{port}")[2]
    lines = [f"POST {target} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


@answered
async def test_what_serve_announces_is_what_answers(path: str) -> None:
    """With a slash at its end and without."""
    async with serving(path) as url:
        forms = [url] if url.endswith("/") else [url, f"{url}/"]
        for form in forms:
            assert await statuses(form) == [200, 200, 200]


@answered
async def test_an_aiohttp_application_answers_where_it_was_told(path: str) -> None:
    """At what becomes of the path in a URL; its probes are below that."""
    app = web.Application()
    add_receiver(app, make_receiver(), path)
    raw = delivery_path(path).raw
    async with _aiohttp_runs(app) as url, aiohttp.ClientSession() as session:
        assert await statuses(f"{url}{raw or '/'}") == [200, 200, 200]
        assert await statuses(f"{url}{raw}/") == [200, 200, 200]
        for probe in ("health", "ready/"):
            async with session.get(URL(f"{url}{raw}/{probe}", encoded=True)) as response:
                assert response.status == 200


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_sub_application_answers_below_its_prefix(prefix: str) -> None:
    """At any path that an application has."""
    app, places = web.Application(), []
    for number, path in enumerate(each for each in ANSWERED if len(each) < 300):
        inner = web.Application()
        add_receiver(inner, make_receiver(), path)
        app.add_subapp(prefix.format(number), inner)
        places.append(prefix.format(number).rstrip("/") + delivery_path(path).raw)
    async with _aiohttp_runs(app) as url:
        for place in places:
            for form in (place, f"{place}/"):
                assert await statuses(url + form) == [200, 200, 200], form


async def test_a_path_that_is_too_long_with_its_prefix_is_refused_at_the_start() -> None:
    """Servers count both."""
    app, inner = web.Application(), web.Application()
    add_receiver(inner, make_receiver(), LONG)
    app.add_subapp("/in", inner)
    with pytest.raises(ConfigurationError, match=r"path: expected at most 2,000"):
        await web.AppRunner(app).setup()


@pytest.mark.parametrize("prefix", ["/in/..", "/./in", "/a b", "/é", "/%7Bx%7D"])
async def test_a_prefix_that_no_request_has_is_refused_at_the_start(prefix: str) -> None:
    """Clients and aiohttp write another one."""
    app, inner = web.Application(), web.Application()
    add_receiver(inner, make_receiver(), "/hook")
    app.add_subapp(prefix, inner)
    with pytest.raises(ConfigurationError, match="add_subapp: "):
        await web.AppRunner(app).setup()


async def test_an_asgi_application_answers_wherever_it_stands() -> None:
    """Alone, at any path; in Starlette, at the path of its route."""
    async with _uvicorn_runs(ReceiverApp(make_receiver())) as url:
        for path in ANSWERED:
            assert await statuses(url + (delivery_path(path).raw or "/")) == [200, 200, 200], path
    this = make_receiver()
    plain = [path for path in ANSWERED if path and "%" not in path]
    routes = [Route(path, ReceiverApp(this)) for path in plain]
    async with _uvicorn_runs(Starlette(routes=routes, lifespan=_lifespan(this))) as url:
        for path in plain:
            form = delivery_path(path).raw + "/" * path.endswith("/")
            assert await statuses(url + form) == [200, 200, 200], path


@refused
async def test_what_would_not_answer_is_refused_with_the_remedy(path: str) -> None:
    """By the name of the parameter, before anything is opened."""
    with pytest.raises(ConfigurationError, match=r"\Apath: expected ") as told:
        add_receiver(web.Application(), make_receiver(), path)
    assert len(str(told.value)) < 200
    with pytest.raises(ConfigurationError, match=r"\Apath: expected "):
        async with serving(path):
            raise AssertionError("it started")


@pytest.mark.parametrize(
    ("path", "proposed"),
    [
        ("hook", "/hook"),
        (" /hook", "/hook"),
        ("https://me.example/in/a b?x=1", "/webhooks/oncehub"),
        ("https://me.example/in/a b", "/in/a%20b"),
        ("https://me.example", "/"),
        ("{x}", "/webhooks/oncehub"),
    ],
)
def test_the_path_that_was_meant_is_proposed(path: str, proposed: str) -> None:
    """Where somebody gave a whole URL, or forgot the slash."""
    with pytest.raises(ConfigurationError) as told:
        delivery_path(path)
    assert str(told.value) == f"path: expected one that begins with a slash, such as {proposed}"


@refused
def test_listen_refuses_it_by_its_option(
    path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """As wrong usage; the rest of the path goes to `serve` as it is."""
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", SECRET)
    code, out, err = run(
        capsys, "listen", "--port", "0", "-i", str(tmp_path / "inbox.db"), "--path", path
    )
    assert (code, out) == (2, "")
    assert err.startswith("oncehub: --path: expected ")
    assert err.count("\n") == 1
    assert err.isascii()


def test_listen_passes_the_path_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Whatever it is."""
    asked: list[str] = []

    async def serve_nothing(_receiver: Receiver, *, path: str, **_: Any) -> None:
        asked.append(path)

    monkeypatch.setattr(_listen, "serve", serve_nothing)
    monkeypatch.setenv("ONCEHUB_SIGNING_SECRET", SECRET)
    for path in ANSWERED:
        assert run(capsys, "listen", "-i", str(tmp_path / "inbox.db"), "--path", path)[0] == 0
    assert asked == ANSWERED


async def _mine(_request: web.Request) -> web.Response:
    return web.Response(text="mine")


def _posts_there(app: web.Application) -> None:
    app.router.add_post("/hook", _mine)


def _posts_there_with_a_slash(app: web.Application) -> None:
    app.router.add_post("/hook/", _mine)


def _sub_application(app: web.Application) -> None:
    inner = web.Application()
    inner.router.add_get("/x", _mine)
    app.add_subapp("/hook", inner)


@pytest.mark.parametrize("other", [_posts_there, _posts_there_with_a_slash, _sub_application])
async def test_a_route_that_answers_before_is_found_at_the_start(other: Any) -> None:
    """It would take all deliveries, and we would never know."""
    app = web.Application()
    other(app)
    add_receiver(app, make_receiver(), "/hook")
    with pytest.raises(ConfigurationError, match=r"path: another route .* POST /hook"):
        await web.AppRunner(app).setup()


async def test_routes_that_take_nothing_from_it_are_left_alone() -> None:
    """Patterns, other methods, and what comes later."""
    app = web.Application()
    app.router.add_get("/hook", _mine)
    app.router.add_get("/hook/health", _mine)
    app.router.add_route("*", "/{anything:.*}", _mine)
    app.router.add_static("/static", "/")
    add_receiver(app, make_receiver(), "/hook")
    async with _aiohttp_runs(app) as url:
        assert await statuses(f"{url}/hook") == [200, 200, 200]


async def test_a_pattern_before_it_at_the_root_is_found() -> None:
    """aiohttp takes what was added first where nothing is more exact."""
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", _mine)
    add_receiver(app, make_receiver(), "/")
    with pytest.raises(ConfigurationError, match=r"path: another route .* POST /;"):
        await web.AppRunner(app).setup()
