"""The register of Article 33(5): every incident that one may take out, narrowed, page by page and as files."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from breach import clock
from breach.errors import BadInput, Forbidden
from breach.models import Incident, Party
from breach.views.room import reader
from notifications.forms.register import RegisterFilterForm
from notifications.queries.register import register_incidents, register_rows
from notifications.queries.register_filter import register_houses, register_parties
from notifications.reports.register import RegisterRow, words
from notifications.services.reports import export_register
from notifications.views.downloads import attachment

PAGE = 20
IN_THE_HEAD = ("reference", "title", "controller")
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def _language() -> str:
    return (get_language() or "en")[:2]


def _form(data: Mapping[str, Any], incidents: list[Incident]) -> RegisterFilterForm:
    return RegisterFilterForm(data, houses=register_houses(incidents))


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Read it here, the newest first. A filter that does not fit shows its error and no entries."""
    incidents = register_incidents(reader(request))
    if not incidents:
        raise Forbidden(_("There is no incident whose register entry you may take out."))
    form = _form(request.GET, incidents)
    fits = form.is_valid()
    parties: list[Party] = register_parties(incidents[::-1], form.wanted()) if fits else []
    page = Paginator(parties, PAGE).get_page(request.GET.get("page"))
    rows = register_rows(page, _language())
    entries = [(party.incident, row, _lines(row)) for party, row in zip(page, rows, strict=True)]
    given = form.wanted().given() if fits else {}
    context = {"page": page, "entries": entries, "form": form, "given": given, "fits": fits}
    return render(request, "notifications/reports/register.html", context, status=200 if fits else 422)


def _lines(row: RegisterRow) -> list[tuple[str, Any]]:
    """Heading and text of every column that says something, in the order of the register."""
    w = words(_language())
    said = asdict(row).items()
    return [(w[f"column.{column}"], text) for column, text in said if text and column not in IN_THE_HEAD]


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The register as a file, narrowed like the page it was asked from; noted in the ledger of the house."""
    user, now = reader(request), clock.now()
    form = _form(request.POST, register_incidents(user))
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadInput(str(errors[0]), place=str(form.fields[name].label))
    kind = request.POST.get("format", "csv")
    content = export_register(actor=user, language=_language(), now=now, form=kind, wanted=form.wanted())
    return attachment(content, f"register-{now:%Y-%m-%d}.{kind}", CONTENT_TYPES[kind])
