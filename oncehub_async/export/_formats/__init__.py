"""What exported files look like: JSON Lines, CSV and Parquet, compressed or not.

    with open("bookings.csv.gz", "wb") as file:
        writer = open_writer(file, "bookings", Format.CSV, Compression.GZIP)
        writer.write(objects)
        writer.close()

The bytes depend on nothing but the objects and their order. `docs/export-formats.md` tells which
columns there are and how each value is written.
"""

from ..._ground import plain_text
from .choices import ENDINGS, Compression, Format, check, file_ending
from .compressed import LONGEST_LINE, BrokenFileError, pieces_of
from .exported_rows import read_objects, read_rows
from .file_writer import FormatWriter, count_objects, open_writer

__all__ = [
    "ENDINGS",
    "LONGEST_LINE",
    "BrokenFileError",
    "Compression",
    "Format",
    "FormatWriter",
    "check",
    "count_objects",
    "file_ending",
    "open_writer",
    "pieces_of",
    "plain_text",
    "read_objects",
    "read_rows",
]
