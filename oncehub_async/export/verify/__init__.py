"""Whether an export is what its manifest says, and what the account says."""

from .comparison import Comparison
from .folder import verify_export
from .found import ResourceCheck, Verification
from .live import SAMPLES, compare_with_account

__all__ = [
    "SAMPLES",
    "Comparison",
    "ResourceCheck",
    "Verification",
    "compare_with_account",
    "verify_export",
]
