"""What others wrote, made fit to be shown: on a terminal, in a log, in an error's text.

A name, a message or an id that somebody else chose can hold what a terminal obeys (escape
sequences), what turns the text around it (bidirectional overrides) and what begins another line.
"""

import unicodedata

# They join and part letters within words of Persian and Hindi, and parts of emoji.
_JOINERS = "\u200c\u200d"


def printable(text: str, keep: str = "") -> str:
    """The text in one line, with all that is no sign, letter or space as its escape.

    `keep` are characters that stay as they are, such as line feeds.
    """
    if text.isprintable():
        return text
    return "".join(char if _is_shown(char) or char in keep else _escape(char) for char in text)


def printable_json(text: str, encoding: str = "utf-8") -> str:
    """A JSON text that means the same, of characters that can be shown in an encoding."""
    text = text.removeprefix("\ufeff")
    # Between values, where no escape can stand, these are the only ones that JSON allows.
    text = text.replace("\r", " ").replace("\t", " ")
    if not text.isprintable():
        text = "".join(char if char == "\n" or _is_shown(char) else _in_json(char) for char in text)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = "".join(char if char.isascii() else _in_json(char) for char in text)
    return text


def _is_shown(char: str) -> bool:
    return char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode()


def _in_json(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
