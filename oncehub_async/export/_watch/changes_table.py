"""The changes of a watch in the export's own format, beside the log of them.

`bookings.changes.jsonl` is the log, to which lines are added. An export to CSV or Parquet gets
`bookings.changes.csv` or `bookings.changes.parquet` as well, with the columns of its file and each
changed object once, as it is now: what it holds takes the place of what the file holds, by `id`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..._ground import load_json
from .._files import new_file
from .._formats import Compression, Format, file_ending, open_writer
from .._manifest import Changes, ResourceEntry


def write_changes_table(folder: Path, resource: str, entry: ResourceEntry) -> None:
    """Write it anew, as a whole or not at all; of an export to JSON Lines, nothing.

    Raises `OSError`.
    """
    written_as, changes = Format(entry.format), entry.changes
    if written_as is Format.JSONL or changes is None:
        return
    compression = Compression(entry.compression)
    path = folder / f"{resource}.changes{file_ending(written_as, compression)}"
    with new_file(path) as file:
        writer = open_writer(cast(BinaryIO, file), resource, written_as, compression)
        writer.write(_latest(folder / changes.file, changes))
        writer.close()


def _latest(path: Path, changes: Changes) -> Iterator[dict[str, Any]]:
    """Each object's last line, in the order of the log."""
    last: dict[str, int] = {}
    start = 0
    with path.open("rb") as file:
        while start < changes.bytes and (line := file.readline()):
            last[str(load_json(line)["id"])] = start
            start += len(line)
        for start in sorted(last.values()):
            file.seek(start)
            yield load_json(file.readline())
