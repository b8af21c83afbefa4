"""An erasure that is killed anywhere is finished by the same call."""

import asyncio
import multiprocessing
import shutil
from pathlib import Path
from typing import Any

import attrs
import pytest

from oncehub_async.export import Compression, Format, plan_export, run_export, verify_export
from oncehub_async.privacy import PersonPlaces, erase_person
from oncehub_async.sync import sync

from ..export.runs import DieAt
from .kept import database_bytes, found_in
from .someone import Someone, account
from .test_person_erasure import read

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["pyarrow.parquet", "duckdb", __name__])


@attrs.frozen
class Erasure:
    """What a process of its own does, until it kills itself."""

    email: str
    places: PersonPlaces
    die: DieAt

    def run(self) -> bool:
        """Whether it was killed."""
        process: Any = _PROCESSES.Process(target=_erase, args=(self,))
        process.start()
        process.join()
        killed = bool(process.exitcode != 0)
        process.close()
        return killed


def _erase(erasure: Erasure) -> None:
    erasure.die()
    asyncio.run(erase_person(erasure.email, erasure.places, apply=True))


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("kind", "step"), [((Format.JSONL, Compression.NONE), 2), ((Format.CSV, Compression.GZIP), 5)]
)
async def test_an_export_at_every_change_of_the_disk(
    tmp_path: Path, kind: tuple[Format, Compression], step: int
) -> None:
    """Each time some steps later; afterwards nobody is left, and the export verifies."""
    async with account() as (_, oncehub, someone):
        whole = tmp_path / "whole"
        plan = plan_export(["bookings", "contacts", "sms_notifications"])
        await run_export(oncehub, plan, whole, format=kind[0], compression=kind[1])
    for number in range(1, 200, step):
        out = tmp_path / str(number)
        shutil.copytree(whole, out)
        out.chmod(0o700)
        places = PersonPlaces(exports=[out])
        killed = Erasure(someone.email, places, DieAt(number)).run()
        await erase_person(someone.email, places, apply=True)
        _check(out, someone)
        shutil.rmtree(out)
        if not killed:
            break
    assert not killed
    assert number > 15


def _check(out: Path, someone: Someone) -> None:
    held = {path.name: read(path) for path in out.iterdir()}
    assert found_in(someone.texts, held) == set()
    assert not [name for name in held if name.endswith((".erasing", ".partial"))]
    assert verify_export(out).good


@pytest.mark.timeout(900)
async def test_a_database_at_every_change_of_the_disk(tmp_path: Path) -> None:
    """Also without the account, which could tell whose a text message was."""
    async with account() as (_, oncehub, someone):
        await sync(oncehub, tmp_path / "whole.duckdb")
    for number in range(1, 60):
        file = tmp_path / f"{number}.duckdb"
        shutil.copy(tmp_path / "whole.duckdb", file)
        places = PersonPlaces(databases=[str(file)])
        killed = Erasure(someone.email, places, DieAt(number)).run()
        await erase_person(someone.email, places, apply=True)
        held = await database_bytes(str(file), tmp_path)
        beside = {
            path.name: path.read_bytes()
            for path in tmp_path.iterdir()
            if path.name.startswith(f"{number}.") and path.is_file()
        }
        assert found_in(someone.texts, {"rows": held, **beside}) == set()
        if not killed:
            break
    assert not killed
    assert number > 1


@pytest.mark.parametrize("blanked", [0, 1, 2])
async def test_a_database_between_its_commits(database_url: str, blanked: int) -> None:
    """Contacts are blank, messages not yet: whose these are is known by the hashes."""
    from oncehub_async.sync import Batch, Database, DuckDBFile, PostgreSQL

    async with account() as (_, oncehub, someone):
        await sync(oncehub, database_url)
    cls: type[Database] = DuckDBFile if database_url.startswith("duckdb") else PostgreSQL
    commit, done = cls.commit, 0

    async def some(self: Any, batch: Batch) -> None:
        nonlocal done
        if batch.upserts:
            done += 1
            if done > blanked:
                raise RuntimeError("killed")
        await commit(self, batch)

    places = PersonPlaces(databases=[database_url])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cls, "commit", some)
        with pytest.raises(RuntimeError, match="killed"):
            await erase_person(someone.email, places, apply=True)
    await erase_person(someone.email, places, apply=True)
    held = await database_bytes(database_url, Path("none"))
    assert found_in(someone.texts, {"rows": held}) == set()
