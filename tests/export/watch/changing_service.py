"""A list whose objects change, and a client that is watched in virtual time."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from harness import list_service
from harness.list_service import ListService
from harness.virtual_time import VirtualClock
from oncehub_async import OnceHub, RetryPolicy
from oncehub_async._ground.times import time_text
from oncehub_async._http.response import RawAnswer

START = datetime(2026, 11, 1, tzinfo=UTC)


def at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(time: datetime) -> int:
    return round(time.timestamp() * 1000)


@attrs.define(eq=False)
class ChangingService(ListService):
    """Bookings that are created, changed and deleted by a clock of the service's own.

    A change shows `lag` seconds after the time that it bears.
    """

    lag: float = 0.0
    _updates: dict[int, list[tuple[int, int]]] = attrs.Factory(dict)
    """When each object was changed, and which time it said then."""
    _latest: int = 0
    _after: int | None = None

    def _now(self) -> int:
        """A moment that no other change has."""
        passed = asyncio.get_running_loop().time() * 1000
        self._latest = max(self._latest + 1, milliseconds(START) + int(passed))
        return self._latest

    def create(self, after_milliseconds: int = 0) -> None:
        now = self._now()
        super().create(max(0, now - (self._created[-1] if self._created else 0)))

    def touch(self, id: str, ahead: float = 0.0) -> None:
        """Change an object, by a clock that is so many seconds ahead."""
        now = self._now()
        updates = self._updates.setdefault(self._index[id], [])
        updates.append((now, now + round(ahead * 1000)))

    def last_update(self, place: int) -> int:
        """As the list shows it."""
        seen = milliseconds(START) + int((asyncio.get_running_loop().time() - self.lag) * 1000)
        updates = self._updates.get(place, [])
        shown = bisect_right(updates, seen, key=lambda update: update[0])
        return updates[shown - 1][1] if shown else self._created[place]

    def page(self, query: dict[str, str]) -> RawAnswer:
        after = query.get("last_updated_time.gt")
        self._after = None if after is None else milliseconds(datetime.fromisoformat(after))
        return super().page(query)

    def _take(self, places: Iterable[int], count: int) -> list[int]:
        after = self._after
        if after is not None:
            places = (place for place in places if self.last_update(place) > after)
        return super()._take(places, count)

    def _object(self, place: int) -> dict[str, Any]:
        updated = time_text(at(self.last_update(place)))
        return {**super()._object(place), "last_updated_time": updated, "status": updated[::-1]}

    def objects(self) -> dict[str, dict[str, Any]]:
        """All that exist, by their ids."""
        return {each: self._object(self._index[each]) for each in self.ids()}


@attrs.frozen
class SkewedClock(VirtualClock):
    """A clock that shows another time than the service's."""

    skew: float = 0.0

    def date(self) -> datetime:
        return START + timedelta(seconds=self.now() + self.skew)


def client(service: ChangingService, skew: float = 0.0) -> OnceHub:
    """A client whose calls the service answers, and whose clock is off."""
    return list_service.client(
        service, SkewedClock(skew=skew), service.limits, RetryPolicy(attempts=12)
    )
