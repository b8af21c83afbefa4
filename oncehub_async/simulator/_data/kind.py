"""What every kind of object can tell of object number i."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from typing import Any

from .ids import Ids

Body = dict[str, Any]
"""An object as it goes into JSON."""


class Kind(ABC):
    """The objects of one resource, numbered from the oldest, made when asked for.

    `noun` is what error messages call one of them, `object` the value of its field `object`.
    `count` is how many the account was made with; objects beyond it can be made, too: those are
    new ones.
    """

    name: str
    noun: str
    object: str
    ids: Ids
    count: int

    @abstractmethod
    def make(self, index: int) -> Body:
        """Object `index` as it was when the clock started."""

    def created(self, index: int) -> int:
        """When it was created, in milliseconds since 1970; only its order if nobody is told.

        It never falls from one object to the next.
        """
        return index

    def first_after(self, ms: int) -> int:
        """The index of the first object that was created after `ms`."""
        return bisect_right(range(self.count), ms, key=self.created)

    def first_from(self, ms: int) -> int:
        """The index of the first object that was created at or after `ms`."""
        return bisect_left(range(self.count), ms, key=self.created)

    def id(self, index: int) -> str:
        """The id of object `index`."""
        return self.ids.encode(index)
