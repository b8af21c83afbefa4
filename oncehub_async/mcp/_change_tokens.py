"""Tokens of planned changes: each over exactly one tool and its arguments, good once.

Nothing is kept of a plan but the token that the agent holds; the key is the process's own, so a
restart ends all plans.
"""

import base64
import binascii
import hashlib
import hmac
import os
import struct
from collections.abc import Mapping
from typing import Any

from .._ground import Clock, dump_json
from ..errors import InvalidParameterError

MINUTES = 10
_HEAD = struct.Struct(">d8s")
_AGAIN = "call again without it for a new plan"


class ChangeTokens:
    """Makes tokens, and takes each back once within ten minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = os.urandom(32)
        self._used: dict[bytes, float] = {}
        """What was taken back, and until when it would have been good."""

    def token_for(self, tool: str, arguments: Mapping[str, Any]) -> str:
        """A token for this change and no other."""
        head = _HEAD.pack(self._clock.now() + MINUTES * 60, os.urandom(8))
        return base64.urlsafe_b64encode(head + self._seal(head, tool, arguments)).decode()

    def take(self, token: str, tool: str, arguments: Mapping[str, Any]) -> None:
        """Accept a token, once. Raises `InvalidParameterError`, which says what to do."""
        try:
            raw = base64.b64decode(token, b"-_", validate=True)
            until, _ = _HEAD.unpack(raw[: _HEAD.size])
        except (ValueError, binascii.Error, struct.error):
            raise InvalidParameterError("token", f"is none of this server's; {_AGAIN}") from None
        head, seal = raw[: _HEAD.size], raw[_HEAD.size :]
        if not hmac.compare_digest(seal, self._seal(head, tool, arguments)):
            raise InvalidParameterError(
                "token", f"is for other arguments, or of another server; {_AGAIN}"
            )
        now = self._clock.now()
        if now >= until:
            raise InvalidParameterError("token", f"is older than {MINUTES} minutes; {_AGAIN}")
        if head in self._used:
            raise InvalidParameterError(
                "token", f"was used already: look whether the change was made, then {_AGAIN}"
            )
        self._used = {used: end for used, end in self._used.items() if end > now}
        self._used[head] = until

    def _seal(self, head: bytes, tool: str, arguments: Mapping[str, Any]) -> bytes:
        said = dump_json([tool, dict(arguments)], sort=True)
        return hmac.new(self._key, head + said, hashlib.sha256).digest()[:16]
