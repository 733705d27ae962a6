"""What a guest sees: the tasks given to them and the files shared with them, in one incident. Nothing else."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from breach import clock
from breach.errors import TocsinError
from breach.forms.access import AnswerForm
from breach.models import Incident, Share, Task
from breach.permissions import require
from breach.queries.access import shares_of
from breach.queries.playbooks import tasks_asked
from breach.services import access, playbooks
from breach.views.room import reader, refuse_into


def _incident(request: HttpRequest, uid: str) -> Incident:
    """Return the guest's incident: 404 for one that is not theirs, 403 for anybody who is no guest in it."""
    user = reader(request)
    mine = Incident.objects.asked_of(user) | Incident.objects.visible_to(user)
    incident = mine.filter(uid=uid).first()
    if incident is None:
        raise Http404
    require(user, "asked.view", incident)
    return incident


@require_http_methods(["GET", "POST"])
def asked(request: HttpRequest, uid: str) -> HttpResponse:
    """Show what was asked, and take answers: begin a task, finish it with a note."""
    incident, user, now = _incident(request, uid), reader(request), clock.now()
    form, failed = AnswerForm(request.POST or None), ""
    if request.method == "POST":
        task = Task.objects.filter(run__incident=incident, owner=user, uid=request.POST.get("task", ""))
        found = task.select_related("run__incident").first()
        if found is None:
            raise Http404
        if form.is_valid():
            to = "done" if request.POST.get("step") == "finish" else "doing"
            try:
                note = form.cleaned_data["note"]
                playbooks.move_task(actor=user, task=found, to=to, note=note, now=now)
            except TocsinError as refusal:
                refuse_into(form, refusal)
            else:
                messages.success(request, _("Noted. The people who asked you see it."))
                return redirect("asked", uid)
        failed = found.uid
    language = (get_language() or "en")[:2]
    context = {
        "incident": incident,
        "now": now,
        "tasks": tasks_asked(incident, user, now=now, language=language),
        "files": shares_of(incident, user),
        "form": AnswerForm() if not failed else form,
        "failed": failed,
    }
    return render(request, "breach/access/asked.html", context, status=422 if failed else 200)


@require_GET
def shared_file(request: HttpRequest, uid: str, row: str) -> HttpResponseBase:
    """Hand a shared file over in clear; never shown inside a page. The reading is entered."""
    incident, user = _incident(request, uid), reader(request)
    rows = Share.objects.filter(incident=incident, user=user, withdrawn_at=None)
    found = rows.select_related("incident", "attachment__incident", "attachment__file__incident").filter(
        uid=row
    )
    share = found.first()
    if share is None:
        raise Http404
    opened = access.open_shared(actor=user, row=share, now=clock.now())
    response = FileResponse(
        opened.stream, as_attachment=True, filename=opened.filename, content_type="application/octet-stream"
    )
    response["Content-Length"] = str(opened.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response
