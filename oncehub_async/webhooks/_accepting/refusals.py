"""Why a request is refused: what it is answered, and what the log says, which tells where to look.

Nothing is refused in silence: OnceHub tries for three days, then it switches the webhook off. Nor
can a stranger fill the log: of each kind there is one line a minute, with the count.
"""

import asyncio
import logging
import time
from collections import Counter
from enum import StrEnum
from typing import NamedTuple

from ..._ground import checks, fields
from . import answers as answer
from .answers import DeliveryAnswer

logger = logging.getLogger("oncehub_async.webhooks")

_BETWEEN_LINES = checks.MINUTE


class Refusal(StrEnum):
    """Why a request was refused; `status` is what it was answered."""

    BROKEN_OFF = "broken_off"
    BAD_REQUEST = "bad_request"
    NO_EVENT = "no_event"
    MISSING = "missing"
    MALFORMED = "malformed"
    MISMATCH = "mismatch"
    TOO_OLD = "too_old"
    IN_THE_FUTURE = "in_the_future"
    WRONG_PATH = "wrong_path"
    WRONG_METHOD = "wrong_method"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    COMPRESSED = "compressed"
    NOT_OPEN = "not_open"
    OTHER_LOOP = "other_loop"
    BODY_TAKEN = "body_taken"
    NOT_AS_IT_ARRIVED = "not_as_it_arrived"
    NO_SECRETS = "no_secrets"
    OVERLOADED = "overloaded"
    INBOX = "inbox"

    @property
    def status(self) -> int:
        """The HTTP status that goes with it."""
        return _MEANINGS[self].answer.status


class _Meaning(NamedTuple):
    answer: DeliveryAnswer
    look: str


_MEANINGS = {
    Refusal.BROKEN_OFF: _Meaning(
        answer.BROKEN,
        "the body ended before its end: the sender has gone, or something in front of the receiver "
        "breaks off",
    ),
    Refusal.BAD_REQUEST: _Meaning(
        answer.BAD_REQUEST,
        "this is no HTTP that can be read: a scanner, https to the port of http, or headers beyond "
        "8 KiB",
    ),
    Refusal.NO_EVENT: _Meaning(
        answer.BAD_EVENT, "it isn't signed, and no event: whoever finds the URL can send this"
    ),
    Refusal.MISSING: _Meaning(
        answer.UNAUTHENTIC,
        "a stranger, a webhook of v1 (those are not signed), or something in front that drops "
        "headers",
    ),
    Refusal.MALFORMED: _Meaning(
        answer.UNAUTHENTIC, "a stranger, or something in front that changes or repeats headers"
    ),
    Refusal.MISMATCH: _Meaning(
        answer.UNAUTHENTIC,
        "is signing_secret that of the webhook which delivers here? Does something in front change "
        "the body? One that was parsed and dumped again can't be verified",
    ),
    Refusal.TOO_OLD: _Meaning(
        answer.UNAUTHENTIC, "a replay, or a late retry (max_age); is the clock right?"
    ),
    Refusal.IN_THE_FUTURE: _Meaning(answer.UNAUTHENTIC, "max_skew is what is let pass"),
    Refusal.WRONG_PATH: _Meaning(
        answer.NOT_FOUND,
        "does the webhook's URL end in the path that the receiver has? Something in front may take "
        "a part of it off",
    ),
    Refusal.WRONG_METHOD: _Meaning(
        answer.ONLY_POST, "OnceHub posts; a redirect in front turns a POST into a GET"
    ),
    Refusal.TOO_SLOW: _Meaning(
        answer.TOO_SLOW,
        "the body took longer than read_timeout to arrive: a slow sender; or, if that goes on and "
        "nothing of it comes, a middleware that reads it and doesn't leave it",
    ),
    Refusal.TOO_LARGE: _Meaning(
        answer.TOO_LARGE,
        "the body is larger than what is let in: max_body (1 MiB), or max_kept (64 MiB) of what "
        "looks signed",
    ),
    Refusal.COMPRESSED: _Meaning(
        answer.ENCODED,
        "a signature is over the body as it was sent: let nothing in front compress requests",
    ),
    Refusal.NOT_OPEN: _Meaning(
        answer.UNAVAILABLE,
        "deliveries are answered 503, for the receiver is not open: async with receiver: ... (a "
        "framework's start-up is the place for it, and the server has to run its lifespan; serve "
        "does it by itself)",
    ),
    Refusal.OTHER_LOOP: _Meaning(
        answer.UNAVAILABLE,
        "deliveries are answered 503, for the event loop in which the receiver was opened has "
        "ended or stands still: open it in one that runs as long as deliveries come",
    ),
    Refusal.BODY_TAKEN: _Meaning(
        answer.UNREADABLE,
        "deliveries are answered 503, for something between the server and the receiver (a "
        "middleware?) reads the body and doesn't leave it: put the receiver outside of that, or "
        "have it use await request.read() or body(), which keep what they read",
    ),
    Refusal.NOT_AS_IT_ARRIVED: _Meaning(
        answer.UNREADABLE,
        "deliveries are answered 503, for the receiver isn't given what arrived: receive(headers, "
        "body) takes the headers as a mapping or pairs, and the raw body as bytes",
    ),
    Refusal.NO_SECRETS: _Meaning(
        answer.UNAVAILABLE, "deliveries are answered 503, for they can't be verified at the moment"
    ),
    Refusal.OVERLOADED: _Meaning(
        answer.OVERLOADED,
        "deliveries are answered 503, for more wait to be kept than max_waiting, or large bodies "
        "take all the room that there is for them",
    ),
    Refusal.INBOX: _Meaning(
        answer.UNAVAILABLE, "deliveries are answered 503, for the inbox can't keep them"
    ),
}


class Lull:
    """Whether it is time for another line of one kind: at once, and then one a minute."""

    def __init__(self) -> None:
        self._told_at: dict[str, float] = {}
        self._untold: Counter[str] = Counter()

    def untold(self, kind: str) -> int | None:
        """How many there were since the last line, if now is the time for one; else None."""
        now = _time()
        if now - self._told_at.get(kind, float("-inf")) < _BETWEEN_LINES:
            self._untold[kind] += 1
            return None
        self._told_at[kind] = now
        return self._untold.pop(kind, 0)

    def is_over(self, kind: str) -> None:
        """Tell of the next one at once."""
        self._told_at.pop(kind, None)


def _time() -> float:
    """The event loop's; adapters without one, such as those for WSGI, are told of as well."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return time.monotonic()


class RefusalLog:
    """Counts what is refused, and tells the log."""

    def __init__(self) -> None:
        self.counts: Counter[Refusal] = Counter()
        self.lull = Lull()

    def refuse(self, why: Refusal, detail: str = "") -> DeliveryAnswer:
        """Count a refusal, tell of it if it is time, and give the answer.

        `detail` holds nothing of the request: neither secrets nor people's data.
        """
        self.counts[why] += 1
        told, look = _MEANINGS[why]
        untold = self.lull.untold(why)
        if untold is not None:
            level = logging.ERROR if told.status >= 500 else logging.WARNING
            what = f"{detail}; {look}" if detail else look
            logger.log(
                level,
                "refused with %d (%s): %s%s",
                told.status,
                why,
                what,
                _more(untold),
                extra=fields(status=told.status, refusal=why.value, count=untold + 1),
            )
        return told


def _more(untold: int) -> str:
    return f" ({untold} more since the last line about that)" if untold else ""
