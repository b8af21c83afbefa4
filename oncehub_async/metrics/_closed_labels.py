"""What labels may say: words of closed sets, so that no id, person or query gets into one.

What comes from outside is looked up, and is "other" where it isn't known: whoever sends events of
invented types makes no new series.
"""

from .._printable import printable
from ..models import EventName
from ..webhooks import HandlerRun, ReceivedDelivery

OTHER = "other"
NONE = "none"
POSTPONED = "postponed"

_TYPES = frozenset(each.value for each in EventName)
_STATUSES = frozenset(map(str, (200, 201, 202, 204, 400, 401, 402, 403, 404, 409, 410, 422, 429)))
_SERVER_ERRORS = frozenset(map(str, (500, 502, 503, 504)))
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def event_type(value: str | None) -> str:
    """A type that OnceHub's document has; "none" where nothing could be read."""
    return NONE if value is None else value if value in _TYPES else OTHER


def status(value: int | None) -> str:
    """A status that OnceHub's document has or that servers in front give; "none" without one."""
    if value is None:
        return NONE
    text = str(value)
    return text if text in _STATUSES or text in _SERVER_ERRORS else OTHER


def method(value: str) -> str:
    """The HTTP method."""
    return value if value in _METHODS else OTHER


def delivery_outcome(delivery: ReceivedDelivery) -> str:
    """What became of a delivery."""
    if delivery.refusal is not None:
        return "refused"
    return "duplicate" if delivery.is_duplicate else "accepted"


def run_outcome(run: HandlerRun) -> str:
    """What became of a run, by the state of its work."""
    return _OUTCOMES.get(run.state.value, OTHER)


_OUTCOMES = {"done": "done", "failed": "failed", "pending": POSTPONED, "dead": "dead"}


def handler(value: str) -> str:
    """A handler's name, which the program gave it."""
    return printable(value)
