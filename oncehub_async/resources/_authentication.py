"""The key's validity. https://help.oncehub.com/developers/api/#tag/authentication/GET/test"""

import attrs

from .._http import Operation, Reply, Request
from ..models import Model, from_dict
from ._resource import Resource

_VALIDATE = Operation("GET", "/test")


@attrs.frozen(kw_only=True, repr=False)
class KeyValidation(Model):
    """The answer to a valid key. `message` names the account by its owner's email address."""

    _shown = ()

    message: str | None = None

    @property
    def account(self) -> str | None:
        """The owner's email address, as far as the message holds one."""
        last = (self.message or "").rpartition(": ")[2].strip()
        return last if "@" in last else None


class Authentication(Resource):
    """The key with which the client calls."""

    async def validate_key(self) -> KeyValidation:
        """Whether the key is valid, and for which account.

        Raises `AuthenticationError` where it isn't, `PermissionDeniedError` where the account's
        plan has no API access.

        https://help.oncehub.com/developers/api/#tag/authentication/GET/test
        """

        def decode(reply: Reply) -> KeyValidation:
            return from_dict(reply.data, KeyValidation)

        return await self._send(Request(_VALIDATE), decode)
