"""Whether a delivery is genuine and of our time, by the secrets, limits and clock of a receiver."""

import attrs

from ..._ground import WallClock
from .._webhook_errors import SignatureError, SignatureProblem
from .large_bodies import Body, looked_at
from .signature import check_age, check_signature, parse_header
from .signing_secrets import SecretSource, SigningKey


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
