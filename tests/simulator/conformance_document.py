"""One of the vendor's documents, its holes filled where nothing but another status is sensible.

There are three: the older one of both products, and a newer one of each product.
"""

import json
import os
from pathlib import Path
from typing import Any

VARIABLE = "ONCEHUB_OPENAPI"
MISSING = f"set {VARIABLE} to the path of the vendor's OpenAPI document to run this"

_BAD_REQUEST = {"$ref": "#/components/responses/BadRequest"}
_NOT_FOUND = {"$ref": "#/components/responses/NotFound"}
_FORBIDDEN = {"$ref": "#/components/responses/Forbidden"}

# The components BadRequest and NotFound are in the document, and no operation uses them.
_HOLES: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    # A body that isn't JSON, or whose fields have the wrong types, has no status of its own.
    ("post", "/bookings/{id}/cancel", "400", _BAD_REQUEST),
    ("post", "/bookings/{id}/request-reschedule", "400", _BAD_REQUEST),
    ("post", "/bookings/{id}/reassign", "400", _BAD_REQUEST),
    ("post", "/webhooks", "400", _BAD_REQUEST),
    # All other lists document 400 for their limit and cursors; this one has them, too.
    ("get", "/master-pages", "400", _BAD_REQUEST),
    # The path has an id, and nothing tells what happens when there is no such object.
    ("get", "/booking-calendars/{id}/time-slots", "404", _NOT_FOUND),
    ("post", "/booking-calendars/{id}/schedule", "404", _NOT_FOUND),
    ("get", "/users/{id}/scheduling-availability", "404", _NOT_FOUND),
    ("patch", "/users/{id}/scheduling-availability", "404", _NOT_FOUND),
    # PATCH refuses the Account Owner with 403; DELETE can't sensibly let the owner go.
    ("delete", "/users/{id}", "403", _FORBIDDEN),
)


def load() -> dict[str, Any] | None:
    """The document, None when there is none to test against."""
    path = os.environ.get(VARIABLE)
    if not path:
        return None
    document: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    for method, route, status, response in _HOLES:
        if route not in document["paths"]:  # the other product's
            continue
        responses = document["paths"][route][method]["responses"]
        assert status not in responses, f"no hole any more: {method} {route} {status}"
        responses[status] = response
    _drop_contradictions(document)
    return document


def _drop_contradictions(document: dict[str, Any]) -> None:
    """Take out what the document's own descriptions say otherwise."""
    # Placeholders "to be replaced" by an account's own fields, so not fields of these types.
    form = document["components"]["schemas"]["BookingForm"]["properties"]
    del form["string_custom_field"], form["array_custom_field"]
    # "If any other value is provided, the status will be set to null": so any text is allowed.
    body = document["paths"]["/contacts/{id}"]["patch"]["requestBody"]
    del body["content"]["application/json"]["schema"]["properties"]["status"]["enum"]
    # A deleted recipient, {id, object, deleted}, is both a contact and a user by their schemas.
    recipient = document["components"]["schemas"]["SmsNotification"]["properties"]["recipient"]
    recipient["anyOf"] = recipient.pop("oneOf")
    # Their default is an empty text, which is no date-time.
    slots = document["paths"].get("/booking-calendars/{id}/time-slots")
    for parameter in slots["get"]["parameters"] if slots else ():
        if parameter["schema"].get("default") == "":
            text = parameter["schema"]
            text["anyOf"] = [{"format": text.pop("format")}, {"const": text["default"]}]
