"""An export that replaces one in another format."""

from pathlib import Path

import pytest

from oncehub_async import OnceHub
from oncehub_async.export import Compression, Format, plan_export, run_export
from oncehub_async.simulator import Account, Simulator


@pytest.mark.parametrize(
    ("format", "compression"),
    [(Format.CSV, Compression.NONE), (Format.JSONL, Compression.GZIP)],
)
async def test_the_older_files_do_not_stay(
    format: Format, compression: Compression, tmp_path: Path
) -> None:
    """Those that the manifest says are ours; a file of somebody's own does."""
    account = Account(bookings=5, contacts=5)
    async with (
        Simulator(account, limits=None) as sim,
        OnceHub(sim.api_key, base_url=sim.url) as oncehub,
    ):
        plan = plan_export(["users", "teams"])
        await run_export(oncehub, plan, tmp_path)
        (tmp_path / "users.csv.zst").write_text("somebody's own")
        await run_export(
            oncehub, plan, tmp_path, format=format, compression=compression, overwrite=True
        )
    ending = {Format.CSV: "csv", Format.JSONL: "jsonl.gz"}[format]
    assert {path.name for path in tmp_path.iterdir()} == {
        f"users.{ending}",
        f"teams.{ending}",
        "users.csv.zst",
        "manifest.json",
    }
