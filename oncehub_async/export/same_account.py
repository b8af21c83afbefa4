"""Whether what is on disk is of the account that is asked, before more is added to it."""

from collections.abc import Iterable

from ..client import Resources
from ..errors import (
    DeletedObjectError,
    InvalidParameterError,
    InvalidResponseError,
    NotFoundError,
)

SOME = 3
"""How many objects to ask for at most: one may have been removed for good."""
_CAN_BE_GOT = frozenset({"bookings", "contacts"})


async def is_in_account(oncehub: Resources, resource: str, ids: Iterable[str]) -> bool | None:
    """Whether one of these objects is known there; None where that can't be asked.

    What can't be an id, since a file may be damaged, is passed over.

    Raises any `RequestError` but of the objects themselves.
    """
    asked = False
    for each in ids if resource in _CAN_BE_GOT else ():
        try:
            await getattr(oncehub, resource).get(each)
        except (DeletedObjectError, InvalidResponseError):
            return True  # what it is now doesn't matter
        except InvalidParameterError:
            continue
        except NotFoundError:
            asked = True
        else:
            return True
    return False if asked else None
