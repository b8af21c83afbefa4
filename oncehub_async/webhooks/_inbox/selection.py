"""Which work is meant: to look at it, to do it again, to delete it."""

from collections.abc import Iterable
from datetime import datetime

import attrs

from ..._ground import checks, did_you_mean
from ...errors import InvalidParameterError
from .._event_names import matches
from .records import State, StoredEvent


def _states(value: Iterable[State | str]) -> frozenset[State]:
    given = [value] if isinstance(value, str) else list(value)
    for each in given:
        if each not in tuple(State):
            raise InvalidParameterError("states", f"{each!r} is none; {did_you_mean(each, State)}")
    return frozenset(State(each) for each in given)


def _texts(value: str | Iterable[str] | None) -> frozenset[str] | None:
    if value is None:
        return None
    return frozenset([value] if isinstance(value, str) else value)


def _since(value: float | datetime | None) -> float | None:
    return _moment(value, "since")


def _until(value: float | datetime | None) -> float | None:
    return _moment(value, "until")


def _moment(value: float | datetime | None, name: str) -> float | None:
    return checks.aware(value, name).timestamp() if isinstance(value, datetime) else value


@attrs.frozen(kw_only=True)
class Selection:
    """Work in some states, of some events, handlers and types.

        Selection(states=[State.FAILED, State.DEAD], handler="crm:upsert", since=yesterday)

    - `states`: a state or several.
    - `events`: the ids of events.
    - `handler`: a handler's name.
    - `types`: event types; "booking" and "conversation" stand for many, "*" for all.
    - `since`, `until`: when the events were received, the second one excluded: Unix seconds or a
      datetime with a time zone.
    - `missing`: also the events that `handler` never got, since it was added or mended after they
      had come, of the types that it asks for. Then states may be left out.

    What is None is left open. Raises `InvalidParameterError` for what can mean nothing.
    """

    states: frozenset[State] = attrs.field(converter=_states, default=())
    events: frozenset[str] | None = attrs.field(converter=_texts, default=None)
    handler: str | None = None
    types: frozenset[str] | None = attrs.field(converter=_texts, default=None)
    since: float | None = attrs.field(converter=_since, default=None)
    until: float | None = attrs.field(converter=_until, default=None)
    missing: bool = False

    def __attrs_post_init__(self) -> None:
        if self.missing and self.handler is None:
            raise InvalidParameterError("handler", "name the handler that never got the events")
        if not self.states and not self.missing:
            raise InvalidParameterError("states", "name at least one state of work")
        if self.since is not None and self.until is not None and self.since > self.until:
            raise InvalidParameterError("since", "is later than until; swap the two")

    def takes_event(self, event: StoredEvent) -> bool:
        """Whether it is about this event."""
        return (
            (self.events is None or event.id in self.events)
            and (self.types is None or matches(self.types, event.type))
            and (self.since is None or event.received >= self.since)
            and (self.until is None or event.received < self.until)
        )

    def takes(self, event: StoredEvent, handler: str, state: State) -> bool:
        """Whether it is about a handler's work for an event."""
        return state in self.states and self.handler in (None, handler) and self.takes_event(event)


ALL_WORK = Selection(states=tuple(State))


@attrs.frozen(kw_only=True)
class InboxEntry:
    """The work of one handler for one event. Times are Unix seconds.

    `state` is None where the handler never got the event (see `Selection.missing`).
    """

    event_id: str
    type: str
    subject: str
    received: float
    handler: str
    state: State | None
    attempts: int
    due: float | None
    finished: float | None
    error: str | None = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class InboxHandler:
    """A handler as an inbox knows it: by what waits or was done, and by who registered it.

    - `types`: what it asks for; None where that isn't known any more.
    - `is_there`: whether a living process has it.
    - `waiting`: how much unfinished work it has.
    """

    name: str
    types: frozenset[str] | None
    is_there: bool
    waiting: int
