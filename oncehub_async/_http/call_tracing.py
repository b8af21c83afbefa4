"""What may be known of a call while it goes on, for traces; nothing in it is about people."""

from typing import Protocol

import attrs

from .request_attempt import RequestAttempt


@attrs.frozen(kw_only=True)
class StartedCall:
    """A call of the API that begins: however many attempts it will take, it is one."""

    method: str
    path_template: str
    """Such as "/bookings/{id}/cancel"."""
    host: str
    """Of the API's address."""
    port: int | None


class CallSpan(Protocol):
    """What lasts as long as a call does."""

    def attempt(self, attempt: RequestAttempt) -> object:
        """An attempt has ended."""
        ...

    def end(self, error: BaseException | None) -> object:
        """The call has ended, with this error or well."""
        ...


class CallTracing(Protocol):
    """What `OnceHub(tracing=...)` takes. It has to be quick, and one that fails does no harm."""

    def begin_call(self, call: StartedCall) -> CallSpan:
        """A call begins, in the task that makes it; it ends in the same one."""
        ...
