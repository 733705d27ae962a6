"""One clock: its working, its alarms, and what was done outside this system."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach.errors import TocsinError
from breach.forms.discharges import CorrectDoneForm, DoneForm, TakeBackForm
from breach.models import Obligation, User
from breach.permissions import can, require
from breach.queries import workings
from breach.queries.clock_alarms import alarms_of
from breach.queries.clocks import clock_of
from breach.queries.discharges import DoneOutside, done_outside
from breach.services import discharges as service
from breach.views.room import reader, refuse_into, room

Forms = dict[str, Any]
STEPS = ("done", "correct", "take_back")


@require_http_methods(["GET", "POST"])
def working(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One clock with its working and the values it superseded; that it was met elsewhere is recorded here."""
    incident, context = room(request, uid, tab="obligations", capability="incident.view")
    user, now = reader(request), context["now"]
    found = (
        Obligation.objects.filter(incident=incident, uid=row)
        .select_related("incident", "party__organisation", "facts", "superseded_by", "affected")
        .first()
    )
    if found is None:
        raise Http404
    done = done_outside(found)
    step = request.POST.get("step", "done") if request.method == "POST" else ""
    forms = _forms(request, step, done, now, incident.zone)
    if request.method == "POST":
        require(user, service.RIGHT, incident)
        if step in STEPS and _take(user, found, done, step, forms[step], now):
            messages.success(request, _("Recorded. Every clock was computed again."))
            return redirect("obligation", uid, found.uid)
    context |= {
        "row": found,
        "row_clock": clock_of(found, now),
        "working": workings.of(found, (get_language() or "en")[:2]),
        "done": done,
        "alarms": alarms_of(found),
        "forms": forms,
        "hidden": {step: {"step": step} for step in STEPS},
        "may_record": can(user, service.RIGHT, incident),
    }
    refused = any(form.errors for form in forms.values())
    return render(request, "breach/obligations/working.html", context, status=422 if refused else 200)


def _forms(request: HttpRequest, step: str, done: DoneOutside, now: Any, zone: str) -> Forms:
    """The three forms; the one that was sent is bound."""
    both, words = (request.POST, request.FILES), (request.POST,)
    line = done.standing
    return {
        "done": DoneForm(*(both if step == "done" else ()), now=now, zone=zone),
        "correct": CorrectDoneForm(*(both if step == "correct" else ()), line=line, now=now, zone=zone),
        "take_back": TakeBackForm(*(words if step == "take_back" else ())),
    }


def _take(user: User, found: Obligation, done: DoneOutside, step: str, form: Any, now: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        if step == "done":
            service.record_done(
                actor=user, obligation=found, done=form.done(), now=now, uploads=form.uploads()
            )
        elif done.standing is None:
            form.add_error(None, _("Nothing is recorded that could be corrected."))
        elif step == "correct":
            service.correct_done(
                actor=user,
                discharge=done.standing.row,
                done=form.done(),
                reasons=form.cleaned_data["reasons"],
                now=now,
                uploads=form.uploads(),
            )
        else:
            service.take_back_done(
                actor=user, discharge=done.standing.row, reasons=form.cleaned_data["reasons"], now=now
            )
    except TocsinError as refusal:
        refuse_into(form, refusal)
    return not form.errors
