"""The fields of bodies.

What may be set when an object is made and changed later is written once. A method takes it as
`**fields: Unpack[...]`, which type checkers and editors spell out; for `help()` and
`inspect.signature` the decorator does.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from .._ground import UNSET, Unset, checks, spelled_out
from ..errors import InvalidParameterError

Extra = Mapping[str, Any] | None
"""Fields of a body that the service may know and this package doesn't, by their names."""

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def spelled_out_fields(shared: type) -> Callable[[F], F]:
    """Show shared fields in a method's signature: those that aren't passed are left as they are."""
    return spelled_out(shared, dict.fromkeys(shared.__annotations__, UNSET))


def shared_fields(given: Mapping[str, Any], shared: type) -> dict[str, Any]:
    """What was passed as `**fields`. Raises `TypeError` for a name that isn't one of them."""
    for name in given:
        if name not in shared.__annotations__:
            raise TypeError(f"got an unexpected keyword argument {name!r}")
    return dict(given)


def with_extra(
    fields: Mapping[str, Any], extra: Extra, named: Iterable[str] = ()
) -> dict[str, Any]:
    """A body of the fields that were passed, and of those that only the caller knows of.

    `fields` and `named` hold what the method has parameters for; `extra` can't hold it as well,
    so that nothing is sent otherwise than it was checked. Raises `InvalidParameterError`.
    """
    if extra is None:
        return checks.given(fields)
    known = {*fields, *named}
    for name, value in checks.mapping(extra, "extra", "fields to values").items():
        if not isinstance(name, str) or not name:
            raise InvalidParameterError("extra", "the names of fields are texts")
        if name in known:
            raise InvalidParameterError(
                "extra", f"{name!r} has a parameter of its own; pass it there, not in extra"
            )
        if isinstance(value, Unset):
            raise InvalidParameterError("extra", f"{name!r} is UNSET; leave it out instead")
    return checks.given(fields) | dict(extra)


def some_with_extra(
    fields: Mapping[str, Any], extra: Extra, named: Iterable[str] = ()
) -> dict[str, Any]:
    """As `with_extra`, for an update, which has to change something."""
    return checks.some_given(with_extra(fields, extra, named))


def unless_none(value: T | None) -> T | Unset:
    """A field that is left out where nothing was passed."""
    return UNSET if value is None else value
