"""Signed-in users book on your pages, and the page that thanks them shows what is true.

    ONCEHUB_API_KEY=... BOOKING_CALENDAR=BKC-... python examples/thank_you.py

Then open http://127.0.0.1:8080/book. In OnceHub, turn on "Automatic redirect" to /thanks with
"Send booking confirmation data to redirect page".
"""

import html
import logging
import os
from collections.abc import AsyncIterator
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from oncehub_async import OnceHub, UnconfirmedError
from oncehub_async.errors import ModelError
from oncehub_async.models import Booking, Contact
from oncehub_async.web import (
    BookingLink,
    BookingScheduled,
    CalendarEmbed,
    EventForwarding,
    confirm,
    content_security_policy,
    forwarding_script,
    parse_confirmation,
    parse_event,
    prefill_script,
)

CLIENT = web.AppKey("CLIENT", OnceHub)
CALENDAR = web.AppKey("CALENDAR", str)
FORWARDING = EventForwarding(
    src="/oncehub-forward.js", endpoint="/oncehub/events", types=["oncehub.booking.scheduled"]
)
# While the element is empty, OnceHub's script hasn't put its frame there yet.
STYLE = """
body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 60rem; }
[data-oh-booking-calendar-id]:empty::before { content: "The calendar is loading ..."; }
"""
routes = web.RouteTableDef()
log = logging.getLogger("bookings")


def page(title: str, body: str) -> str:
    """A page that telephones don't show as if from afar."""
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/style.css">
<title>{title}</title>
{body}
</html>"""


def on_the_guests_clock(booking: Booking) -> str:
    """When it starts, where the guest is; in UTC where nobody knows where that is."""
    start = booking.starting_time
    if start is None:
        return "the day that OnceHub tells you"
    zone = booking.customer_timezone or "UTC"
    try:
        start = start.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        zone = "UTC"
    return f"{start:%d %B %Y, %H:%M} ({html.escape(zone)})"


async def signed_in(request: web.Request) -> Contact:
    """Who looks at the page. Your login goes here; this takes the newest contact."""
    contact = await request.app[CLIENT].contacts.list().first()
    if contact is None:
        raise web.HTTPForbidden(text="Please sign in.")
    return contact


@routes.get("/book")
async def book(request: web.Request) -> web.Response:
    """A calendar that knows the user, in the page; and the same as a link."""
    calendar = await request.app[CLIENT].booking_calendars.get(request.app[CALENDAR])
    link = BookingLink.from_contact(calendar.url or "", await signed_in(request), skip=True)
    embed = CalendarEmbed(
        id=calendar.id, height="640px", link=link, prefill_src="/oncehub-prefill.js"
    )
    return web.Response(
        text=page(
            "Book a meeting",
            f"""{FORWARDING}
{embed}
<noscript><p>The calendar needs JavaScript; the link below works without.</p></noscript>
<p>No calendar to see? <a href="{html.escape(str(link))}">Book in a tab of its own</a>.</p>""",
        ),
        content_type="text/html",
        headers={
            "Content-Security-Policy": content_security_policy(embed, FORWARDING),
            # The page holds the user's data.
            "Cache-Control": "no-store",
        },
    )


@routes.get("/thanks")
async def thanks(request: web.Request) -> web.Response:
    """Where OnceHub sends the guest after booking."""
    confirmation = parse_confirmation(request.raw_path)
    if confirmation is None:
        raise web.HTTPSeeOther("/book")
    try:
        booking = await confirm(request.app[CLIENT], confirmation)
    except UnconfirmedError:
        raise web.HTTPNotFound(text="We know of no such booking.") from None
    subject = html.escape(booking.subject or "your meeting")
    # The page can be opened again later.
    state = "was canceled; it was to start" if booking.status == "canceled" else "starts"
    return web.Response(
        text=page("Thank you", f"<p>{subject} {state} on {on_the_guests_clock(booking)}.</p>"),
        content_type="text/html",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )


@routes.post("/oncehub/events")
async def events(request: web.Request) -> web.Response:
    """What the script forwards. Anyone can post here."""
    try:
        event = parse_event(await request.read())
    except ModelError as error:
        raise web.HTTPBadRequest(text=str(error)) from None
    if isinstance(event, BookingScheduled):
        try:
            booking = await confirm(request.app[CLIENT], event.payload)
        except UnconfirmedError as error:
            raise web.HTTPUnprocessableEntity(text=str(error)) from None
        log.info("booked: %s", booking.id)
    return web.Response(status=204)


@routes.get("/style.css")
async def style(request: web.Request) -> web.Response:
    """A file, so that the policy needs to allow no style in the page."""
    return web.Response(text=STYLE, content_type="text/css")


@routes.get("/oncehub-forward.js")
async def forward(request: web.Request) -> web.Response:
    """The script that forwards events."""
    return web.Response(text=forwarding_script(), content_type="text/javascript")


@routes.get("/oncehub-prefill.js")
async def prefill(request: web.Request) -> web.Response:
    """The script that hands the user's data to the calendar."""
    return web.Response(text=prefill_script(), content_type="text/javascript")


class AccessLog(AbstractAccessLogger):
    """Which pages were asked for, and by no name: a thank-you page's URL holds who booked what."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """One line, without query and referrer."""
        self.logger.info("%s %s %d %.3f s", request.method, request.path, response.status, time)


def application(oncehub: OnceHub, calendar: str) -> web.Application:
    """The site, for one booking calendar."""
    app = web.Application()
    app[CLIENT], app[CALENDAR] = oncehub, calendar
    app.add_routes(routes)
    app.cleanup_ctx.append(_client)
    return app


async def _client(app: web.Application) -> AsyncIterator[None]:
    async with app[CLIENT]:
        yield


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    web.run_app(
        application(OnceHub(), os.environ["BOOKING_CALENDAR"]),
        host="127.0.0.1",
        port=8080,
        access_log_class=AccessLog,
    )
