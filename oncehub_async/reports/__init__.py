"""Reports on a synced account, offline: counts, rates and lists, as tables, files and a page."""

from ._report import report
from ._report_cells import bar, longest_bar, shown
from ._report_files import report_csv, report_json, table_of_report, write_report_parquet
from ._report_model import Report, ReportColumn, ReportTable, Shows
from ._report_page import MOST_BYTES, report_html
from ._report_request import FILTERS, NONE, By, Per, ReportName

__all__ = [
    "FILTERS",
    "MOST_BYTES",
    "NONE",
    "By",
    "Per",
    "Report",
    "ReportColumn",
    "ReportName",
    "ReportTable",
    "Shows",
    "bar",
    "longest_bar",
    "report",
    "report_csv",
    "report_html",
    "report_json",
    "shown",
    "table_of_report",
    "write_report_parquet",
]
