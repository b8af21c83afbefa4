"""A receiver in an aiohttp application, as an ASGI application, as a program of its own."""
