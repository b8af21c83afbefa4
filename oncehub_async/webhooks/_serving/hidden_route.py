"""Whether a route of an aiohttp application is reached, or hidden by another of the same place."""

from collections.abc import Iterable
from typing import Any

import attrs
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from ...errors import ConfigurationError


@attrs.frozen
class _PostedRequest:
    """What routers look at of a request."""

    rel_url: URL
    method: str = "POST"
    headers: CIMultiDict[str] = attrs.field(factory=CIMultiDict)
    match_info: dict[str, str] = attrs.field(factory=dict)


async def check_reached(router: web.UrlDispatcher, raw_path: str, handler: object) -> None:
    """Raises `ConfigurationError` where a POST there, with a slash at its end or without, reaches
    another handler than this one: it would be answered by that for days, and not be told of.
    """
    for form in _forms(raw_path):
        request: Any = _PostedRequest(URL(form, encoded=True))
        try:
            found = await router.resolve(request)
        except AttributeError:  # a resource of somebody's own that looks at more of a request
            return
        if found.handler is not handler:
            raise ConfigurationError(
                f"path: another route or sub-application of the application answers POST {form}; "
                "choose another path for the receiver, or take that one away"
            )


def _forms(raw_path: str) -> Iterable[str]:
    return (raw_path, f"{raw_path}/") if raw_path else ("/",)
