"""How long reading a list has to take under both rate limits, however it is done."""

from math import ceil

from oncehub_async import Limits
from oncehub_async._ground.checks import MAX_LIMIT


def least(objects: int, latency: float) -> float:
    """The least possible time, in seconds, from the first request to the last answer."""
    return least_of_pages(ceil(objects / MAX_LIMIT), latency)


def least_of_pages(pages: int, latency: float) -> float:
    """The same for so many requests; the k-th leaves when both windows allow it."""
    limits = Limits()
    blocks, rest = divmod(pages - 1, limits.per_five_minutes)
    return blocks * 300 + rest // limits.per_second + latency
