"""Which bookings keep their hosts busy."""

from collections.abc import Callable, Iterable

from ..collection import Collection
from ..data.bookings import Bookings
from .busy import Busy, Span
from .meeting import meeting

_ENDED = ("completed", "canceled", "no_show")


class Meetings:
    """The hosts' open bookings that weren't over when the clock started.

    They are looked for once, when they are first asked for; after that, only what was changed is.
    """

    def __init__(
        self, kind: Bookings, bookings: Collection, hosts: Callable[[int], tuple[str, ...]]
    ) -> None:
        self._kind, self._bookings, self._hosts = kind, bookings, hosts
        self._busy: Busy | None = None

    def of(self, host: str, first: int, last: int) -> list[Span]:
        """When a user (its id) is taken from `first` to before `last`: spans in order."""
        if self._busy is None:
            self._busy = Busy()
            self._read(self._busy, range(self._kind.first_open, self._kind.count))
        self._read(self._busy, self._bookings.fresh)
        self._bookings.fresh.clear()
        return self._busy.of(host, first, last)

    def _read(self, busy: Busy, indexes: Iterable[int]) -> None:
        for index in indexes:
            span = self._span(index)
            if span is None:
                busy.drop(index)
            else:
                busy.put(index, span, self._hosts(index))

    def _span(self, index: int) -> Span | None:
        found = meeting(self._kind, self._bookings, index)
        return None if found is None or found.status in _ENDED else (found.start, found.end)
