"""HTML that is safe whatever stands in it."""

import html
import re
from collections.abc import Mapping

from .._ground import checks
from ..errors import InvalidParameterError
from ._css_size import SIZES, check_bounds, css_size

_ATTRIBUTE = re.compile(r"[a-z][a-z0-9-]*")
_PROPERTY = re.compile(r"-{0,2}[a-z][a-z0-9-]*")
# What could end a declaration, begin another or fetch something.
_NOT_IN_STYLES = re.compile(r"[;{}<>\"'\\@]|/\*|url\(|expression\(", re.IGNORECASE)
_NONCE = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


class Html(str):
    """HTML that templates take as it is: Jinja2, markupsafe and Django ask for `__html__`."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def plain_text(value: object, param: str) -> str:
    """The text that a template or a program passed; markup becomes the text that it shows."""
    markup = getattr(value, "__html__", None)
    return checks.any_text(value, param) if markup is None else html.unescape(str(markup()))


def element(tag: str, attributes: Mapping[str, str | bool | None], text: str = "") -> Html:
    """An element with a text. None leaves an attribute out, True gives it no value."""
    parts = [tag]
    for name, value in attributes.items():
        if value is True:
            parts.append(name)
        elif value is not None and value is not False:
            parts.append(f'{name}="{html.escape(str(value))}"')
    return Html(f"<{' '.join(parts)}>{html.escape(text, quote=False)}</{tag}>")


def style_sheet(rules: str, nonce: str | None) -> Html:
    """A style element. Nobody's data may stand in it: nothing in it is escaped."""
    return Html(str(element("style", {"nonce": checked_nonce(nonce)})).replace("><", f">{rules}<"))


def script(
    src: str, nonce: str | None, attributes: Mapping[str, str | bool | None] | None = None
) -> Html:
    """A script from an address."""
    return element("script", {"src": src, "nonce": checked_nonce(nonce), **(attributes or {})})


def checked_nonce(nonce: str | None) -> str | None:
    """A nonce as a Content-Security-Policy can hold it."""
    if nonce is not None and not _NONCE.fullmatch(nonce):
        raise InvalidParameterError("nonce", "expected Base64, such as secrets.token_urlsafe(16)")
    return nonce


def own_attributes(attributes: Mapping[str, str] | None, taken: frozenset[str]) -> dict[str, str]:
    """Attributes that the caller adds to an element. Scripts (`onclick`) are refused."""
    result = {}
    for name, value in (attributes or {}).items():
        plain_text(name, "attributes")
        if not _ATTRIBUTE.fullmatch(name) or name.startswith("on"):
            raise InvalidParameterError(
                f"attributes.{name}" if _ATTRIBUTE.fullmatch(name) else "attributes",
                "expected names such as 'class' or 'aria-label', and no event handlers",
            )
        if name in taken:
            raise InvalidParameterError(f"attributes.{name}", "is set by the embed itself")
        result[name] = plain_text(value, f"attributes.{name}")
    return result


def css(style: Mapping[str, str | float], param: str = "style") -> str:
    """Declarations: {"min-width": 320} is `min-width: 320px;`."""
    texts = {}
    for name, value in style.items():
        if not _PROPERTY.fullmatch(name):
            raise InvalidParameterError(param, "expected names of CSS properties")
        text = _css_value(name, value, f"{param}.{name}")
        if not text.isprintable() or _NOT_IN_STYLES.search(text):
            raise InvalidParameterError(f"{param}.{name}", "holds what can't stand in a CSS value")
        texts[name] = text
    check_bounds(texts, param)
    return " ".join(f"{name}: {text};" for name, text in texts.items())


def _css_value(name: str, value: object, param: str) -> str:
    return css_size(value, param, name) if name in SIZES else plain_text(value, param)
