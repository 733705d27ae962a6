"""Triage: the reports that wait, one report, and the incident that is opened from it."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach import clock, wording
from breach.errors import TocsinError
from breach.forms.suspicions import JoinForm, MergeForm, OpeningForm, ReasonsForm
from breach.models import Suspicion, SuspicionState, User
from breach.permissions import can, require
from breach.queries.suspicions import report_lines, waiting_reports
from breach.services import triage as service
from breach.services.incidents import PartyData
from breach.services.record import record_house_read
from breach.views.room import reader, refuse_into


@require_safe
def triage(request: HttpRequest) -> HttpResponse:
    """The list, longest waiting first; with `?view=decided` what was decided, newest first."""
    user, now = _triager(request, "suspicion.view"), clock.now()
    decided = request.GET.get("view") == "decided"
    lines = report_lines(now, decided=decided)
    if lines:
        _note(user, "suspicions", len(lines), now)
    context = {"lines": lines, "decided": decided, "waiting": waiting_reports(), "now": now}
    return render(request, "breach/triage/list.html", context)


@require_http_methods(["GET", "POST"])
def suspicion(request: HttpRequest, row: str) -> HttpResponse:
    """One report with everything that was said and decided; POST takes one step."""
    user, now = _triager(request, "suspicion.view"), clock.now()
    found = _report(row)
    forms = _forms(found, user)
    if request.method == "POST":
        require(user, "suspicion.triage")
        step = request.POST.get("step", "")
        if step == "no_breach":
            require(user, "suspicion.rule_out")
        if step not in forms:
            raise Http404
        forms[step] = form = _form(step, found, user, request.POST)
        if form.is_valid():
            try:
                _take(step, form.cleaned_data, found, user, now)
            except TocsinError as refusal:
                refuse_into(form, refusal)
            else:
                messages.success(request, _("The decision is recorded."))
                return redirect("suspicion", row)
        found = _report(row)
    else:
        _note(user, f"suspicion/{found.uid}", 1, now)
    refused = any(form.errors for form in forms.values())
    context = _context(found, user, now) | {"forms": forms, "steps": {key: {"step": key} for key in forms}}
    return render(request, "breach/triage/report.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "POST"])
def incident(request: HttpRequest, row: str) -> HttpResponse:
    """Open an incident from a report; its provisional clock runs from when the report came."""
    user, now = _triager(request, "suspicion.triage"), clock.now()
    found = _report(row)
    if request.method == "GET" and found.state != SuspicionState.NEW:
        return redirect("suspicion", row)
    form = OpeningForm(request.POST or None, user=user, now=now)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        party = PartyData(data["organisation"], data["role"], data["establishment"], data["authority"])
        opening = service.Opening(data["title"], data["kind"], data["zone"], party, data["drill"])
        try:
            opened = service.open_from(
                actor=user, suspicion=found, opening=opening, reasons=data["why"], now=now
            )
        except TocsinError as refusal:
            refuse_into(form, refusal)
        else:
            return redirect("overview", opened.uid)
    context = {"form": form, "row": found}
    return render(request, "breach/triage/incident.html", context, status=422 if form.errors else 200)


def _triager(request: HttpRequest, capability: str) -> User:
    user = reader(request)
    require(user, capability)
    return user


def _report(uid: str) -> Suspicion:
    rows = Suspicion.objects.select_related("reporter", "incident", "duplicate_of")
    found = rows.filter(uid=uid).first()
    if found is None:
        raise Http404
    return found


def _note(user: User, what: str, count: int, now: datetime) -> None:
    with transaction.atomic():
        record_house_read(actor=user, what=what, count=count, now=now)


def _forms(row: Suspicion, user: User) -> dict[str, Any]:
    """Return an empty form for each step that the reader may take now."""
    if not can(user, "suspicion.triage"):
        return {}
    steps = ["join", "merge"] if row.state == SuspicionState.NEW else ["reopen"]
    if row.state == SuspicionState.NEW and can(user, "suspicion.rule_out"):
        steps.append("no_breach")
    return {step: _form(step, row, user, None) for step in steps}


def _form(step: str, row: Suspicion, user: User, data: Any) -> Any:
    auto_id = f"{step}-%s"
    if step == "join":
        return JoinForm(data, user=user, auto_id=auto_id)
    if step == "merge":
        return MergeForm(data, row=row, user=user, auto_id=auto_id)
    return ReasonsForm(data, auto_id=auto_id)


def _take(step: str, data: dict[str, Any], row: Suspicion, user: User, now: datetime) -> None:
    common: dict[str, Any] = {"actor": user, "suspicion": row, "reasons": data["reasons"], "now": now}
    if step == "join":
        service.join_incident(incident=data["incident"], **common)
    elif step == "merge":
        service.merge(into=Suspicion.objects.get(uid=data["into"]), **common)
    elif step == "no_breach":
        service.rule_out(**common)
    else:
        service.reopen(**common)


def _context(row: Suspicion, user: User, now: datetime) -> dict[str, Any]:
    return {
        "row": row,
        "now": now,
        "age": wording.span(now - row.created_at),
        "waits": row.state == SuspicionState.NEW,
        "may_triage": can(user, "suspicion.triage"),
        "incident_visible": row.incident is not None and can(user, "incident.view", row.incident),
        "words": list(row.words.all()),
        "merged": list(row.duplicates.all()),
        "history": list(row.steps.select_related("created_by", "incident", "duplicate_of")),
    }
