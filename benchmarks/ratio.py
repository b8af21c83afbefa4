"""Ratios that hold on a noisy machine: both sides of each are measured next to each other."""

import statistics
import time
from collections.abc import Callable


def timed(action: Callable[[], object]) -> float:
    """How long an action takes, in seconds."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def computed(action: Callable[[], object]) -> float:
    """How long an action keeps the processor busy, in seconds.

    The measure for what takes milliseconds and waits for nothing: when other programs want the
    processor too, they interrupt the longer one of two such actions more often than its share.
    """
    started = time.thread_time()
    action()
    return time.thread_time() - started


def ratio(ours: Callable[[], float], theirs: Callable[[], float], rounds: int = 9) -> float:
    """How many times theirs ours is: the median of the ratios of neighbouring measurements."""
    return statistics.median(ours() / theirs() for _ in range(rounds))
