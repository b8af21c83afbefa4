"""What is to be exported: which resources, with which filters."""

import inspect
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs

from .. import resources
from .._client import Resources
from .._ground import EARLIEST, checks, did_you_mean, likely_word, shifted, time_text
from .._lists import Listing, Walk
from ..errors import InvalidParameterError

RESOURCES = (
    "bookings",
    "contacts",
    "users",
    "teams",
    "booking_calendars",
    "booking_pages",
    "master_pages",
    "event_types",
    "sms_notifications",
    "webhooks",
)
"""Everything that the API lists."""

_SHORT_NAMES = {"calendars": "booking_calendars", "sms": "sms_notifications"}
WALKED = frozenset({"bookings", "contacts", "sms_notifications"})
"""What can be filtered by creation time."""
_NO_ARGUMENTS = frozenset({"self", "after", "before"})
_NOT_FILTERS = _NO_ARGUMENTS | {"limit", "expand"}
# The service's times have milliseconds, and its filters leave both ends out.
_RESOLUTION = timedelta(milliseconds=1)


@attrs.frozen
class ResourcePlan:
    """One resource and the arguments of its `list`."""

    name: str
    arguments: Mapping[str, Any]
    oldest: datetime | None = None
    """About when the oldest of its objects was created, where that is known: see `walk`."""

    @classmethod
    def from_readable(cls, name: str, arguments: Mapping[str, str]) -> "ResourcePlan":
        """The plan whose arguments a manifest shows. Raises `InvalidParameterError`."""
        accepted = _parameters(_resource(name)) - _NO_ARGUMENTS
        if not accepted.issuperset(arguments):
            raise InvalidParameterError("arguments", f"not all of them are those of {name}")
        return cls(
            _resource(name), {param: _argument(param, text) for param, text in arguments.items()}
        )

    def until(self, time: datetime) -> "ResourcePlan":
        """The same, but only what was created before a time."""
        return ResourcePlan(self.name, {**self.arguments, "creation_time_lt": time})

    def listing(self, oncehub: Resources, after: str | None = None) -> Listing[dict[str, Any]]:
        """The list that gives it, from a cursor on. Raises `InvalidParameterError`."""
        listing: Listing[Any] = getattr(oncehub, self.name).list(**self.arguments, after=after)
        return listing.raw()

    @property
    def can_be_walked(self) -> bool:
        """Whether it can be read in several places at once."""
        return self.name in WALKED

    def walk(self, oncehub: Resources) -> Walk[dict[str, Any]]:
        """The same, read in several places at once. Raises `InvalidParameterError`."""
        return self.listing(oncehub).walk(oldest=self.oldest)

    def readable_arguments(self) -> dict[str, str]:
        """The arguments as a manifest shows them."""
        return {
            name: time_text(value)
            if isinstance(value, datetime)
            else ",".join(value)
            if isinstance(value, tuple)
            else str(value)
            for name, value in self.arguments.items()
        }


@attrs.frozen
class ExportPlan:
    """What an export consists of."""

    resources: tuple[ResourcePlan, ...]


def plan_export(
    names: Sequence[str] = (),
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    filters: Mapping[str, str] | None = None,
    expand: Sequence[str] = (),
) -> ExportPlan:
    """A plan for the named resources, or for all.

    `since` (included) and `until` (not included) bound the creation time of bookings, contacts
    and text messages; the other resources have no such filter and are exported whole. `filters`
    are the API's own, such as {"status": "scheduled"} or {"bookings.owner": "USR-..."}; each has
    to fit every resource that is named, or the one before the dot. `expand` names fields of
    bookings and text messages.

    Raises `InvalidParameterError`.
    """
    since = None if since is None else checks.aware(since, "since")
    until = None if until is None else checks.aware(until, "until")
    if since is not None and until is not None and since >= until:
        raise InvalidParameterError("since", "has to be earlier than until")
    chosen = tuple(dict.fromkeys(_resource(name) for name in names)) or RESOURCES
    arguments: dict[str, dict[str, Any]] = {name: {} for name in chosen}
    for name in chosen:
        accepted = _parameters(name)
        if since is not None and "creation_time_gt" in accepted:
            arguments[name]["creation_time_gt"] = _just_before(since)
        if until is not None and "creation_time_lt" in accepted:
            arguments[name]["creation_time_lt"] = until
        if expand and "expand" in accepted:
            arguments[name]["expand"] = tuple(expand)
    bounded = any("creation_time_gt" in _parameters(name) for name in chosen)
    if not bounded and (since is not None or until is not None):
        param = "since" if since is not None else "until"
        raise InvalidParameterError(
            param, "only bookings, contacts and sms_notifications can be bounded by time"
        )
    for key, value in (filters or {}).items():
        _add_filter(arguments, key, value)
    if expand and not any("expand" in given for given in arguments.values()):
        raise InvalidParameterError("expand", "only bookings and sms_notifications can expand")
    return ExportPlan(tuple(ResourcePlan(name, arguments[name]) for name in chosen))


def _just_before(since: datetime) -> datetime:
    if since == EARLIEST:
        raise InvalidParameterError("since", "is the first moment there is; leave it out")
    return shifted(since, -_RESOLUTION)


def _resource(name: str) -> str:
    written = name.replace("-", "_").lower()
    resource = _SHORT_NAMES.get(written, written)
    if resource not in RESOURCES:
        hint = did_you_mean(resource, RESOURCES)
        raise InvalidParameterError("resource", f"there is none called '{name}'; {hint}")
    return resource


def _parameters(resource: str) -> frozenset[str]:
    cls = getattr(resources, "".join(part.capitalize() for part in resource.split("_")))
    return frozenset(inspect.signature(cls.list).parameters)


def _add_filter(arguments: dict[str, dict[str, Any]], key: str, value: str) -> None:
    first, _, rest = key.partition(".")
    qualified = first.replace("-", "_") in RESOURCES
    targets = [_resource(first)] if qualified else list(arguments)
    name = (rest if qualified else key).replace(".", "_")
    for target in targets:
        if target not in arguments:
            raise InvalidParameterError("filter", f"'{key}' is for {target}, which isn't exported")
        allowed = _parameters(target) - _NOT_FILTERS
        if name not in allowed:
            likely = likely_word(name, allowed)
            hint = f"; did you mean {likely}?" if likely else ""
            known = ", ".join(sorted(allowed)) or "none"
            several = "; name the resources to export, or write RESOURCE.FILTER=VALUE"
            raise InvalidParameterError(
                "filter",
                f"{target} has no filter '{name}'{hint} (it has: {known})"
                f"{several if len(arguments) > 1 else ''}",
            )
        if name in arguments[target]:
            raise InvalidParameterError("filter", f"'{key}' and since or until exclude each other")
        arguments[target][name] = checks.written_time(value, name) if _is_time(name) else value


def _argument(param: str, text: str) -> Any:
    """What a manifest shows as a text."""
    if param == "expand":
        return tuple(text.split(","))
    if param == "limit":
        return int(text) if text.isdecimal() else text
    return checks.written_time(text, param) if _is_time(param) else text


def _is_time(param: str) -> bool:
    return param.endswith(("_gt", "_lt"))
