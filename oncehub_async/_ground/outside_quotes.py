"""Signs of a text that stand outside its quotation marks, as in JSON and CSV.

What people wrote is inside, and may hold any sign any number of times. Large texts are looked
through in pieces, so that it takes neither memory nor, for the most part, Python's time.
"""

PIECE = 1 << 18
"""Bytes that are looked at at once."""


class OutsideQuotes:
    """Counts some signs, in pieces of a text that follow each other."""

    def __init__(self, signs: bytes, *, with_escapes: bool) -> None:
        self._others = bytes(set(range(256)) - {*signs, *b'"'})
        self._with_escapes = with_escapes
        self._inside = False
        self._held = b""
        self.count = 0

    def add(self, piece: bytes) -> int:
        """Go on with a piece; how many there are by now."""
        if self._with_escapes:
            piece = self._without_escapes(piece)
        left = piece.translate(None, self._others).replace(b'""', b"")
        parts = left.split(b'"')
        self.count += sum(map(len, parts[self._inside :: 2]))
        self._inside ^= len(parts) % 2 == 0
        return self.count

    def _without_escapes(self, piece: bytes) -> bytes:
        piece = self._held + piece
        slashes = len(piece) - len(piece.rstrip(b"\\"))
        # The last of an odd number belongs to what follows.
        self._held = b"\\" * (slashes % 2)
        piece = piece[: len(piece) - len(self._held)]
        return piece.replace(b"\\\\", b"").replace(b'\\"', b"")
