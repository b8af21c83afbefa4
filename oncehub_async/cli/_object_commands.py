"""`oncehub list`, `get` and `open`: objects of the account, without an export."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any

import attrs
from cyclopts import Parameter

from .._client import OnceHub
from .._ground import checks, dump_json
from ..errors import DeletedObjectError, GoneError, InvalidParameterError, NotFoundError
from ..export import RESOURCES, ResourcePlan
from ..models import to_dict
from . import COMPLETE, NOT_THERE
from ._export_command import ExportOptions, plan_of
from ._listed_values import refuse_unlisted_fields
from ._object_ids import RESOURCE_OF_PREFIX, checked_id
from ._output import complain, note, say, say_json
from ._terminal_table import say_table

_SECRETS = ("secret", "signing_secret")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "bookings": ("id", "status", "starting_time", "duration_minutes", "subject", "owner"),
    "contacts": ("id", "first_name", "last_name", "email", "status", "creation_time"),
    "users": ("id", "first_name", "last_name", "email", "role_name", "status"),
    "teams": ("id", "name"),
    "booking_calendars": ("id", "name", "published", "duration_minutes", "host", "url"),
    "booking_pages": ("id", "name", "active", "url"),
    "master_pages": ("id", "name", "active", "url"),
    "event_types": ("id", "name", "description"),
    "sms_notifications": ("id", "type", "status", "creation_time", "recipient"),
    "webhooks": ("id", "name", "events", "url"),
}
_ONLY_LISTED = {"SMS": "oncehub list sms-notifications"}
_ADDRESSES = ("url", "join_url", "reschedule_url", "cancel_url", "cancel_reschedule_url", "ics_url")


async def list_objects(
    resource: str,
    /,
    *filters: str,
    filter: tuple[str, ...] = (),
    since: str | None = None,
    until: str | None = None,
    expand: str | None = None,
    unlisted: bool = False,
    limit: Annotated[int, Parameter(alias="-n")] = 20,
    json: bool = False,
    proxy: str | None = None,
) -> int:
    """List objects of the account: the newest 20, or as many as --limit says.

    For example: oncehub list calendars, or oncehub list bookings status=scheduled --limit 5.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the account doesn't have such things.

    Parameters
    ----------
    resource
        What to list: RESOURCE_NAMES.
    filters
        The API's filters, such as status=scheduled.
    filter
        The same, as `oncehub export` takes them. Can be given several times.
    since
        Only what was created at this time or later (bookings, contacts and text messages).
    until
        Only what was created before this time.
    expand
        Fields to include as objects instead of ids, such as owner,contact.
    unlisted
        Send values of filters and fields to expand that OnceHub doesn't list (as yet).
    limit
        How many objects at most.
    json
        Print the objects whole, as JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    checks.whole_number(limit, "limit", 1)
    options = ExportOptions(
        resources=(resource,),
        out=Path(),
        since=since,
        until=until,
        filters=(*filters, *filter),
        expand=expand,
        unlisted=unlisted,
    )
    (plan,) = plan_of(options).resources
    try:
        objects = await _some(plan, limit + 1, proxy)
    except NotFoundError as error:
        if not error.type:
            raise
        complain(f"the account has no {plan.name}: they are of OnceHub's other product")
        return NOT_THERE
    shown = objects[:limit]
    if json:
        say_json(shown)
    elif shown:
        columns = _COLUMNS[plan.name]
        say_table(columns, ([_text(each.get(name)) for name in columns] for each in shown))
    else:
        note(f"none of the account's {plan.name} match" if plan.arguments else "there are none")
    if len(objects) > limit:
        those = "this one" if limit == 1 else f"these {limit:,}"
        note(f"There are more than {those}; --limit N shows more.")
    return COMPLETE


# The list of resources is long and has one source.
list_objects.__doc__ = (list_objects.__doc__ or "").replace(
    "RESOURCE_NAMES", ", ".join(name.replace("_", "-") for name in RESOURCES)
)


