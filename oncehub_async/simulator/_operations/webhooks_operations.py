"""Webhooks: what the vendor documents at https://help.oncehub.com/developers."""

import re

from .._data.instants import with_milliseconds
from .._data.webhooks_data import EVENTS
from .._field_checks import text
from .._listing.list_answers import ListOperation
from .._service_answers import SimulatedAnswer, invalid, missing
from .._simulator_call import Call, SimulatedOperation
from .._state import AccountState
from .single_objects import delete, get

_HTTPS = re.compile(r"https://[^\s/?#@:]+(:\d{1,5})?([/?#]\S*)?")


def create(call: Call) -> SimulatedAnswer:
    """Subscribes an https URL to events; the name has to be new."""
    state, fields = call.state, call.fields()
    for name in ("name", "url", "events"):
        if not fields.get(name):
            raise missing(name)
    name, url, events = text(fields, "name"), text(fields, "url"), fields["events"]
    if not _HTTPS.fullmatch(url):
        raise invalid(f"Invalid URL: '{url}'. The URL must start with https://", "url")
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        raise invalid("Must be an array of strings.", "events")
    for event in events:
        if event not in EVENTS:
            raise invalid(f"Invalid event: '{event}'", "events")
    if _has_name(state, name):
        raise invalid(
            f"A webhook subscription with this name already exists: '{name}'", "name", 409
        )
    body = state.webhooks.add(
        call.now,
        lambda index: {
            "object": "webhook",
            "id": state.world.webhooks.id(index),
            "api_version": "v2",
            "name": name,
            "url": url,
            "events": events,
            "creation_time": with_milliseconds(call.now),
            "secret": state.world.webhooks.secret(index),
        },
    )
    return SimulatedAnswer(body)


def _has_name(state: AccountState, name: str) -> bool:
    return any(state.webhooks.body(index)["name"] == name for index in state.webhooks.indexes())


OPERATIONS = (
    SimulatedOperation(
        "list-all-webhooks", "GET", "/webhooks", ListOperation("webhooks", "/webhooks")
    ),
    SimulatedOperation("create-a-webhook", "POST", "/webhooks", create),
    SimulatedOperation("get-a-single-webhook", "GET", "/webhooks/{id}", get("webhooks")),
    SimulatedOperation("delete-a-webhook", "DELETE", "/webhooks/{id}", delete("webhooks")),
)
