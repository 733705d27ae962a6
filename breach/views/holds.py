"""Requests of law enforcement to hold back notices: what stands still, what goes on, and each step of each request."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from breach.errors import TocsinError
from breach.forms.holds import EndForm, ExtendForm, HoldForm
from breach.permissions import can, require
from breach.queries.holds import HoldLine, effects_of, hold_of, holds_of, laws_that_hold
from breach.services import holds as service
from breach.views.room import reader, refuse_into, room

RIGHT = service.RIGHT


@require_http_methods(["GET", "POST"])
def holds(request: HttpRequest, uid: str) -> HttpResponse:
    """All requests with what they do to the clocks; a new one is entered here."""
    incident, context = room(request, uid, tab="obligations", capability="incident.view")
    now = context["now"]
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = HoldForm(*posted, incident=incident, regimes=laws_that_hold(incident), now=now)
    if request.method == "POST":
        require(reader(request), RIGHT, incident)
        if form.is_valid():
            try:
                service.enter_hold(
                    actor=reader(request),
                    incident=incident,
                    party=form.cleaned_data["party"] or context["party"],
                    request=form.request(),
                    zone=incident.zone,
                    now=now,
                    uploads=form.uploads(),
                )
            except TocsinError as refusal:
                refuse_into(form, refusal)
            else:
                messages.success(request, _("Entered. Every clock was computed again."))
                return redirect("holds", uid)
    context |= {
        "form": form,
        "lines": holds_of(incident, now),
        "effects": effects_of(incident, now),
        "may_edit": can(reader(request), RIGHT, incident),
    }
    return render(request, "breach/obligations/holds.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, uid: str, row: str) -> HttpResponse:
    """One request with its steps: extend it, put it in writing, end it."""
    incident, context = room(request, uid, tab="obligations", capability="incident.view")
    user, now = reader(request), context["now"]
    line = hold_of(incident, row, now)
    if line is None:
        raise Http404
    step = request.POST.get("step", "")
    posted = (request.POST, request.FILES)
    extend = ExtendForm(*(posted if step == "extend" else ()), hold=line.row, now=now)
    end = EndForm(*(posted if step != "extend" and request.method == "POST" else ()), hold=line.row, now=now)
    if request.method == "POST":
        require(user, RIGHT, incident)
        if _take(line, extend if step == "extend" else end, user, now):
            messages.success(request, _("Recorded. Every clock was computed again."))
            return redirect("holds", uid)
    context |= {
        "line": line,
        "extend": extend,
        "end": end,
        "hidden": {"extend": {"step": "extend"}, "end": {"step": "end"}},
        "may_edit": line.can_change and can(user, RIGHT, incident),
    }
    refused = extend.errors or end.errors
    return render(request, "breach/obligations/hold.html", context, status=422 if refused else 200)


def _take(line: HoldLine, form: ExtendForm | EndForm, user: Any, now: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        if isinstance(form, ExtendForm):
            service.extend_hold(actor=user, hold=line.row, now=now, **form.changes())
        else:
            service.end_hold(
                actor=user,
                hold=line.row,
                at=form.cleaned_data["at"].occurred_from,
                reasons=form.cleaned_data["reasons"],
                now=now,
                uploads=form.uploads(),
            )
    except TocsinError as refusal:
        refuse_into(form, refusal)
        return False
    return True
