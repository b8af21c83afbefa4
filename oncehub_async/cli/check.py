"""`oncehub check`: whether the key is valid."""

from .. import OnceHub
from . import COMPLETE
from .output import say, say_json


async def check_key(json: bool) -> int:
    """Validate the key of the environment."""
    async with OnceHub() as oncehub:
        validation = await oncehub.validate_key()
    if json:
        say_json({"valid": True, "account": validation.account})
    else:
        say(f"The API key is valid. Account: {validation.account or validation.message}")
    return COMPLETE
