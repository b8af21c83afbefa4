"""A change before it is made, and what is to be said when nobody knows whether it was."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn, cast

import attrs

from .._client import Resources
from .._ground import dump_any_json, printable
from .._http import Caller
from ..errors import (
    InvalidParameterError,
    OnceHubError,
    OutcomeUnknownError,
    RequestError,
    ResponseError,
    ServerError,
)


@attrs.frozen
class PlannedChange:
    """A change that can be made: what will happen to whom, and where to look afterwards."""

    words: str
    apply: Callable[[Resources], Awaitable[Mapping[str, Any]]]
    look: str | None
    """How to find out whether it was done, where the answer got lost; None where nothing can."""
    about: str
    """The id of what it is about, for the record of changes."""

    @property
    def after_loss(self) -> str:
        """What to do when nobody knows whether it was done."""
        if self.look is None:
            return "That can't be looked up, and does no harm: plan it anew."
        return f"Don't ask for it again. Look first: {self.look}."

    async def rehearse(self, prefix: str = "") -> None:
        """Do all of it but the sending, so that a plan is refused where its change would be.

        Raises `InvalidParameterError`, by the tool's names: `prefix` stands before those of what
        is set.
        """
        try:
            await self.apply(Resources(cast(Caller, _Nobody())))
        except _Unsent:
            return
        except InvalidParameterError as error:
            param = error.param or ""
            name = _NAMES.get(param, f"{prefix}{param}")
            raise InvalidParameterError(name, error.message or "") from None


_NAMES = {"cancellation_reason": "reason", "reschedule_reason": "reason"}
"""What tools call otherwise than the client."""


class _Unsent(Exception):
    """All checks have passed."""


class _Nobody:
    """Takes the calls of a rehearsal."""

    async def call(self, *_arguments: object) -> NoReturn:
        raise _Unsent


def with_values(values: Mapping[str, Any]) -> str:
    """What the agent wants to be written, so that whoever agrees has seen it."""
    told = [f"{name} {dump_any_json(value).decode()}" for name, value in values.items()]
    return printable(f", with {', '.join(told)}") if told else ""


def may_be_done(error: OnceHubError | TimeoutError) -> bool:
    """Whether a change may have been made although it failed."""
    if isinstance(error, ResponseError) and not isinstance(error, ServerError):
        return False
    # Of a POST the client knows whether it left; anything else it sends several times.
    if isinstance(error, RequestError) and error.method == "POST":
        return isinstance(error, OutcomeUnknownError)
    return isinstance(error, RequestError | TimeoutError)
