"""Print runs: sealed files to download, and what people record about them."""

from io import BytesIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.files import open_sealed
from breach.models import Incident, SealedFile
from breach.permissions import can, require
from breach.views.room import reader, refuse_into, room
from notifications.delivery import printer
from notifications.forms.notices import PostedForm
from notifications.models import PrintRun
from notifications.queries import notices as reading
from notifications.services import printing
from notifications.states import RunState
from notifications.views.downloads import note_taken
from notifications.views.notices import TAB
from notifications.views.standing import stopped_page


@require_http_methods(["GET", "POST"])
def print_run(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One run: its files, and printed and posted as somebody records it."""
    incident, context = room(request, uid, tab=TAB, capability="incident.view")
    user, now, run = reader(request), context["now"], _found(incident, row)
    step = request.POST.get("step", "")
    waiting = run.people.filter(state__in=["rendered", "printed"]).count()
    initial = {"count": waiting}
    form = PostedForm(
        request.POST if step == "posted" else None, now=now, zone=incident.zone, initial=initial
    )
    if request.method == "POST":
        require(user, "delivery.record", incident)
        try:
            if step == "printed":
                printing.mark_printed(actor=user, run=run, now=now)
                return redirect("print-run", uid, row)
            if step == "posted" and form.is_valid():
                data = form.cleaned_data
                printing.mark_posted(
                    actor=user,
                    run=run,
                    # Of a moment said roughly the later end counts: a deadline is not met by rounding.
                    posted_at=min(data["posted_at"].occurred_to, now),
                    depot=data["depot"],
                    count=data["count"],
                    now=now,
                )
                messages.success(request, _("Recorded. These letters count as sent."))
                return redirect("print-run", uid, row)
        except TocsinError as refusal:
            refuse_into(form, refusal) if step == "posted" else messages.error(request, str(refusal))
    may_record = can(user, "delivery.record", incident)
    context |= {
        "run": run,
        "waiting": waiting,
        "form": form,
        "stopped": stopped_page(run.notice, now) if waiting else None,
        "hidden": {"step": "posted"},
        "may_record": may_record,
        "printer_keys": printer.registered_keys(),
        "may_print": may_record and run.state == RunState.READY and waiting > 0,
        "may_post": may_record and run.state in (RunState.READY, RunState.PRINTED) and waiting > 0,
    }
    return render(request, "notifications/notices/run.html", context, status=422 if form.errors else 200)


@require_safe
def print_file(request: HttpRequest, uid: str, row: str, number: int) -> FileResponse:
    """One print file, opened on its way out; the download is recorded."""
    incident, _context = room(request, uid, tab=TAB, capability="delivery.record")
    run = _found(incident, row)
    file = run.files.select_related("file__incident").filter(number=number).first()
    if file is None:
        raise Http404
    note_taken(incident, reader(request), f"print_file/{run.uid}/{number}", count=file.letters)
    return _handed_out(file.file, f"{_name(run)}-{number}.pdf", "application/pdf")


@require_safe
def print_manifest(request: HttpRequest, uid: str, row: str) -> FileResponse:
    """The run's manifest: one line and digest per letter, without names."""
    incident, _context = room(request, uid, tab=TAB, capability="delivery.record")
    run = _found(incident, row)
    if run.manifest is None:
        raise Http404
    note_taken(incident, reader(request), f"print_manifest/{run.uid}", count=run.letters)
    return _handed_out(run.manifest, f"{_name(run)}-manifest.csv", "text/csv")


def _found(incident: Incident, uid: str) -> PrintRun:
    run = reading.print_runs(incident).filter(uid=uid).first()
    if run is None:
        raise Http404
    return run


def _name(run: PrintRun) -> str:
    return f"{run.notice.incident.reference}-{run.notice.number}-run-{run.number}"


def _handed_out(file: SealedFile, name: str, content_type: str) -> FileResponse:
    """The file for the printer: sealed for the printer's key where one is registered, else in clear."""
    stream = open_sealed(file)
    if keys := printer.registered_keys():
        with stream:
            stream = BytesIO(printer.seal(stream.read(), keys))
        name, content_type = name + printer.SUFFIX, "application/octet-stream"
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response
