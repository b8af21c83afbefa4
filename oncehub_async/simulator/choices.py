"""Settings that take one of some words."""

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any


def one_of(allowed: Sequence[object]) -> Callable[[Any, Any, object], None]:
    """A validator that says, in a line, what there is to choose from."""

    def validate(_instance: Any, attribute: Any, value: object) -> None:
        if value not in allowed:
            words = ", ".join(map(str, allowed))
            hint = likely(str(value), map(str, allowed))
            raise ValueError(f"{attribute.name}: {value!r} is none of {words}{hint}")

    return validate


def likely(word: str, known: Iterable[str]) -> str:
    """A question after the word that was probably meant, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
