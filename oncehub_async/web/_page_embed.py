"""What everything that is put into a page has in common."""

from abc import ABC, abstractmethod

from .._ground import checks
from ..errors import InvalidParameterError
from ._csp import Sources
from ._html import Html

_CLASSES = {
    "BKC-": "a booking calendar's id; use CalendarEmbed",
    "FORM-": "a routing form's id; use RoutingFormEmbed",
    "WEB-": "a website's id; use ChatbotEmbed",
    "BOT-": "a chatbot's id; use ChatbotEmbed",
}


class PageEmbed(ABC):
    """HTML with what a Content-Security-Policy has to allow for it; templates take it as it is."""

    __slots__ = ()

    @abstractmethod
    def html(self, *, nonce: str | None = None, with_script: bool = True) -> Html:
        """The element, and the script that makes it work."""

    @abstractmethod
    def csp_sources(self) -> Sources:
        """What a Content-Security-Policy has to allow for it."""

    def __str__(self) -> str:
        return str(self.html())

    def __html__(self) -> str:
        return str(self)


def checked_id(value: object, prefix: str, whose: str, param: str = "id") -> str:
    """An id of the right kind. OnceHub's are in capital letters; nobody's are in small ones."""
    text = checks.object_id(value, param)
    if text.startswith(prefix):
        return text
    if text.upper().startswith(prefix):
        raise InvalidParameterError(param, f"ids are in capital letters: '{text.upper()}'")
    raise InvalidParameterError(param, f"expected {whose}, as '{prefix}LDJ878496X'")


def check_is_no_id(page: str) -> None:
    """Refuse an id where the name of a classic page is wanted: the page would stay empty."""
    prefix = next((each for each in _CLASSES if page.startswith(each)), None)
    if prefix is None and page.startswith("bkc-"):
        prefix = "BKC-"
    if prefix is not None:
        raise InvalidParameterError("page", f"is {_CLASSES[prefix]}")
