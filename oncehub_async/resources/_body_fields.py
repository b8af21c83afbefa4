"""Fields of an object that may be set when it is made and changed later, written once.

A method takes them as `**fields: Unpack[...]`, which type checkers and editors spell out; for
`help()` and `inspect.signature` the decorator does.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .._ground import UNSET

F = TypeVar("F", bound=Callable[..., Any])


def spelled_out(shared: type) -> Callable[[F], F]:
    """Show the fields of a `TypedDict` in a method's signature, in place of its `**fields`."""

    def decorate(method: F) -> F:
        signature = inspect.signature(method)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        optional = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=UNSET, annotation=annotation
            )
            for name, annotation in shared.__annotations__.items()
        ]
        shown = signature.replace(parameters=[*own, *optional])
        vars(method)["__signature__"] = shown
        return method

    return decorate


def shared_fields(given: Mapping[str, Any], shared: type) -> dict[str, Any]:
    """What was passed as `**fields`. Raises `TypeError` for a name that isn't one of them."""
    for name in given:
        if name not in shared.__annotations__:
            raise TypeError(f"got an unexpected keyword argument {name!r}")
    return dict(given)
