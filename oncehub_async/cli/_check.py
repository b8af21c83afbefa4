"""`oncehub check`: whether the key is valid."""

from .._client import OnceHub
from .._http import URL_VARIABLE
from ..errors import ConfigurationError, NotFoundError
from . import COMPLETE
from ._output import say, say_json


async def check_key(json: bool, proxy: str | None = None) -> int:
    """Validate the key of the environment."""
    async with OnceHub(proxy=proxy) as oncehub:
        try:
            validation = await oncehub.validate_key()
        except NotFoundError as error:
            raise ConfigurationError(
                f"{URL_VARIABLE}: no OnceHub API is there (does it end in /v2?): {error}"
            ) from None
    if json:
        say_json({"valid": True, "account": validation.account})
    else:
        say(f"The API key is valid. Account: {validation.account or validation.message}")
    return COMPLETE


async def check(*, json: bool = False, proxy: str | None = None) -> int:
    """Check the API key and tell whose account it is for.

    For example: oncehub check --json.

    Parameters
    ----------
    json
        Print the answer as JSON.
    proxy
        The URL of a proxy to go through, such as http://proxy.example.com:3128.
    """
    return await check_key(json, proxy)
