"""Reports on a synced account, offline: counts, rates and lists, as tables, files and a page."""

from ._report import report
from ._report_model import Report, ReportColumn, ReportTable, Shows
from ._report_request import FILTERS, NONE, By, Per, ReportName

__all__ = [
    "FILTERS",
    "NONE",
    "By",
    "Per",
    "Report",
    "ReportColumn",
    "ReportName",
    "ReportTable",
    "Shows",
    "report",
]
