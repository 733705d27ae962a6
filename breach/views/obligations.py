"""Clocks, their working, the facts they rest on, and awareness."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from breach.errors import TocsinError
from breach.figures import time_line
from breach.forms.law import AwarenessForm
from breach.models import Client, Obligation
from breach.permissions import can
from breach.queries import workings
from breach.queries.affected import counts_of
from breach.queries.clocks import clock_of, shown_clocks
from breach.queries.facts import awareness_history, current_awareness
from breach.queries.law_standing import awareness_standing
from breach.queries.room import live_obligations
from breach.services.awareness import set_awareness
from breach.services.standing import one_writer
from breach.views.room import reader, refuse_into, room


def _language() -> str:
    return (get_language() or "en")[:2]


def _frame(request: HttpRequest, uid: str, capability: str = "incident.view") -> tuple[Any, dict[str, Any]]:
    return room(request, uid, tab="obligations", capability=capability)


def _page(request: HttpRequest, incident: Any, context: dict[str, Any], form: AwarenessForm) -> HttpResponse:
    party, now, language = context["party"], context["now"], _language()
    rows = live_obligations(incident)
    done = Obligation.objects.filter(incident=incident, affected=None, state="met").order_by("met_at")
    clocks = [*shown_clocks(rows, now), *(clock_of(row, now) for row in done)]
    context |= {
        "line": time_line(
            min([incident.created_at, *(one.started for one in clocks if one.started)]),
            clocks,
            now=now,
            zone=incident.zone,
        ),
        "rows": [
            (one, None if row.affected_id else workings.of(row, language))
            for row, one in zip([*rows, *done], clocks, strict=True)
        ],
        "clients": counts_of(incident, now),
        "may_list_clients": can(reader(request), "incident.edit", incident)
        and Client.objects.filter(ended_at=None).exists(),
        "answers": workings.answers(party, language),
        "history": awareness_history(party),
        "awareness": current_awareness(party),
        "form": form,
        "may_suspect": can(reader(request), "awareness.suspect", incident),
        "may_edit_facts": can(reader(request), "facts.edit", incident),
    }
    return render(request, "breach/obligations/page.html", context, status=422 if form.errors else 200)


@require_safe
def obligations(request: HttpRequest, uid: str) -> HttpResponse:
    incident, context = _frame(request, uid)
    may_decide = can(reader(request), "awareness.decide", incident)
    form = AwarenessForm(
        now=context["now"],
        zone=incident.zone,
        may_decide=may_decide,
        standing=awareness_standing(context["party"]),
    )
    return _page(request, incident, context, form)


@require_http_methods(["POST"])
def awareness(request: HttpRequest, uid: str) -> HttpResponse:
    """Suspect, decide, correct or rule out."""
    incident, context = _frame(request, uid, "awareness.suspect")
    user = reader(request)
    may_decide = can(user, "awareness.decide", incident)
    with one_writer(incident):
        form = AwarenessForm(
            request.POST,
            now=context["now"],
            zone=incident.zone,
            may_decide=may_decide,
            standing=awareness_standing(context["party"]),
        )
        if form.is_valid():
            moment = form.cleaned_data["instant"]
            try:
                set_awareness(
                    actor=user,
                    incident=incident,
                    party=context["party"],
                    state=form.cleaned_data["state"],
                    instant=moment.occurred_from,
                    zone=moment.zone,
                    original_text=moment.original_text,
                    reasons=form.cleaned_data["reasons"],
                    now=context["now"],
                )
            except TocsinError as refusal:
                refuse_into(form, refusal)
    if form.is_valid():
        messages.success(request, _("Recorded. Every clock was computed again."))
        return redirect("obligations", uid)
    return _page(request, incident, context, form)
