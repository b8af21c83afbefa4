"""What a comparison with the account makes of the changes that a watch has added."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from oncehub_async.export import Comparison, Format, compare_with_account, verify_export
from oncehub_async.simulator import Simulator

from .watching import ACCOUNT, FAST, client, watch


async def compare(sim: Simulator, out: Path) -> dict[str, Comparison]:
    async with client(sim) as oncehub:
        return await compare_with_account(oncehub, out, random=Random(1))


@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(), timedelta(hours=3)], ids=str)
@pytest.mark.parametrize("format", [Format.JSONL, Format.CSV])
async def test_what_the_changes_hold_is_there(
    ahead: timedelta, format: Format, tmp_path: Path
) -> None:
    """Wherever the service's clock stands; what was changed there isn't changed since."""
    start = FAST.date() + ahead
    async with Simulator(ACCOUNT, clock=FAST, limits=None, start=start) as sim:
        changed = list(sim.ids("bookings"))[:3]

        def between(number: int) -> None:
            for each in changed if number == 0 else ():
                sim.create("bookings")
                sim.touch(each)

        await watch(sim, tmp_path, between=between, rounds=1, format=format)
        assert verify_export(tmp_path).good
        found = (await compare(sim, tmp_path))["bookings"]
        assert found == Comparison(same=found.same)
        if ahead <= timedelta():  # else they are newer than the export, by its clock
            sim.touch(changed[0])
            assert (await compare(sim, tmp_path))["bookings"].changed == {changed[0]}


async def test_what_the_changes_call_deleted_is_not_gone_since(
    sim: Simulator, tmp_path: Path
) -> None:
    """Nor is what they added missing, or new, where no time tells when something came."""
    first, second, *_ = sim.ids("users")

    def between(number: int) -> None:
        if number == 0:
            sim.delete(first)
            sim.create("users")

    await watch(sim, tmp_path, ("users",), between=between, rounds=1)
    found = (await compare(sim, tmp_path))["users"]
    assert found == Comparison(same=set(sim.ids("users")))
    sim.delete(second)
    assert (await compare(sim, tmp_path))["users"].gone == {second}
