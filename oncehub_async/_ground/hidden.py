"""What tools that print the locals of a traceback must not see."""

from typing import Any


class Hidden:
    """Carries a secret, or several, between functions; its repr tells nothing.

    Crash reporters print the locals of every frame. A frame of ours that an error can pass
    through therefore holds a secret only in this.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        # Hidden twice is hidden once, so that each function may hide what it is given.
        self.value: Any = value.value if isinstance(value, Hidden) else value

    def __repr__(self) -> str:
        return "Hidden(…)"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


class HiddenText(str):
    """Text that goes into a header as it is, and shows nothing in the repr of what holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"
