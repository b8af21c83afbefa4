"""`expand=owner,conversation.contact`: ids replaced by the objects that they stand for."""

from collections.abc import Sequence

from ._data.kind import Body
from ._service_answers import invalid
from ._state import AccountState

# The vendor's page on expanding shows `booking_calendar`, which its document doesn't list.
BOOKING = frozenset(
    {
        "booking_calendar",
        "booking_page",
        "master_page",
        "event_type",
        "owner",
        "contact",
        "conversation",
        "conversation.contact",
        "conversation.owner",
        "conversation.bot",
        "conversation.website",
        "conversation.audience",
    }
)
SMS_NOTIFICATION = frozenset({"recipient"})


def paths(text: str, expandable: frozenset[str], *, in_list: bool) -> list[tuple[str, ...]]:
    """What to expand, outer fields first.

    On lists the vendor's pages write `data.owner`, its document `owner`: both will do.
    Raises ApiError (400) for what can't be expanded, and for more than two levels.
    """
    found: set[tuple[str, ...]] = set()
    for part in text.split(","):
        name = part.strip()
        bare = name.removeprefix("data.") if in_list else name
        if not name:
            continue
        if bare not in expandable:
            raise invalid(f"This property cannot be expanded: {name}", "expand")
        levels = tuple(bare.split("."))
        found.update(levels[: depth + 1] for depth in range(len(levels)))
    return sorted(found, key=lambda levels: (len(levels), levels))


def expand(state: AccountState, body: Body, what: Sequence[tuple[str, ...]]) -> Body:
    """Replace ids in `body`, in place; a deleted object shows as `{id, object, deleted}`."""
    for levels in what:
        outer = body
        for level in levels[:-1]:
            inner = outer.get(level)
            if not isinstance(inner, dict):
                break
            outer = inner
        else:
            value = outer.get(levels[-1])
            shown = state.shown(value) if isinstance(value, str) else None
            if shown is not None:
                outer[levels[-1]] = shown
    return body
