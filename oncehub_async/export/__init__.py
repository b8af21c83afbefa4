"""Exports of an account to files, each swept to its last page or marked as not complete."""

from .manifest import MANIFEST_NAME, Manifest, ResourceEntry
from .plan import RESOURCES, ExportPlan, plan_export
from .progress import ExportProgress, ResourceProgress, State
from .run import run_export

__all__ = [
    "MANIFEST_NAME",
    "RESOURCES",
    "ExportPlan",
    "ExportProgress",
    "Manifest",
    "ResourceEntry",
    "ResourceProgress",
    "State",
    "plan_export",
    "run_export",
]
