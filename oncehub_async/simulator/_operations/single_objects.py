"""Getting and deleting one object by its id: the same for every resource."""

from collections.abc import Callable

from .._collection import Collection
from .._expansion import expand, paths
from .._service_answers import SimulatedAnswer, not_found
from .._simulator_call import Call


def existing(collection: Collection, id: str, *, param: str = "id") -> int:
    """The index of an object that is there. Raises ApiError (404) for any other id."""
    index = collection.index(id)
    if index is None or not collection.exists(index):
        raise not_found(collection.kind.noun, id, param)
    return index


def get(
    resource: str, expandable: frozenset[str] = frozenset()
) -> Callable[[Call], SimulatedAnswer]:
    """Answers the object with the path's id; a deleted one by `{id, object, deleted}`."""

    def handle(call: Call) -> SimulatedAnswer:
        collection = call.state.collections[resource]
        index = collection.index(call.id)
        if index is None:
            raise not_found(collection.kind.noun, call.id)
        expansions = paths(call.query.get("expand", ""), expandable, in_list=False)
        body = expand(call.state, collection.shown(index), expansions)
        return SimulatedAnswer(call.state.service.shown_again(body))

    return handle


def delete(resource: str) -> Callable[[Call], SimulatedAnswer]:
    """Deletes the object with the path's id; once more, and it is still deleted."""

    def handle(call: Call) -> SimulatedAnswer:
        collection = call.state.collections[resource]
        index = collection.index(call.id)
        if index is None:
            raise not_found(collection.kind.noun, call.id)
        collection.remove(index)
        return SimulatedAnswer(collection.tombstone(index))

    return handle
