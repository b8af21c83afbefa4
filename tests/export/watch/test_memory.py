"""A watch of years keeps no more in memory than a round can bring again."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from oncehub_async import Clock
from oncehub_async._client import Resources
from oncehub_async.export import ResourceEntry
from oncehub_async.export._export_plan import ResourcePlan
from oncehub_async.export._watch.resource_watch import ResourceWatch

FIRST = datetime(2026, 3, 1, tzinfo=UTC)


async def test_a_round_forgets_what_lies_behind_its_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a hundred hours of changes, those within the overlap stay."""

    async def nothing(self: object, since: object) -> AsyncGenerator[Any, None]:
        pages: tuple[Any, ...] = ()
        for page in pages:
            yield page

    monkeypatch.setattr(ResourceWatch, "_pages", nothing)
    entry = ResourceEntry(high_water_mark="2026-03-01T00:00:00Z")
    watch = ResourceWatch(
        ResourcePlan("bookings", {}),
        cast(Resources, None),
        tmp_path,
        entry,
        timedelta(minutes=10),
        Clock(),
    )
    known, now = watch._known, FIRST + timedelta(days=30)
    for hour in range(100):
        time = (FIRST + timedelta(hours=hour)).isoformat()
        version = known.version_of({"id": str(hour), "last_updated_time": time}, now)
        known.see(version, now)
        known.note(str(hour), version)
    assert len(known) == 100
    await watch.round()
    assert len(known) == 1
