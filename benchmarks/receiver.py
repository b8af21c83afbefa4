"""What receiving webhooks costs: `python -m benchmarks.receiver`.

`python -m benchmarks.receiver_crashes`, which takes minutes, counts what kills lose (nothing).
"""

from . import receiver_accept, receiver_dispatch, receiver_latency


def main() -> None:
    """Print all tables."""
    receiver_accept.main()
    receiver_dispatch.main()
    receiver_latency.main()


if __name__ == "__main__":
    main()
