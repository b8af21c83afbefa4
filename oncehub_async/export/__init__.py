"""Exports of an account to files, each swept to its last page or marked as not complete."""

from .formats import Compression, Format
from .manifest import MANIFEST_NAME, Manifest, ManifestError, ResourceEntry, read_manifest
from .plan import RESOURCES, ExportPlan, plan_export
from .progress import ExportProgress, ResourceProgress, State
from .run import run_export
from .watch import EVERY, Round, watch_export

__all__ = [
    "EVERY",
    "MANIFEST_NAME",
    "RESOURCES",
    "Compression",
    "ExportPlan",
    "ExportProgress",
    "Format",
    "Manifest",
    "ManifestError",
    "ResourceEntry",
    "ResourceProgress",
    "Round",
    "State",
    "plan_export",
    "read_manifest",
    "run_export",
    "watch_export",
]
