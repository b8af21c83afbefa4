"""All operations, and which of them a request means. https://help.oncehub.com/developers"""

from urllib.parse import unquote

import attrs

from .._account_settings import Account
from .._expansion import SMS_NOTIFICATION
from .._listing.list_answers import ListOperation
from .._listing.list_filters import SMS_NOTIFICATIONS
from .._service_answers import SimulatedAnswer, invalid
from .._simulator_call import Call, SimulatedOperation
from . import bookings_operations as bookings
from . import contacts_operations as contacts
from . import pages_operations as pages
from . import users_operations as users
from . import webhooks_operations as webhooks


def validate(call: Call) -> SimulatedAnswer:
    """Whose account the key is for."""
    email = call.state.users.body(0)["email"]
    return SimulatedAnswer({"message": f"The API key is valid for account: {email}"})


KEY_OPERATIONS = (SimulatedOperation("validate-api-key", "GET", "/test", validate),)


TEXT_OPERATIONS = (
    SimulatedOperation(
        "list-all-sms-notifications",
        "GET",
        "/notifications/sms",
        ListOperation(
            "sms_notifications", "/notifications/sms", SMS_NOTIFICATIONS, SMS_NOTIFICATION
        ),
    ),
)


OPERATIONS: tuple[SimulatedOperation, ...] = (
    *KEY_OPERATIONS,
    *bookings.OPERATIONS,
    *pages.CALENDAR_OPERATIONS,
    *pages.PAGE_OPERATIONS,
    *TEXT_OPERATIONS,
    *users.OPERATIONS,
    *users.TEAM_OPERATIONS,
    *contacts.OPERATIONS,
    *webhooks.OPERATIONS,
)


@attrs.frozen
class Match:
    """The operation that a request means, and the id in its path."""

    operation: SimulatedOperation
    id: str


@attrs.frozen
class MethodNotAllowed(Exception):
    """The path exists, the method doesn't."""

    allow: str


def match(account: Account, method: str, raw_path: str) -> Match:
    """The operation for a method and an undecoded path without `/v2`.

    Raises ApiError (404) for a path that isn't there, also for lack of the product that it
    belongs to, and MethodNotAllowed.
    """
    segments = [unquote(segment) for segment in raw_path.split("/")]
    found: dict[str, Match] = {}
    for operation in OPERATIONS:
        found_id = _id(operation.path, segments)
        if found_id is not None and operation.product in (None, *_products(account)):
            found[operation.method] = Match(operation, found_id)
    if not found:
        raise invalid(f"Unrecognized request URL: {method} {unquote(raw_path)}", status=404)
    if method not in found:
        raise MethodNotAllowed(", ".join(sorted(found)))
    return found[method]


def _id(template: str, segments: list[str]) -> str | None:
    """The path's id, empty if it has none; None if the path isn't of this template."""
    parts = template.split("/")
    if len(parts) != len(segments):
        return None
    found = ""
    for part, segment in zip(parts, segments, strict=True):
        if part == "{id}" and segment:
            found = segment
        elif part != segment:
            return None
    return found


def _products(account: Account) -> list[str]:
    return [
        name
        for name, there in (("calendars", account.has_calendars), ("pages", account.has_pages))
        if there
    ]
