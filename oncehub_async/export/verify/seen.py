"""Finds ids that come twice, in little memory."""

from array import array
from collections.abc import Iterable

_BUCKETS = 256


class Seen:
    """Remembers ids by 8 bytes each, so that a million take 8 MB."""

    def __init__(self) -> None:
        self._buckets = [array("q") for _ in range(_BUCKETS)]

    def add(self, id: str) -> None:
        """Remember one more."""
        digest = hash(id)
        self._buckets[digest % _BUCKETS].append(digest)

    def twice(self, ids: Iterable[str]) -> frozenset[str]:
        """Which ids were added more than once. They are only looked through if any may have been:
        two ids can have the same 8 bytes."""
        suspects = {digest for bucket in self._buckets for digest in _repeated(bucket)}
        if not suspects:
            return frozenset()
        once: set[str] = set()
        found: set[str] = set()
        for each in ids:
            if hash(each) in suspects:
                (found if each in once else once).add(each)
        return frozenset(found)


def _repeated(bucket: "array[int]") -> Iterable[int]:
    digests: set[int] = set()
    for digest in bucket:
        if digest in digests:
            yield digest
        digests.add(digest)
