"""Exports of an account to files, each swept to its last page or marked as not complete."""

from .formats import Compression, Format
from .manifest import MANIFEST_NAME, Manifest, ResourceEntry
from .plan import RESOURCES, ExportPlan, plan_export
from .progress import ExportProgress, ResourceProgress, State
from .reading_manifest import ManifestError, read_manifest
from .run import run_export
from .verify import (
    SAMPLES,
    Comparison,
    ResourceCheck,
    Verification,
    compare_with_account,
    verify_export,
)
from .watch import EVERY, Round, watch_export

__all__ = [
    "EVERY",
    "MANIFEST_NAME",
    "RESOURCES",
    "SAMPLES",
    "Comparison",
    "Compression",
    "ExportPlan",
    "ExportProgress",
    "Format",
    "Manifest",
    "ManifestError",
    "ResourceCheck",
    "ResourceEntry",
    "ResourceProgress",
    "Round",
    "State",
    "Verification",
    "compare_with_account",
    "plan_export",
    "read_manifest",
    "run_export",
    "verify_export",
    "watch_export",
]
