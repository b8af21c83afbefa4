"""A request is made once, and the command line and Python's calls mean the same by it."""

from contextlib import aclosing
from pathlib import Path

import attrs
import pytest

from oncehub_async.errors import InvalidParameterError
from oncehub_async.export import (
    Compression,
    ExportRequest,
    Format,
    plan_export,
    run_request,
    watch_request,
)
from oncehub_async.simulator import Account, Simulator

from .watch.watching import client

REQUEST = ExportRequest(plan=plan_export(["teams", "users"]), out=Path())


async def test_one_request_exports_and_is_watched_then(tmp_path: Path) -> None:
    """What `run_request` made is what a watch of the same request goes on from."""
    looks = []
    request = attrs.evolve(
        REQUEST,
        out=tmp_path,
        format=Format.CSV,
        compression=Compression.GZIP,
        on_progress=lambda progress: looks.append(set(progress.resources)),
    )
    async with Simulator(Account(users=6, seed=7)) as sim, client(sim) as oncehub:
        manifest = await run_request(oncehub, request)
        asked = sim.stats.requests
        async with aclosing(watch_request(oncehub, request)) as rounds:
            assert (await anext(rounds)).manifest == manifest
        assert sim.stats.requests == asked
    assert manifest.complete
    assert {each.file for each in manifest.resources.values()} == set(request.files.values())
    assert looks
    assert looks[-1] == {"teams", "users"}


def test_the_names_of_files_say_the_format() -> None:
    """The same names wherever they are needed."""
    assert REQUEST.files == {"teams": "teams.jsonl", "users": "users.jsonl"}
    packed = attrs.evolve(REQUEST, format=Format.CSV, compression=Compression.ZSTD)
    assert packed.files == {"teams": "teams.csv.zst", "users": "users.csv.zst"}


def test_a_url_is_no_folder() -> None:
    """Refused before anybody can hand it on."""
    with pytest.raises(InvalidParameterError, match=r"out: is .*URL"):
        attrs.evolve(REQUEST, out=Path("s3://bucket/export"))
