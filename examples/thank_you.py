"""Signed-in users book on your pages, and the page that thanks them shows what is true.

    ONCEHUB_API_KEY=... BOOKING_CALENDAR=BKC-... python examples/thank_you.py

Then open http://127.0.0.1:8080/book. In OnceHub, turn on "Automatic redirect" to /thanks with
"Send booking confirmation data to redirect page".
"""

import html
import logging
import os
from collections.abc import AsyncIterator

from aiohttp import web

from oncehub_async import OnceHub, UnconfirmedError
from oncehub_async.errors import ModelError
from oncehub_async.models import Contact
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
routes = web.RouteTableDef()
log = logging.getLogger("bookings")


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
        text=f"""<!doctype html>
            <title>Book a meeting</title>
            {FORWARDING}
            {embed}
            <p><a href="{html.escape(str(link))}">Book in a tab of its own</a></p>""",
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
        text=f"<!doctype html><title>Thank you</title>"
        f"<p>{subject} {state} at {booking.starting_time:%d %B %Y, %H:%M} UTC.</p>",
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


@routes.get("/oncehub-forward.js")
async def forward(request: web.Request) -> web.Response:
    """The script that forwards events."""
    return web.Response(text=forwarding_script(), content_type="text/javascript")


@routes.get("/oncehub-prefill.js")
async def prefill(request: web.Request) -> web.Response:
    """The script that hands the user's data to the calendar."""
    return web.Response(text=prefill_script(), content_type="text/javascript")


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
    web.run_app(application(OnceHub(), os.environ["BOOKING_CALENDAR"]), host="127.0.0.1", port=8080)
