"""HTTP headers as the frameworks give them."""

from collections.abc import Iterable, Mapping

from .signature import HEADER

Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""A mapping (a multi-mapping too), or pairs of names and values. The case of names is free."""

_NAME = HEADER.lower()
_RAW_NAME = _NAME.encode()


def signature_of(headers: Headers) -> str | bytes | None:
    """The signature header's value, None where there is none.

    One that came several times is joined by commas, as HTTP has it, and refused later.
    """
    # The items of a multi-mapping are all its values, whether it minds the case of names or not.
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    found = [
        value
        for name, value in pairs
        if name.lower() == (_NAME if isinstance(name, str) else _RAW_NAME)
    ]
    if len(found) == 1:
        return found[0]
    return b",".join(map(_bytes, found)) if found else None


def _bytes(value: str | bytes) -> bytes:
    return value.encode(errors="replace") if isinstance(value, str) else value
