"""A change before it is made, and what is to be said when nobody knows whether it was."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs

from .._ground import dump_any_json, printable
from ..errors import (
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
    apply: Callable[[], Awaitable[Mapping[str, Any]]]
    look: str | None
    """How to find out whether it was done, where the answer got lost; None where nothing can."""
    about: str
    """The id of what it is about, for the record of changes."""

    @property
    def after_loss(self) -> str:
        """What to do when nobody knows whether it was done."""
        if self.look is None:
            return "the answer got lost. That can't be looked up, and does no harm: plan it anew."
        return f"the answer got lost. Don't ask for it again. Look first: {self.look}."


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
