"""Tasks that belong to a simulator."""

import asyncio


async def stop(task: asyncio.Task[None] | None) -> None:
    """Cancel a task and wait for its end. Raises what it failed with, if it had failed."""
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
