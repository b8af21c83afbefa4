"""Events whose id came before: usually OnceHub sent one twice, and nothing has to be said."""

import logging
import mmap
from collections import OrderedDict
from hashlib import sha256

from ..._ground import fields
from .._inbox import Inbox, StoredEvent
from .._webhook_errors import told
from .bodies import looked_at
from .refusals import Lull
from .signing_secrets import SigningKey

logger = logging.getLogger("oncehub_async.webhooks")

_MOST_KNOWN = 10_000
"""Events of which is remembered who signed them; bodies are compared with what the inbox keeps."""


class Repeats:
    """Tells the log where the second delivery of an id is not what the first one was.

    The first one counts. So whoever has one webhook's secret could send an event before another
    webhook does, and have that one passed over; this doesn't go unseen.
    """

    def __init__(self) -> None:
        self._signers: OrderedDict[str, bytes] = OrderedDict()
        self._lull = Lull()

    def first(self, event: StoredEvent, key: SigningKey | None) -> None:
        """An event came that is new."""
        self._signers[event.id] = _mark(key)
        if len(self._signers) > _MOST_KNOWN:
            self._signers.popitem(last=False)

    async def again(self, event: StoredEvent, key: SigningKey | None, inbox: Inbox) -> None:
        """One came whose id was there before."""
        try:
            before = await inbox.digest(event.id)
        except Exception as error:
            logger.warning(
                "%s came again, and can't be compared: %s",
                event.id,
                told(error),
                extra=fields(event_id=event.id, event_type=event.type),
            )
            return
        mark = _mark(key)
        by_another = self._signers.get(event.id, mark) != mark
        if before is not None and before != await looked_at(event.body, _digest):
            also = ", signed with another secret" if by_another else ""
            self._tell("body", event, f"with another body{also}")
        elif by_another:
            self._tell("secret", event, "signed with another secret, but the same otherwise")
        else:
            extra = fields(event_id=event.id, event_type=event.type)
            logger.debug("%s came again", event.id, extra=extra)

    def _tell(self, kind: str, event: StoredEvent, how: str) -> None:
        untold = self._lull.untold(kind)
        if untold is not None:
            logger.warning(
                "%s came again %s: the first one counts, and this one is not handled. Who has one "
                "of the signing secrets can send such events; secrets of webhooks that have a URL "
                "of their own can't be used for others%s",
                event.id,
                how,
                f" ({untold} more like this since the last line)" if untold else "",
                extra=fields(event_id=event.id, event_type=event.type, count=untold + 1),
            )


def _digest(body: bytes | mmap.mmap) -> bytes:
    return sha256(body).digest()


def _mark(key: SigningKey | None) -> bytes:
    """What tells keys apart, and isn't one."""
    return b"" if key is None else sha256(b"who signed it:" + key.secret).digest()[:8]
