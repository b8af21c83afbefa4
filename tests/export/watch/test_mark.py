"""The mark never moves beyond what was surely seen."""

import asyncio
import json
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.list_service import Latency, ListService, error
from harness.virtual_time import InlineLoop
from oncehub_async._http.response import RawAnswer
from oncehub_async.export import ExportPlan, verify_export, watch_export
from oncehub_async.export._export_plan import ResourcePlan

from .changing_service import START, ChangingService, client, milliseconds

NEWEST, OLDEST = "BKNG-11", "BKNG-0"


@pytest.mark.parametrize("during", ["the export", "a round"])
def test_what_changes_behind_a_page_comes_with_the_next_round(tmp_path: Path, during: str) -> None:
    """Also when the same pass sees something that changed later, and nothing overlaps."""
    passed: list[str] = []

    def between_two_pages(service: ListService, _number: int) -> RawAnswer | None:
        assert isinstance(service, ChangingService)
        is_round = "last_updated_time.gt" in service.queries[-1]
        if is_round == (during == "a round"):
            passed.append("page")
            if len(passed) == 2:
                service.touch(NEWEST)  # its page was read
                service.touch(OLDEST)  # its page is still to come
        return None

    times = [milliseconds(START) + place for place in range(-12, 0)]
    service = ChangingService(times, Latency(0.4), before_answer=between_two_pages)

    async def main() -> dict[str, dict[str, Any]]:
        plan = ExportPlan((ResourcePlan("bookings", {"limit": 4}),))
        none = timedelta(0)
        oncehub = client(service, skew=3600)  # our clock must not be what saves it
        watching = watch_export(oncehub, plan, tmp_path, every=60, overlap=none)
        async with aclosing(watching) as looks:
            async for look in looks:
                if look.number == 0 and during == "a round":
                    for each in service.ids():
                        service.touch(each)
                if look.number == 3:
                    break
        return service.objects()

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        expected = runner.run(main())
    assert len(passed) > 2
    lines = [
        json.loads(line)
        for name in ("bookings.jsonl", "bookings.changes.jsonl")
        for line in (tmp_path / name).read_bytes().splitlines()
    ]
    assert {each["id"]: each for each in lines} == expected


def test_the_mark_is_never_later_than_all_that_is_in_the_files(tmp_path: Path) -> None:
    """What a round that failed had seen may be gone with the next: it isn't relied on."""
    asked, failing = 0, True

    def fail_at_the_second_page(service: ListService, _number: int) -> RawAnswer | None:
        nonlocal asked
        asked += "last_updated_time.gt" in service.queries[-1]
        return error(500, "internal_server_error") if asked > 1 and failing else None

    times = [milliseconds(START) + place for place in range(-12, 0)]
    service = ChangingService(times, Latency(0.4), before_answer=fail_at_the_second_page)

    async def main() -> list[bool]:
        nonlocal failing
        plan = ExportPlan((ResourcePlan("bookings", {"limit": 4}),))
        failed = []
        watching = watch_export(client(service), plan, tmp_path, every=60)
        async with aclosing(watching) as looks:
            async for look in looks:
                failed.append(bool(look.errors))
                if look.number == 0:
                    for each in reversed(service.ids()):
                        service.touch(each)
                elif look.number == 1:
                    failing = False
                    for each in service.ids()[:8]:
                        service.delete(each)
                elif look.number == 2:
                    found = verify_export(tmp_path)
                    assert found.good, found
                    break
        return failed

    with asyncio.Runner(loop_factory=InlineLoop) as runner:
        assert runner.run(main()) == [False, True, False]
