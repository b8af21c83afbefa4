"""The objects of one kind as they are now: the account's own ones, and what was changed since."""

from collections.abc import Callable, Iterator
from copy import deepcopy

from ._data.kind import Body, Kind


class Collection:
    """Untouched objects are made when asked for; only changed, new and deleted ones are kept."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.changed: dict[int, Body] = {}
        self.hosts: dict[int, tuple[str, ...]] = {}
        """Who hosts a booking that was reassigned or scheduled: no field of it tells."""
        self.churned = 0
        """How often one of them was changed or deleted as if by somebody else."""
        self.fresh: set[int] = set()
        """What was made, changed or deleted; whoever keeps a register of them clears it."""
        self._deleted: set[int] = set()
        self._created: list[int] = []

    def __len__(self) -> int:
        """How many there are now."""
        return self.end - len(self._deleted)

    @property
    def end(self) -> int:
        """One more than the index of the newest."""
        return self.kind.count + len(self._created)

    def index(self, id: str) -> int | None:
        """The index of an object that exists or existed, None for any other id."""
        index = self.kind.ids.decode(id)
        return index if index is not None and index < self.end else None

    def exists(self, index: int) -> bool:
        """Whether it was not deleted."""
        return index not in self._deleted

    def created(self, index: int) -> int:
        """When it was created, in milliseconds since 1970."""
        new = index - self.kind.count
        return self.kind.created(index) if new < 0 else self._created[new]

    def body(self, index: int) -> Body:
        """A copy of object `index`."""
        changed = self.changed.get(index)
        return self.kind.make(index) if changed is None else deepcopy(changed)

    def shown(self, index: int) -> Body:
        """What a GET by id shows: the object, or that it was deleted."""
        return self.body(index) if self.exists(index) else self.tombstone(index)

    def tombstone(self, index: int) -> Body:
        """What is left of a deleted object."""
        return {"id": self.kind.id(index), "object": self.kind.object, "deleted": True}

    def indexes(self) -> Iterator[int]:
        """All that exist, newest first."""
        return (index for index in range(self.end - 1, -1, -1) if index not in self._deleted)

    def add(self, now: int, build: Callable[[int], Body]) -> Body:
        """Create an object at `now`; `build` makes it from its index."""
        index = self.end
        body = build(index)
        self._created.append(now)
        self.changed[index] = body
        self.fresh.add(index)
        return deepcopy(body)

    def put(self, index: int, body: Body) -> None:
        """Replace an object."""
        self.changed[index] = deepcopy(body)
        self.fresh.add(index)

    def remove(self, index: int) -> None:
        """Delete an object; its id goes on being known."""
        self._deleted.add(index)
        self.fresh.add(index)
        self.changed.pop(index, None)
        self.hosts.pop(index, None)
