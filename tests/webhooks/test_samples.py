"""What `make_event` shows is what OnceHub delivers."""

from typing import Any

import orjson
import pytest

from harness.virtual_time import run_virtual
from oncehub_async.simulator import Account
from oncehub_async.testing import make_event
from oncehub_async.webhooks._event_names import SPECIFIC

from ..simulator.deliveries.receiver import Receiver, virtual

ACCOUNT = Account(bookings=300, contacts=100, webhooks=0, product="calendars")


def form(data: Any) -> Any:
    """The names of all fields, also of the objects inside; lists and values are left out."""
    return {name: form(value) for name, value in data.items()} if isinstance(data, dict) else ...


def delivered(type: str, count: int) -> list[dict[str, Any]]:
    """What the simulator delivers of a type, of several bookings or conversations."""

    async def main() -> list[dict[str, Any]]:
        receiver = Receiver()
        async with virtual(receiver, account=ACCOUNT) as sim:
            for _ in range(count):
                if type.startswith("booking."):
                    subject = sim.happen("booking.scheduled")
                    if type != "booking.scheduled":
                        sim.happen(type, subject)
                elif type == "conversation.reached_out":
                    sim.happen(type)
                else:
                    subject = sim.happen("conversation.started")
                    if type != "conversation.started":
                        sim.happen(type, subject)
            await sim.delivered()
        return [got.event for got in receiver.got if got.event["type"] == type]

    return run_virtual(main())


@pytest.mark.parametrize("type", SPECIFIC)
def test_samples_have_the_fields_of_deliveries(type: str) -> None:
    """Of each type: the envelope's, the object's, and those of all objects inside."""
    made = orjson.loads(make_event(type))
    forms = [form(event) for event in delivered(type, 20)]
    assert form(made) in forms


def test_an_id_that_is_given_is_in_the_urls_too() -> None:
    """As it would be in a real booking."""
    data = orjson.loads(make_event("booking.canceled", data={"id": "BKNG-1"}))["data"]
    assert data["cancel_reschedule_url"] == "https://oncehub.com/m/BKNG-1"
    assert data["ics_url"].endswith("/BKNG-1")
