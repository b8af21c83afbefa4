"""Reads a manifest, strictly: it may be damaged, or come from anywhere."""

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import orjson
from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError

from ..errors import OnceHubError
from .manifest import FORMAT, MANIFEST_NAME, Manifest
from .well_formed import flaws

T = TypeVar("T")


class ManifestError(OnceHubError, ValueError):
    """A manifest that can't be read; the text says why."""


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a folder, None where there is none.

    It is well-formed: its files lie in the folder under the names that an export gives them, its
    times have a zone, its arguments are those of the resource. Whether it is true is for
    `verify_export` to find out. Raises `ManifestError`.
    """
    try:
        data = orjson.loads((folder / MANIFEST_NAME).read_bytes())
        version = data["format"]
        manifest = _structured(data) if version == FORMAT else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ForbiddenExtraKeysError):
        raise ManifestError(f"{MANIFEST_NAME} can't be read") from None
    if manifest is None:
        raise ManifestError(f"{MANIFEST_NAME} is of another version (format {version})")
    flaw = next(flaws(manifest), None)
    if flaw is None and _text(manifest.as_dict()) != _text(data):
        flaw = "complete" if data.get("complete") is not manifest.is_finished else "what is missing"
    if flaw is not None:
        raise ManifestError(f"{MANIFEST_NAME} is damaged; no export writes such a thing: {flaw}")
    return manifest


def _structured(data: dict[str, Any]) -> Manifest:
    kept = {name: value for name, value in data.items() if name not in ("format", "complete")}
    return _converter().structure(kept, Manifest)


def _text(data: dict[str, Any]) -> bytes:
    """Tells 1 from true."""
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)


@cache
def _converter() -> Converter:
    """Takes no value for another, and nothing that it doesn't know."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _exactly)
    return converter


def _exactly(value: T, kind: type[T]) -> T:
    if type(value) is not kind:
        raise TypeError(kind)
    return value
