"""The register of Article 33(5): every incident that one may take out, page by page and as CSV."""

from dataclasses import asdict
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from breach import clock
from breach.errors import Forbidden
from breach.views.room import reader
from notifications.queries.register import register_incidents, register_rows
from notifications.reports.register import RegisterRow, words
from notifications.services.reports import export_register
from notifications.views.downloads import attachment

PAGE = 20
IN_THE_HEAD = ("reference", "title", "controller")


def _language() -> str:
    return (get_language() or "en")[:2]


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Read it here, the newest first."""
    incidents = register_incidents(reader(request))
    if not incidents:
        raise Forbidden(_("There is no incident whose register entry you may take out."))
    page = Paginator(incidents[::-1], PAGE).get_page(request.GET.get("page"))
    rows = register_rows(list(page), _language())
    by_reference = {incident.reference: incident for incident in page}
    entries = [(by_reference[row.reference], row, _lines(row)) for row in rows]
    return render(request, "notifications/reports/register.html", {"page": page, "entries": entries})


def _lines(row: RegisterRow) -> list[tuple[str, Any]]:
    """Heading and text of every column that says something, in the order of the register."""
    w = words(_language())
    said = asdict(row).items()
    return [(w[f"column.{column}"], text) for column, text in said if text and column not in IN_THE_HEAD]


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The whole register as a table; noted in the ledger of the house."""
    now = clock.now()
    content = export_register(actor=reader(request), language=_language(), now=now)
    return attachment(content, f"register-{now:%Y-%m-%d}.csv", "text/csv; charset=utf-8")
