"""Texts in cells of CSV that no spreadsheet takes for a formula.

Whoever fills in a booking form writes into the files of whoever exports them, so that texts are
made harmless as OWASP advises, by an apostrophe in front; `plain_text` takes it away again.
https://owasp.org/www-community/attacks/CSV_Injection
"""

import re

# What begins a formula; some spreadsheets turn the full-width and small forms into the plain ones.
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]"
# Where countries have a decimal comma, a spreadsheet parts a double-clicked file's cells at
# semicolons and no longer sees which commas, lines and tabs are inside quotes.
_SEPARATOR = ";\t\r\n"
# What a spreadsheet may drop before it looks for a sign: spaces, control characters, quotes.
_DROPPED = (
    "\x00-\x08\x0b\x0c\x0e-\x20\"'`\x7f-\xa0\u00ab\u00bb\u1680\u180e\u2000-\u200f\u2018-\u201f"
    "\u2028-\u202f\u205f-\u2064\u3000\ufeff\uff02\uff07"
)
_BEGINS = rf"[{_DROPPED}{_SEPARATOR}]*{_SIGN}|'*[\x00\t\r\n]"
_GOES_ON = f"[{_DROPPED}]*{_SIGN}"

_HARMFUL = re.compile(rf"\A(?={_BEGINS})|(?<=[{_SEPARATOR}])(?={_GOES_ON})")
_HARMLESS = re.compile(rf"\A'(?={_BEGINS})|(?<=[{_SEPARATOR}])'(?={_GOES_ON})")
# -5, and the phone number +4930901820: a spreadsheet can only make a number of it.
_SIGNED_NUMBER = re.compile(r"[+-][0-9]{1,15}(\.[0-9]{1,15})?\Z")


def harmless_text(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could take what follows for a formula.

    That is before one of = + - @ (also full-width) at its beginning, at that of a line, or after a
    semicolon or tab, with any spaces and quotes between; and before a text that begins with a tab,
    a line's end or a null character. A text that is nothing but a number with a sign stays as it
    is.
    """
    return text if _SIGNED_NUMBER.match(text) else _HARMFUL.sub("'", text)


def plain_text(cell: str) -> str:
    """The text that a cell was written for: the reverse of `harmless_text`.

    For cells of text as a CSV reader gives them, not for those that hold JSON.
    """
    return _HARMLESS.sub("", cell)
