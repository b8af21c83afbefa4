"""What an export is asked to do, as one object."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

import attrs

from .._client import OnceHub
from .._ground import checks
from ..errors import InvalidParameterError
from ._export_plan import ExportPlan
from ._folder import locked
from ._formats import Compression, Format, check, file_ending
from ._progress import ExportProgress


def _folder(out: Path) -> Path:
    return checks.local_path(out, "out")


class ExportSettings(TypedDict, total=False):
    """What an export can be told besides its plan and folder; see `ExportRequest`."""

    format: Format
    compression: Compression
    overwrite: bool
    expected: Mapping[str, int] | None
    on_progress: Callable[[ExportProgress], None] | None


@attrs.frozen(kw_only=True)
class ExportRequest:
    """What to export, where to and how: the arguments of `run_export`, made once.

    Raises `InvalidParameterError` for a URL in place of a folder.
    """

    plan: ExportPlan
    out: Path = attrs.field(converter=_folder)
    """The folder."""
    format: Format = Format.JSONL
    compression: Compression = Compression.NONE
    overwrite: bool = False
    """Whether a complete export that the folder holds is replaced."""
    expected: Mapping[str, int] | None = None
    """How many objects there are of a resource, where that is known; for the progress."""
    on_progress: Callable[[ExportProgress], None] | None = None

    @property
    def files(self) -> dict[str, str]:
        """The name of each resource's file."""
        ending = file_ending(self.format, self.compression)
        return {each.name: each.name + ending for each in self.plan.resources}

    @contextmanager
    def alone(self, oncehub: OnceHub) -> Iterator[None]:
        """Keep others out of the folder, after a look at what can be wrong with the arguments.

        Raises `InvalidParameterError`.
        """
        if not self.plan.resources:
            raise InvalidParameterError("plan", "names no resource")
        check(self.format, self.compression)
        for resource in self.plan.resources:
            resource.listing(oncehub)
        with locked(self.out):
            yield


DEFAULTS = {each.name: each.default for each in attrs.fields(ExportRequest)}
"""What each of the options is where it isn't passed."""
