"""An internal report as paper, and as the document whose digest the ledger keeps."""

from __future__ import annotations

from django.template.loader import render_to_string

from notifications.pdf import render_pdf
from notifications.reports.page import WordStep, report_page
from notifications.reports.values import IncidentReport

TEMPLATE = "reports/report.html"


def report_pdf(report: IncidentReport, word_step: WordStep) -> bytes:
    """Return the report as a tagged PDF in its own language. Raises BadInput for a missing system library."""
    page = report_page(report, word_step)
    author = ", ".join(report.organisations)
    return render_pdf(
        render_to_string(TEMPLATE, page), title=page["title"], language=report.language, author=author
    )
