"""All operations, and which of them a request means."""

from urllib.parse import unquote

import attrs

from ..account import Account
from ..answers import invalid
from ..call import Operation
from . import (
    api_key,
    booking_calendars,
    bookings,
    contacts,
    notifications,
    pages,
    teams,
    users,
    webhooks,
)

OPERATIONS: tuple[Operation, ...] = (
    *api_key.OPERATIONS,
    *bookings.OPERATIONS,
    *booking_calendars.OPERATIONS,
    *pages.OPERATIONS,
    *notifications.OPERATIONS,
    *users.OPERATIONS,
    *teams.OPERATIONS,
    *contacts.OPERATIONS,
    *webhooks.OPERATIONS,
)


@attrs.frozen
class Match:
    """The operation that a request means, and the id in its path."""

    operation: Operation
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
