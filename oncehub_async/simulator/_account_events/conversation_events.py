"""Conversations that go on now. No operation of the API shows them; webhooks do."""

from copy import deepcopy

from .._data.conversations_data import Conversations
from .._data.instants import with_seconds
from .._data.kind import Body
from .._data.webhooks_data import EventType

_BEFORE: dict[EventType, tuple[str, ...]] = {
    "conversation.started": ("reached_out",),
    "conversation.closed": ("reached_out", "started"),
    "conversation.abandoned": ("reached_out", "started"),
}
BEGINNINGS: tuple[EventType, ...] = ("conversation.reached_out", "conversation.started")


class OpenConversations:
    """The conversations that began since the clock started and haven't ended."""

    def __init__(self, kind: Conversations) -> None:
        self._kind = kind
        self._bodies: dict[str, Body] = {}
        self._begun = 0

    def __len__(self) -> int:
        return len(self._bodies)

    def get(self, id: str) -> Body | None:
        """A copy of one that is open, None for any other id."""
        body = self._bodies.get(id)
        return deepcopy(body)

    def oldest(self) -> str | None:
        """The id of the one that began first, None if none is open."""
        return next(iter(self._bodies), None)

    def begin(self, what: EventType, now: int) -> str:
        """A bot reaches out, or a visitor starts. Its id."""
        body = self._kind.begin(self._begun, with_seconds(now))
        body["status"] = what.partition(".")[2]
        body["initiated_by"] = "bot" if what == "conversation.reached_out" else "contact"
        self._begun += 1
        self._bodies[body["id"]] = body
        return str(body["id"])

    def go_on(self, id: str, what: EventType, now: int) -> None:
        """Let `what` happen to one that is open. Raises KeyError and ValueError."""
        body = self._bodies[id]
        before = _BEFORE.get(what, ())
        if body["status"] not in before:
            can = " or ".join(before) or "new"
            raise ValueError(f"{what}: conversation {id} is {body['status']}, not {can}")
        body["status"] = what.partition(".")[2]
        body["last_updated_time"] = with_seconds(now)
        if what != "conversation.abandoned":
            body["last_interacted_time"] = with_seconds(now)

    def forget_ended(self, id: str) -> None:
        """Keep nothing of a conversation that has ended."""
        if self._bodies[id]["status"] in ("closed", "abandoned"):
            del self._bodies[id]
