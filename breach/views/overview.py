"""The first page of an incident: what is owed, what is known, what happened last."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from breach.figures import time_line
from breach.models.timeline import Event
from breach.permissions import can
from breach.queries.clocks import shown_clocks
from breach.queries.facts import current_awareness, facts_of
from breach.queries.room import live_obligations, totals
from breach.views.room import reader, room

LATEST = 5


@require_safe
def overview(request: HttpRequest, uid: str) -> HttpResponse:
    incident, context = room(request, uid, tab="overview", capability="incident.view")
    user, party, now = reader(request), context["party"], context["now"]
    clocks = shown_clocks(live_obligations(incident), now)
    started = min([incident.created_at, *(clock.started for clock in clocks if clock.started)])
    context |= {
        "line": time_line(started, clocks, now=now, zone=incident.zone),
        "totals": totals(incident, user),
        "awareness": current_awareness(party),
        "facts": facts_of(party),
        "parties": incident.parties.select_related("organisation"),
        "members": incident.members.select_related("user"),
        "latest": Event.objects.current().filter(incident=incident).order_by("-created_at")[:LATEST],
        "may_edit": can(user, "incident.edit", incident),
        "may_decide": can(user, "decision.make", incident),
    }
    return render(request, "breach/overview.html", context)
