"""Tables of affected people: upload, what was found in them, mapping, trial, acceptance, progress."""

from datetime import datetime
from itertools import chain

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.forms.intake import MappingForm, UploadForm
from breach.forms.intake_words import how_told, note_texts, reason_of
from breach.intake.mapping import ColumnMapping
from breach.intake.refusals import reason_text
from breach.models import Incident, IntakeArchive, IntakeFile, User
from breach.queries.intake_archive import archive_lines
from breach.queries.intake_progress import is_working, progress
from breach.services import intake, known_mappings
from breach.services.intake_preview import Preview, preview
from breach.spreadsheet import csv_lines
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
            taken = intake.take_in(
                actor=user,
                incident=incident,
                party=context["party"],
                stream=given,
                filename=given.name,
                now=now,
                options=form.options(),
            )
            intake.refuse_twice(taken, given.name)
            intake.look(actor=user, taken=taken, now=now)
        except TocsinError as refusal:
            form.add_error("table", str(refusal))
        else:
            if taken.archive:
                return redirect("people-archive", uid, taken.archive.uid)
            return redirect("people-file", uid, taken.files[0].uid)
    return render(
        request, "breach/people/upload.html", context | {"form": form}, status=422 if form.errors else 200
    )


@require_safe
def archive(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """What became of each file of an archive; names are sealed, and shown to who may load."""
    incident, context = room(request, uid, tab="people", capability="intake.load")
    found = IntakeArchive.objects.filter(incident=incident, uid=row).select_related("incident").first()
    if found is None:
        raise Http404
    context |= {
        "archive": found,
        "name": found.texts["name"],
        "entries": [(line, reason_of(line.code, line.reason)) for line in archive_lines(found)],
    }
    return render(request, "breach/people/archive.html", context)


def _file(incident: Incident, row: str) -> IntakeFile:
    found = (
        IntakeFile.objects.filter(incident=incident, uid=row)
        .select_related("incident", "party", "file__incident", "created_by", "archive")
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
    previewed: list[Preview] = []
    try:
        if step == "map" and form.is_valid():
            mapping = form.mapping(tuple((found.mapping or {}).get("kinds", ())))
            if "preview" not in request.POST:
                _try(user, found, mapping, now)
                return redirect("people-file", uid, row)
            previewed = preview(actor=user, file=found, mapping=mapping, now=now)
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
        "how_told": how_told(found.encoding_how),
        "notes": note_texts(found.notes),
        "cells": [(cell, reason_text(cell.reason, page_language)) for cell in cells],
        "more_cells": max(0, found.refusals.count() - SHOWN_REFUSALS),
        "previewed": [
            (one, reason_text(one.refusal.reason, page_language) if one.refusal else "") for one in previewed
        ],
        "known": known_mappings.row_for(found),
        "is_open": found.state in intake.OPEN and not is_working(found),
        "is_tried": found.state == "checked",
        "is_working": is_working(found),
        "progress": progress(found),
    }
    if request.headers.get("HX-Request") and not step:
        response = render(request, "breach/people/_progress.html", context)
        if not context["is_working"]:
            response["HX-Refresh"] = "true"
        return response
    return render(request, "breach/people/file.html", context, status=422 if form.errors else 200)


def _try(user: User, file: IntakeFile, mapping: ColumnMapping, now: datetime) -> None:
    """Keep the mapping and try it, here or by a worker."""
    intake.set_mapping(actor=user, file=file, mapping=mapping, now=now)
    if file.file.size > intake.AT_ONCE:
        intake.try_later(actor=user, file=file, now=now)
    else:
        intake.dry_run(actor=user, file=file, now=now)


@require_safe
def refused(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """The refused cells as a table to hand back; values masked, formulas neutralised."""
    incident, _context = room(request, uid, tab="people", capability="intake.load")
    found = _file(incident, row)
    page_language = (get_language() or "en")[:2]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{incident.reference}-{found.pk}.csv"'
    head = [_("row"), _("column"), _("value (masked)"), _("reason")]
    rows = (
        [cell.row, cell.column, cell.masked, reason_text(cell.reason, page_language)]
        for cell in found.refusals.all().iterator()
    )
    response.writelines(csv_lines(chain([head], rows)))
    return response
