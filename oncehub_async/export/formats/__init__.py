"""What exported files look like: JSON Lines, CSV and Parquet, compressed or not.

    with open("bookings.csv.gz", "wb") as file:
        writer = open_writer(file, "bookings", Format.CSV, Compression.GZIP)
        writer.write(objects)
        writer.close()

The bytes depend on nothing but the objects and their order. `docs/export-formats.md` tells which
columns there are and how each value is written.
"""

from .choices import Compression, Format, check, file_ending
from .csv_cells import plain_text
from .files import Writer, count_objects, open_writer
from .objects import read_objects
from .reading import BrokenFileError
from .rows import read_rows

__all__ = [
    "BrokenFileError",
    "Compression",
    "Format",
    "Writer",
    "check",
    "count_objects",
    "file_ending",
    "open_writer",
    "plain_text",
    "read_objects",
    "read_rows",
]
