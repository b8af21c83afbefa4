"""docs/metrics.md: its program runs, and what it says of names is so."""

import re
from pathlib import Path
from typing import Any

import pytest

from oncehub_async import metrics
from oncehub_async.simulator import Account, Simulator

from .documents import ROOT, blocks, run

PAGE = "docs/metrics.md"


async def test_the_program_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it stands, against a simulated account; without an SDK it shows nothing, and works."""
    (block,) = (each for each in blocks(PAGE) if each.language == "python")
    monkeypatch.chdir(tmp_path)
    async with Simulator(Account(bookings=1, quirks=False)) as sim:
        monkeypatch.setenv("ONCEHUB_API_KEY", sim.api_key)
        monkeypatch.setenv("ONCEHUB_BASE_URL", sim.url)
        names: dict[str, Any] = {"secret": "sekrit"}
        code = block.code.replace("    ...", "    found = await oncehub.bookings.list().collect()")
        assert code != block.code
        await run(code, names, PAGE)
        assert len(names["found"]) == 1
    assert (tmp_path / "inbox.db").exists()


def test_the_hooks_that_the_page_names_are_there() -> None:
    """Both kinds of metrics have all of them."""
    page = (ROOT / PAGE).read_text("utf-8")
    named = set(re.findall(r"\bmetrics\.(\w+)", page)) - {"exposition"}
    assert len(named) >= 9
    for kind in (metrics.PrometheusMetrics, metrics.OpenTelemetryMetrics):
        assert named <= set(dir(kind))
