"""Whether what isn't in a list any more has been deleted: only the object itself can say so.

A list that came back short, an account whose product was switched off, a fault: none of these is a
deletion. So each suspicion is asked about by a GET.
"""

from collections.abc import Iterable
from typing import Any

import attrs

from .._client import Resources
from ..errors import (
    AuthenticationError,
    DeletedObjectError,
    InvalidParameterError,
    NotFoundError,
    RequestError,
)
from ..models import to_dict

CANT_BE_ASKED = frozenset({"sms_notifications"})
"""Text messages have no GET; they aren't deleted either."""
_ONLY_BY_WORD = frozenset({"contacts"})
"""For these a 404 is no proof: the service says `deleted: true` of them."""


@attrs.define
class Findings:
    """What was found out about suspects."""

    deleted: list[str] = attrs.Factory(list)
    alive: list[dict[str, Any]] = attrs.Factory(list)
    """As JSON data."""
    unknown: list[str] = attrs.Factory(list)


async def find_out(
    oncehub: Resources, resource: str, suspects: Iterable[str], *, by_404: bool = True
) -> Findings:
    """Ask for each of these objects. With `by_404` it is proof where the service itself says 404.

    Raises `AuthenticationError`; what else fails leaves an object unknown.
    """
    findings = Findings()
    for each in suspects:
        try:
            found = await getattr(oncehub, resource).get(each)
        except DeletedObjectError:
            findings.deleted.append(each)
        except NotFoundError as error:
            # A gateway's 404 has no type.
            proves = by_404 and error.type is not None and resource not in _ONLY_BY_WORD
            (findings.deleted if proves else findings.unknown).append(each)
        except AuthenticationError:
            raise
        except (RequestError, InvalidParameterError):
            findings.unknown.append(each)
        else:
            findings.alive.append(to_dict(found))
    return findings
