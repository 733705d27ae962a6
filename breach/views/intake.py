"""Tables of affected people: upload, what was found in them, mapping, trial, acceptance, progress."""

import csv

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.forms.intake import MappingForm, UploadForm
from breach.intake.refusals import reason_text
from breach.models import Incident, IntakeFile
from breach.services import intake
from breach.spreadsheet import neutral
from breach.views.room import reader, refuse_into, room

SHOWN_REFUSALS = 200


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, uid: str) -> HttpResponse:
    """Give a table; it is sealed, looked through, and nothing becomes a person yet."""
    incident, context = room(request, uid, tab="people", capability="intake.load")
    user, now = reader(request), context["now"]
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["table"]
        try:
            file = intake.upload(
                actor=user,
                incident=incident,
                party=context["party"],
                stream=given,
                filename=given.name,
                now=now,
                options=form.options(),
            )
            intake.profile(actor=user, file=file, now=now)
        except TocsinError as refusal:
            form.add_error("table", str(refusal))
        else:
            return redirect("people-file", uid, file.uid)
    return render(
        request, "breach/people/upload.html", context | {"form": form}, status=422 if form.errors else 200
    )


def _file(incident: Incident, row: str) -> IntakeFile:
    found = (
        IntakeFile.objects.filter(incident=incident, uid=row)
        .select_related("incident", "party", "file__incident", "created_by")
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One table: profile, mapping, trial, acceptance, progress."""
    incident, context = room(request, uid, tab="people", capability="intake.load")
    found, user, now = _file(incident, row), reader(request), context["now"]
    step = request.POST.get("step", "")
    form = MappingForm(request.POST if step == "map" else None, file=found)
    try:
        if step == "map" and form.is_valid():
            kept = tuple((found.mapping or {}).get("kinds", ()))
            intake.set_mapping(actor=user, file=found, mapping=form.mapping(kept), now=now)
            intake.dry_run(actor=user, file=found, now=now)
            return redirect("people-file", uid, row)
        if step == "accept":
            intake.accept(actor=user, file=found, now=now)
            return redirect("people-file", uid, row)
        if step == "discard":
            intake.discard(actor=user, file=found, now=now)
            return redirect("people", uid)
    except TocsinError as refusal:
        if step == "map":
            refuse_into(form, refusal)
        else:
            messages.error(request, str(refusal))
    page_language = (get_language() or "en")[:2]
    cells = found.refusals.all()[:SHOWN_REFUSALS]
    context |= {
        "file": found,
        "name": intake.given_name(found),
        "form": form,
        "cells": [(cell, reason_text(cell.reason, page_language)) for cell in cells],
        "more_cells": max(0, found.refusals.count() - SHOWN_REFUSALS),
        "is_open": found.state in intake.OPEN,
        "is_tried": found.state == "checked",
        "is_loading": found.state in ("accepted", "loading"),
    }
    template = (
        "breach/people/_progress.html"
        if request.headers.get("HX-Request") and not step
        else "breach/people/file.html"
    )
    return render(request, template, context, status=422 if form.errors else 200)


@require_safe
def refused(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """The refused cells as a table to hand back; values masked, formulas neutralised."""
    incident, _context = room(request, uid, tab="people", capability="intake.load")
    found = _file(incident, row)
    page_language = (get_language() or "en")[:2]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{incident.reference}-{found.pk}.csv"'
    response.write("\ufeff")
    table = csv.writer(response, delimiter=";")
    table.writerow([_("row"), _("column"), _("value (masked)"), _("reason")])
    for cell in found.refusals.all().iterator():
        table.writerow(
            [cell.row, neutral(cell.column), neutral(cell.masked), reason_text(cell.reason, page_language)]
        )
    return response
