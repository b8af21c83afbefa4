"""Web sites on loopback, OnceHub's among them, for a browser that finds every host here."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs
from aiohttp import web

EMBED_JS = """
document.querySelectorAll("[data-oh-booking-calendar-id]").forEach(function (place) {
  var frame = document.createElement("iframe");
  frame.src = "https://oncehub.com/" + place.dataset.ohBookingCalendarId + "?em=1";
  place.appendChild(frame);
});
"""
# As the vendor's script does it: names and parameters go into markup as they are.
SO_JS = """
document.querySelectorAll("[data-so-page]").forEach(function (place) {
  var query = place.getAttribute("data-so-qry-prm") || "";
  if (place.id.indexOf("SOIBTN_") === 0) {
    place.setAttribute("onclick", 'return soe.toggleLightBox("' + place.dataset.soPage + '")');
    return;
  }
  place.innerHTML = '<iframe src="https://go.oncehub.com/' + place.dataset.soPage +
    "?em=1" + query + '" height="' + place.dataset.height + '"></iframe>';
});
// Buttons get a handler as text, which policies have to allow.
var soe = {
  toggleLightBox: function (page) {
    var frame = document.createElement("iframe");
    frame.src = "https://go.oncehub.com/" + page + "?em=1";
    document.body.appendChild(frame);
    return false;
  }
};
window.addEventListener("message", function (event) {
  if (event.origin === "https://go.oncehub.com" && window.SOAfterConfirmationFunction) {
    window.SOAfterConfirmationFunction(event.data);
  }
});
"""
# What opens at a click, or fills its place, with a frame of OnceHub's.
OTHER_JS = """
function open(place, id) {
  var frame = document.createElement("iframe");
  frame.src = "https://oncehub.com/" + id;
  place.appendChild(frame);
}
function each(name, use) {
  document.querySelectorAll("[" + name + "]").forEach(function (place) {
    use(place, place.getAttribute(name));
  });
}
function opens(place, id) {
  place.addEventListener("click", function () { open(document.body, id); });
}
each("data-oh-lightbox-bkc-id", opens);
each("data-co-bot", opens);
each("data-fo-form", open);
each("data-co-params", function (script, text) {
  open(document.body, new URLSearchParams(text).get("bot_id"));
});
"""
_TYPES = {
    "js": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "html": "text/html",
}


@attrs.frozen
class Request:
    """What the browser asked for."""

    method: str
    host: str
    path: str
    query: dict[str, str]
    content_type: str
    body: bytes


@attrs.define
class Stage:
    """Pages by host and path, and what was asked for."""

    pages: dict[str, tuple[str, dict[str, str]]] = attrs.field(factory=dict)
    requests: list[Request] = attrs.field(factory=list)
    slow: asyncio.Event = attrs.field(factory=asyncio.Event)
    """What "/slow" waits for, on every site."""
    port: int = 0
    server: web.Server | None = None
    _arrived: asyncio.Condition = attrs.field(factory=asyncio.Condition)

    def reset(self) -> None:
        """As it was in the beginning: OnceHub's scripts, and nothing asked for."""
        self.pages.clear()
        self.requests.clear()
        self.slow = asyncio.Event()
        self.show("cdn.oncehub.com/cal/embed.js", EMBED_JS)
        self.show("cdn.oncehub.com/mergedjs/so.js", SO_JS)
        for other in ("cdn3.onceplatform.com/cal/embed.js", "cdn.oncehub.com/fo/form.js"):
            self.show(other, OTHER_JS)
        self.show("cdn.oncehub.com/co/widget.js", OTHER_JS)

    @property
    def connections(self) -> int:
        """How many the browser has open."""
        return 0 if self.server is None else len(self.server.connections)

    def show(self, address: str, text: str, **headers: str) -> None:
        """Put a page (or a script) at an address such as "shop.example/book"."""
        self.pages[address] = (text, {k.replace("_", "-"): v for k, v in headers.items()})

    def widget(self, address: str, *messages: str) -> None:
        """A page that posts these messages, JavaScript expressions, to the one around it."""
        posts = "".join(f"parent.postMessage({message}, '*');" for message in messages)
        self.show(address, f"<!doctype html><script>{posts}</script>")

    def posted(self, path: str = "/events") -> list[bytes]:
        """What was sent to a back end so far."""
        return [r.body for r in self.requests if (r.method, r.path) == ("POST", path)]

    async def wait_for(self, count: int, path: str = "/events") -> list[bytes]:
        """As `posted`, once it is so many."""
        async with asyncio.timeout(60), self._arrived:
            await self._arrived.wait_for(lambda: len(self.posted(path)) >= count)
        return self.posted(path)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Serve a page, or take what is sent."""
        seen = Request(
            request.method,
            request.host,
            request.path,
            dict(request.query),
            request.content_type,
            await request.read(),
        )
        async with self._arrived:
            self.requests.append(seen)
            self._arrived.notify_all()
        if request.path == "/slow":
            await self.slow.wait()
        if request.method == "POST":
            return web.Response(status=204)
        page = self.pages.get(request.host + request.path)
        if page is None:
            return web.Response(status=404)
        type_ = _TYPES.get(request.path.rpartition(".")[2], _TYPES["html"])
        return web.Response(text=page[0], content_type=type_, headers=page[1])


@asynccontextmanager
async def staged(tls: ssl.SSLContext) -> AsyncIterator[Stage]:
    """Serve a stage on a port of its own."""
    stage = Stage()
    server = web.Server(stage.answer)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    stage.port = runner.addresses[0][1]
    stage.server = server
    try:
        yield stage
    finally:
        await runner.cleanup()