async def get_object(
    id: str, /, *, expand: str | None = None, json: bool = False, proxy: str | None = None
) -> int:
    """Show one object of any kind: its id says which.

    For example: oncehub get BKNG-J4FR05BKEWEX --expand owner.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 there is none (any more).

    Parameters
    ----------
    id
        Its id, such as BKNG-J4FR05BKEWEX (`oncehub list` shows them).
    expand
        Fields of a booking to include as objects instead of ids, such as owner,contact.
    json
        Print it as JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    data = await _object(id, expand.split(",") if expand else (), proxy)
    if data is None:
        return NOT_THERE
    if json:
        say_json(data)
    else:
        say_table(("field", "value"), _lines(data))
    return COMPLETE


async def open_object(id: str, /, *, proxy: str | None = None) -> int:
    """Print the addresses of an object, where it has any, such as a calendar's.

    For example: oncehub open BKC-LDJ878496X.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 there is none (any more), or it has no address.

    Parameters
    ----------
    id
        Its id (`oncehub list` shows them).
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    data = await _object(id, (), proxy)
    if data is None:
        return NOT_THERE
    lines = [(name, value) for name, value in _lines(data) if name.split(".")[-1] in _ADDRESSES]
    if not lines:
        complain(f"{id} has no address")
        return NOT_THERE
    # The one address of a calendar or page can be passed on as it is.
    say(*([lines[0][1]] if lines[0][0] == "url" else (f"{name}: {url}" for name, url in lines)))
    return COMPLETE


async def _some(plan: ResourcePlan, count: int, proxy: str | None) -> list[dict[str, Any]]:
    """As many objects as there are, and no more requests than they take."""
    sized = {**plan.arguments, "limit": min(count, checks.MAX_LIMIT)}
    found: list[dict[str, Any]] = []
    async with OnceHub(proxy=proxy) as oncehub:
        pages = attrs.evolve(plan, arguments=sized).listing(oncehub).pages()
        async with aclosing(pages):
            async for page in pages:
                found += map(_without_secrets, page.items)
                if len(found) >= count:
                    break
    return found[:count]


async def _object(id: str, expand: Sequence[str], proxy: str | None) -> dict[str, Any] | None:
    """What the id stands for; None, and a line that says so, where it stands for nothing."""
    resource = _resource_of(id)
    arguments = {"expand": tuple(expand)} if expand else {}
    if expand and resource != "bookings":
        raise InvalidParameterError("--expand", f"only bookings can expand, and {id} is none")
    refuse_unlisted_fields(resource, expand, insist="")
    async with OnceHub(proxy=proxy) as oncehub:
        try:
            return _without_secrets(to_dict(await getattr(oncehub, resource).get(id, **arguments)))
        except DeletedObjectError:
            complain(f"{id} was deleted")
        except (NotFoundError, GoneError) as error:
            complain(f"{id} is not in this account: {error}")
    return None


def _resource_of(id: str) -> str:
    """The resource of an id. Raises `InvalidParameterError`, without what could be a secret."""
    prefix = checked_id(id, (*RESOURCE_OF_PREFIX, *_ONLY_LISTED), "id")
    if prefix in _ONLY_LISTED:
        raise InvalidParameterError(
            "id", f"OnceHub gives text messages in a list only: {_ONLY_LISTED[prefix]}"
        )
    return RESOURCE_OF_PREFIX[prefix]


def _without_secrets(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _SECRETS}


def _lines(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """All that it says, nested fields with dots; what is null is left out."""
    for name, value in data.items():
        if isinstance(value, Mapping) and value:
            yield from _lines(value, f"{prefix}{name}.")
        elif value is not None:
            yield prefix + name, _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case {"id": str(id)}:
            return id
        case [*items] if all(isinstance(each, str) for each in items):
            return ", ".join(items)
        case _:
            return dump_json(value).decode()
