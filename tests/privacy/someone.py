"""An account with somebody in it who booked, was written to, and was brought along by others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs

from oncehub_async import OnceHub
from oncehub_async.simulator import Account, Simulator

from ..sync.synced import client

ACCOUNT = Account(bookings=60, contacts=20, sms_notifications=10, seed=8)


@attrs.frozen
class Someone:
    """Who is looked for, and by which texts."""

    email: str
    contact: str
    texts: frozenset[str]
    """Address, name and phone: what may occur in no byte once they are erased."""
    bookings: frozenset[str]
    """Those that they made."""
    beside: str
    """A booking of somebody else's to which they were brought along."""


def someone_in(sim: Simulator) -> Someone:
    """Give a contact of the account an unmistakable name, and put it where people can be."""
    contact = next(key for key in sim.ids("contacts") if _bookings_of(sim, key))
    email = "Zoe.Quaddle+x@Mail.example"
    name, phone = "Zoe Quaddle", "+4915799887766"
    put(sim, contact, email=email, first_name="Zoe", last_name="Quaddle", mobile_phone=phone)
    own = _bookings_of(sim, contact)
    for key in own:
        form = sim.object(key).get("form_submission") or {}
        form |= {"name": name, "email": email.upper(), "phone": phone, "note": f"I'm {name}"}
        put(sim, key, form_submission=form, subject=f"Meeting with {name}",
            attendees=[email], cancel_url=f"https://x.example/?e={email.replace('@', '%40')}")  # fmt: skip
    other = next(
        key
        for key in sim.ids("bookings")
        if key not in own and (sim.object(key).get("form_submission") or {}).get("email")
    )
    form = sim.object(other)["form_submission"]
    put(sim, other, form_submission={**form, "guests": [email.lower(), "bob@mail.example"]},
        attendees=[email, "bob@mail.example"],
        custom_fields=[{"name": "Colleague", "value": f"<{email}>"}], shoe_size=email)  # fmt: skip
    message = next(iter(sim.ids("sms_notifications")))
    put(sim, message, recipient=contact, recipient_type="contact",
        details={"delivered_to": phone, "message_body": f"Hi {name}", "segment_count": 1})  # fmt: skip
    texts = frozenset({email.split("+")[0], "Quaddle", "15799887766"})
    return Someone(email.lower(), contact, texts, frozenset(own), other)


def put(sim: Simulator, key: str, **fields: Any) -> None:
    """Change an object of the account."""
    collection, number = sim._find(key)
    collection.put(number, {**collection.body(number), **fields})


def _bookings_of(sim: Simulator, contact: str) -> list[str]:
    return [key for key in sim.ids("bookings") if sim.object(key).get("contact") == contact]


@asynccontextmanager
async def account() -> AsyncIterator[tuple[Simulator, OnceHub, Someone]]:
    """The account, a client of it, and who is in it."""
    async with Simulator(ACCOUNT, limits=None) as sim, client(sim) as oncehub:
        yield sim, oncehub, someone_in(sim)
