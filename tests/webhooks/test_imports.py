"""What importing costs."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("oncehub_async", ["oncehub_async.webhooks", "oncehub_async.testing", "sqlite3"]),
        ("oncehub_async.webhooks", ["oncehub_async.simulator", "starlette", "fastapi", "uvicorn"]),
        ("oncehub_async.testing", ["oncehub_async.simulator", "pytest", "starlette"]),
    ],
)
def test_what_is_not_used_is_not_imported(imported: str, absent: list[str]) -> None:
    """The client without the receiver, the receiver without any framework but aiohttp."""
    code = f"import sys, {imported}; print([m for m in {absent!r} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
