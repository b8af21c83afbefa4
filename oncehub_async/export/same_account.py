"""Whether what is on disk is of the account that is asked, before more is added to it."""

from collections.abc import Iterable

from ..client import Resources
from ..errors import DeletedObjectError, InvalidResponseError, NotFoundError

_CAN_BE_GOT = frozenset({"bookings", "contacts"})


async def is_in_account(oncehub: Resources, resource: str, ids: Iterable[str]) -> bool | None:
    """Whether one of these objects is known there; None where that can't be asked.

    Raises any `RequestError` but of the objects themselves.
    """
    asked = False
    for each in ids if resource in _CAN_BE_GOT else ():
        try:
            await getattr(oncehub, resource).get(each)
        except (DeletedObjectError, InvalidResponseError):
            return True  # what it is now doesn't matter
        except NotFoundError:
            asked = True
        else:
            return True
    return False if asked else None
