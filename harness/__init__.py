"""What tests and benchmarks share: virtual time, a strict service, the least possible time."""
