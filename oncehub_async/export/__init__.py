"""Exports of an account to files, each read to its last page or marked as not complete."""

from ._export_plan import RESOURCES, ExportPlan, ResourcePlan, plan_export
from ._export_request import ExportRequest, ExportSettings
from ._export_run import run_export, run_request
from ._formats import BrokenFileError, Compression, Format, plain_text
from ._manifest import MANIFEST_NAME, Changes, Manifest, ResourceEntry
from ._manifest_reader import ManifestError, read_manifest
from ._progress import ExportProgress, ExportState, ResourceProgress
from ._rewritten_export import exported_objects, rewrite_export
from ._verify import (
    SAMPLES,
    Comparison,
    ResourceCheck,
    Verification,
    compare_with_account,
    verify_export,
)
from ._watch import EVERY, Round, watch_export, watch_request

__all__ = [
    "EVERY",
    "MANIFEST_NAME",
    "RESOURCES",
    "SAMPLES",
    "BrokenFileError",
    "Changes",
    "Comparison",
    "Compression",
    "ExportPlan",
    "ExportProgress",
    "ExportRequest",
    "ExportSettings",
    "ExportState",
    "Format",
    "Manifest",
    "ManifestError",
    "ResourceCheck",
    "ResourceEntry",
    "ResourcePlan",
    "ResourceProgress",
    "Round",
    "Verification",
    "compare_with_account",
    "exported_objects",
    "plain_text",
    "plan_export",
    "read_manifest",
    "rewrite_export",
    "run_export",
    "run_request",
    "verify_export",
    "watch_export",
    "watch_request",
]
