"""What receiving webhooks costs: `python -m benchmarks.receiver`.

`python -m benchmarks.receiver_crashes`, which takes minutes, counts what kills lose (nothing).
"""

from . import (
    inbox_backlog,
    receiver_accept,
    receiver_dispatch,
    receiver_hosts,
    receiver_latency,
    receiver_overload,
    receiver_processes,
)


def main() -> None:
    """Print all tables."""
    receiver_accept.main()
    receiver_dispatch.main()
    receiver_latency.main()
    receiver_processes.main()
    receiver_overload.main()
    inbox_backlog.table()
    receiver_hosts.main()


if __name__ == "__main__":
    main()
