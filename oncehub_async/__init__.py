"""An asyncio client for OnceHub."""
