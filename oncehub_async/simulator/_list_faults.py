"""What faults do to a list, and the changes that somebody else makes in the account meanwhile."""

import attrs

from ._collection import Collection
from ._data.instants import with_milliseconds
from ._data.kind import Body
from ._data.seeded import key, roll
from ._data.webhooks_data import EVENT_TYPES
from ._faults import Change, Fault
from ._listing.list_answers import ListOperation
from ._service_answers import SimulatedAnswer
from ._simulator_call import Call
from ._state import AccountState

_RENAMED = " (renamed)"


def change(state: AccountState, collection: Collection, what: Change, now: int) -> str | None:
    """Create, update or delete an object; which one depends on how often this happened before.

    Its id, None when there is nothing left to update or delete.
    """
    if what == "create":
        return create(state, collection, now)
    index = _some(state, collection)
    if index is None:
        return None
    if what == "delete":
        collection.remove(index)
    else:
        touch(collection, index, now)
    return collection.kind.id(index)


def create(state: AccountState, collection: Collection, now: int) -> str:
    """Add an object like the account's others, made now. Its id.

    A new booking's status tells what happened to it; changes and deletions are no events.
    """

    def build(index: int) -> Body:
        body = collection.kind.make(index)
        _stamp(body, ("creation_time", "last_updated_time"), now)
        return body

    made = collection.add(now, build)
    what = f"booking.{made.get('status')}"
    if collection is state.bookings and what in EVENT_TYPES:
        state.announce(what, made["id"], now)
    return str(made["id"])


def touch(collection: Collection, index: int, now: int) -> None:
    """Update an object: it is last updated now, or is renamed if it tells no time.

    The next renaming gives the old name back. Text messages never change.
    """
    body = collection.body(index)
    if "last_updated_time" in body:
        _stamp(body, ("last_updated_time",), now)
    else:
        for name in {"name", "last_name"} & body.keys():
            old = body[name]
            body[name] = old.removesuffix(_RENAMED) if old.endswith(_RENAMED) else old + _RENAMED
    collection.put(index, body)


def _stamp(body: Body, fields: tuple[str, ...], now: int) -> None:
    for field in fields:
        if field in body:
            body[field] = with_milliseconds(now)


def _some(state: AccountState, collection: Collection) -> int | None:
    if not len(collection):
        return None
    dice = key(state.account.seed, "churn", collection.kind.name)
    index = roll(dice, collection.churned) % collection.end
    collection.churned += 1
    while not collection.exists(index):
        index = (index + 1) % collection.end
    return index


_CURSORS = ("after", "before")
FOREIGN_HOST = "https://oncehub.attacker.example"


def before(fault: Fault, listing: ListOperation, call: Call) -> Call:
    """The call that is answered instead, after what happened to the account."""
    collection = call.state.collections[listing.resource]
    if fault.kind == "stuck_list":
        query = {name: value for name, value in call.query.items() if name not in _CURSORS}
        return attrs.evolve(call, query=query)
    if fault.kind == "deleted_cursor":
        _delete_cursor(call, collection)
    elif fault.kind == "churn":
        change(call.state, collection, fault.change, call.now)
    return call


def after(
    fault: Fault, listing: ListOperation, call: Call, answer: SimulatedAnswer
) -> SimulatedAnswer:
    """The answer with another `Link` header, if this fault is about that."""
    base = call.state.service.link_base + listing.path
    header = answer.headers.get("Link")
    if fault.kind == "foreign_link":
        header = (header or f'<{base}?after=>; rel="next"').replace(
            call.state.service.link_base, FOREIGN_HOST
        )
    elif fault.kind == "repeating_link":
        cursor = call.query.get("after", "")
        header = f'<{base}?after={cursor}>; rel="next"'
    else:
        return answer
    return attrs.evolve(answer, headers={**answer.headers, "Link": header})


def _delete_cursor(call: Call, collection: Collection) -> None:
    for name in _CURSORS:
        index = collection.index(call.query.get(name, ""))
        if index is not None:
            collection.remove(index)
