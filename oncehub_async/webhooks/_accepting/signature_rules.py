"""Whether a delivery is genuine and of our time, by the secrets, limits and clock of a receiver."""

import logging

import attrs

from ..._ground import WallClock, checks
from ...errors import ConfigurationError
from .._webhook_errors import SignatureError, SignatureProblem
from .bodies import Body, looked_at
from .signature import RETRY_WINDOW, SHORT_AGE, check_age, check_signature, parse_header
from .signing_secrets import SecretSource, SigningKey

logger = logging.getLogger("oncehub_async.webhooks")


def limit_of_age(memory: float, max_age: float | None, max_skew: float) -> float:
    """How many seconds old signatures may be, with an inbox that remembers events for `memory`.

    Raises `ConfigurationError` where replays would pass.
    """
    limit = max_age
    if limit is None:
        limit = RETRY_WINDOW if memory >= RETRY_WINDOW + max_skew else SHORT_AGE
    # An inbox without a durable memory is good until the process ends, and says so itself.
    if 0 < memory < limit + max_skew:
        raise ConfigurationError(
            f"keep: replays would pass, for the inbox keeps events for {memory:.0f} s only; it "
            f"has to be {limit + max_skew:.0f} s at least, which is max_age and max_skew"
        )
    if max_age is None and limit < RETRY_WINDOW:
        logger.warning(
            "the inbox remembers events %s, not for %.0f hours: signatures older than %.0f s "
            "are refused, and retries of OnceHub's perhaps with them",
            f"for {memory / checks.HOUR:.0f} hours" if memory else "until the process ends",
            (RETRY_WINDOW + max_skew) / checks.HOUR,
            limit,
        )
    return limit


@attrs.frozen(kw_only=True, repr=False)
class SignatureRules:
    """What a signature is checked by. `max_age` and `max_skew` are seconds.

    `secrets`: None where nothing is signed. `accepts_unsigned`: whether what comes without a
    signature is accepted beside what is signed.
    """

    secrets: SecretSource | None
    accepts_unsigned: bool
    clock: WallClock
    max_age: float
    max_skew: float

    def needs_none(self, header: str | bytes | None) -> bool:
        """Whether what comes with such a header is accepted without a signature."""
        return self.secrets is None or (self.accepts_unsigned and header is None)

    def check_header(self, header: str | bytes | None) -> None:
        """Raise `SignatureError` for a header that OnceHub couldn't have sent now."""
        check_age(parse_header(header), self.clock.now(), self.max_age, self.max_skew)

    async def key_of(self, header: str | bytes | None, body: Body, now: float) -> SigningKey | None:
        """The key that signed; None for what needs no signature.

        Raises `SignatureError`, and what the provider of secrets raises.
        """
        source = self.secrets
        if source is None or self.needs_none(header):
            return None
        keys = await source.current()
        rules = (now, self.max_age, self.max_skew)
        try:
            return await looked_at(body, lambda raw: check_signature(raw, header, keys, *rules))
        except SignatureError as error:
            if error.problem is not SignatureProblem.MISMATCH:
                raise
            others = await source.after_refusal(keys)
            if others is None:
                raise
            return await looked_at(body, lambda raw: check_signature(raw, header, others, *rules))
