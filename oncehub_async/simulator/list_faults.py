"""What faults do to a list: to the request before it is answered, and to its `Link` header."""

import attrs

from .answers import Answer
from .call import Call
from .churn import change
from .collection import Collection
from .faults import Fault
from .lists.listing import Listing

_CURSORS = ("after", "before")
FOREIGN_HOST = "https://oncehub.attacker.example"


def before(fault: Fault, listing: Listing, call: Call) -> Call:
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


def after(fault: Fault, listing: Listing, call: Call, answer: Answer) -> Answer:
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
