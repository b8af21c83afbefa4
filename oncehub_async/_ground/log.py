"""The log of the library."""

import logging

logger = logging.getLogger("oncehub_async")
