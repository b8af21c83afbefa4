"""Keyword arguments that several functions share, written once.

A function takes them as `**options: Unpack[...]`, which type checkers and editors spell out; for
`help()` and `inspect.signature` this decorator does.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def spelled_out(shared: type, defaults: Mapping[str, object]) -> Callable[[F], F]:
    """Show the fields of a `TypedDict` in a function's signature, in place of its `**options`.

    `defaults` holds what each of them is where it isn't passed.
    """

    def decorate(function: F) -> F:
        signature = inspect.signature(function)
        own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
        optional = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=annotation
            )
            for name, annotation in shared.__annotations__.items()
        ]
        shown = signature.replace(parameters=[*own, *optional])
        vars(function)["__signature__"] = shown
        return function

    return decorate
