"""Whether an export is what its manifest says, and what the account says."""

from .comparison import Comparison
from .live import SAMPLES, compare_with_account
from .verification import ResourceCheck, Verification, verify_export

__all__ = [
    "SAMPLES",
    "Comparison",
    "ResourceCheck",
    "Verification",
    "compare_with_account",
    "verify_export",
]
