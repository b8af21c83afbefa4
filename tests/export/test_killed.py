"""Exports that are killed give what undisturbed ones give, and fetch nothing twice."""

import os
import time
from pathlib import Path
from random import Random

import attrs
import pytest

from oncehub_async.export import Compression, Format, verify_export
from oncehub_async.simulator import Fault, Simulator

from ..simulator.threaded import running
from .runs import ACCOUNT, FAST, DieAt, Run, files, is_complete, pages_kept

# More takes minutes and is for whoever has changed how exports are kept.
ROUNDS = int(os.environ.get("ONCEHUB_KILL_ROUNDS", "1"))
KILLS = int(os.environ.get("ONCEHUB_KILLS", "5"))
ALL_KINDS = [
    (Format.JSONL, Compression.NONE),
    (Format.CSV, Compression.GZIP),
    (Format.PARQUET, Compression.ZSTD),
]
FAULTS = [
    Fault("latency", seconds=0.5, jitter=0.5),
    Fault("rate_limit", rate=0.05),
    Fault("server_error", rate=0.05),
    Fault("drop_before", rate=0.05),
    Fault("drop_after", rate=0.05),
    Fault("truncated_body", rate=0.05),
]
SPOILT = ("truncated_body",)
"""Answers that the simulator counts as good and that are none."""


AT_ONCE = 12
"""Requests of three resources that can be under way, or answered and not yet kept."""


def good_answers(sim: Simulator) -> int:
    return sim.stats.by_status[200] - sum(sim.stats.faults[kind] for kind in SPOILT)


@pytest.mark.parametrize("round", range(ROUNDS))
@pytest.mark.parametrize(("format", "compression"), ALL_KINDS)
def test_killed_at_random_under_faults(
    tmp_path: Path, format: Format, compression: Compression, round: int
) -> None:
    """Byte by byte the files of an undisturbed export; what was kept is not fetched again."""
    random = Random(f"{format} {round}")
    with running(Simulator(ACCOUNT, clock=FAST, limits=None, seed=round)) as sim:
        calm = Run.of(sim, tmp_path / "calm", format=format, compression=compression)
        calm.finish()
        asked_for_all = good_answers(sim)
        sim.inject(*FAULTS)
        rough = Run.of(sim, tmp_path / "rough", format=format, compression=compression)
        kills = 0
        while not is_complete(rough.out):
            kept, before = pages_kept(rough.out), good_answers(sim)
            process = rough.process()
            process.start()
            if kills < KILLS:
                enough = before + random.randrange(asked_for_all // 3)
                while process.is_alive() and good_answers(sim) < enough:
                    time.sleep(0.001)
                process.join(random.random() * 0.02)
                kills += process.is_alive()
                process.kill()
            process.join()
            process.close()
            # What was under way, or had just come, when it was killed.
            assert good_answers(sim) - before <= pages_kept(rough.out) - kept + AT_ONCE
    assert kills >= 2
    assert files(rough.out) == files(calm.out)
    assert verify_export(rough.out).good


@pytest.mark.parametrize(("format", "compression"), ALL_KINDS)
def test_killed_at_every_change_of_the_disk(
    tmp_path: Path, format: Format, compression: Compression
) -> None:
    """Each time one step later than before, until there is no step left."""
    with running(Simulator(ACCOUNT, clock=FAST, limits=None)) as sim:
        calm = Run.of(
            sim, tmp_path / "calm", format=format, compression=compression, names=("contacts",)
        )
        calm.finish()
        asked_for_all = good_answers(sim)
        for number in range(1, 200):
            before = good_answers(sim)
            interrupted = attrs.evolve(calm, out=tmp_path / str(number))
            process = interrupted.process(DieAt(number))
            process.start()
            process.join()
            was_killed = process.exitcode != 0
            process.close()
            if not is_complete(interrupted.out):
                interrupted.finish()
            assert files(interrupted.out) == files(calm.out), f"killed at step {number}"
            assert verify_export(interrupted.out).good
            # One page that had come and wasn't kept, and one that was under way.
            assert good_answers(sim) - before <= asked_for_all + 2
            if not was_killed:
                break
        assert not was_killed
        assert number > 15
