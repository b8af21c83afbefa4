"""Prints what the library costs, beside doing the same in other ways: `make bench`.

Each figure is a ratio whose sides were measured next to each other, so that a noisy machine
disturbs both alike; the walks' time is virtual. It takes some minutes, most of them for exporting
a million bookings. What needs PostgreSQL is left out, and said, where there is none. Each part runs
alone, too: `python -m benchmarks.walking` and so on.
"""

import asyncio
import logging

from benchmarks import (
    decoding,
    export_time,
    exporting,
    importing,
    listing,
    observing,
    receiver,
    reporting,
    sync_time,
    syncing,
    walking,
    walking_accounts,
)


def main() -> None:
    """Print everything."""
    logging.disable(logging.WARNING)
    for part in (importing, decoding, listing):
        for name, value in part.rows():
            print(f"{value:6.2f}  {name}", flush=True)
    print()
    for name, value in observing.rows():
        print(f"{value:6.1f}  us an attempt: {name}", flush=True)
    print()
    walking.table()
    walking.table_of_ages()
    print()
    walking_accounts.table()
    print()
    export_time.table()
    print()
    asyncio.run(exporting.table())
    print()
    syncing.table()
    sync_time.table()
    reporting.table()
    print()
    receiver.main()


if __name__ == "__main__":
    main()
